/** A time as part of a file name, UTC, sortable: `2026-01-31T235959`. */
export function fileStamp(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '');
}
