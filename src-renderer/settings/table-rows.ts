import type { SettingColumn, SettingTableRow } from '../../src-shared/contract/system.ts';

/** A row in which nothing stands yet. */
export function emptyRow(columns: readonly SettingColumn[]): SettingTableRow {
  return Object.fromEntries(columns.map((column) => [column.name, column.kind === 'number' ? column.min : '']));
}

/** Whether this may stand in a cell while it is typed. */
export function fitsColumn(column: SettingColumn, text: string): boolean {
  return column.kind === 'number' ? /^\d*$/.test(text) : text.length <= column.maxLength;
}

/** What was typed, within the range of the column; undefined when it is none. */
export function parseCell(column: SettingColumn, text: string): string | number | undefined {
  if (column.kind === 'text') return text.trim();
  if (!/^\d+$/.test(text)) return undefined;
  return Math.max(column.min, Math.min(column.max, Number(text)));
}

/** The rows with one of them at another place. */
export function moved<Row>(rows: readonly Row[], from: number, to: number): readonly Row[] {
  const row = rows[from];
  return row === undefined ? rows : rows.toSpliced(from, 1).toSpliced(to, 0, row);
}
