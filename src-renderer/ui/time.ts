/** How far back a moment lies, by calendar days where this computer is. */
export type DayDistance = 'today' | 'yesterday' | 'thisWeek' | 'older';

const dayMs = 86_400_000;

function startOfDay(atMs: number): number {
  const date = new Date(atMs);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** One text for each calendar day, for grouping and for keys. */
export function dayKey(atMs: number): string {
  const date = new Date(atMs);
  return `${String(date.getFullYear())}-${String(date.getMonth() + 1)}-${String(date.getDate())}`;
}

/** `thisWeek` is the six days before yesterday's, in which a weekday's name is enough. A moment to come is today. */
export function dayDistance(atMs: number, nowMs: number): DayDistance {
  // Rounded: a day on which the clocks change is 23 or 25 hours long.
  const days = Math.round((startOfDay(nowMs) - startOfDay(atMs)) / dayMs);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days < 7 ? 'thisWeek' : 'older';
}

/** Seconds as `m:ss`, for players and timers; `h:mm:ss` from an hour on. */
export function clockText(totalSeconds: number): string {
  const seconds = Math.max(0, Math.floor(totalSeconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0
    ? `${String(hours)}:${two(minutes)}:${two(seconds % 60)}`
    : `${String(minutes)}:${two(seconds % 60)}`;
}

/** Rows by calendar day, in the order they come. */
export function groupByDay<Row>(
  rows: readonly Row[],
  atMs: (row: Row) => number,
): readonly { readonly key: string; readonly atMs: number; readonly rows: readonly Row[] }[] {
  const groups: { key: string; atMs: number; rows: Row[] }[] = [];
  for (const row of rows) {
    const key = dayKey(atMs(row));
    const last = groups.at(-1);
    if (last?.key === key) last.rows.push(row);
    else groups.push({ key, atMs: atMs(row), rows: [row] });
  }
  return groups;
}
