import type { SettingColumn, SettingTableRow } from '../../src-shared/contract/system.ts';

type Rows = readonly SettingTableRow[];

/** A row in which nothing stands yet; what may stand in one row only is the least that is free. */
export function emptyRow(columns: readonly SettingColumn[], rows: Rows): SettingTableRow {
  return Object.fromEntries(
    columns.map((column) => [column.name, column.kind === 'number' ? leastFree(column, rows) : '']),
  );
}

function leastFree(column: Extract<SettingColumn, { readonly kind: 'number' }>, rows: Rows): number {
  if (column.unique !== true) return column.min;
  const taken = new Set(rows.map((row) => row[column.name]));
  for (let value = column.min; value <= column.max; value += 1) if (!taken.has(value)) return value;
  return column.min;
}

/** Whether a person has written nothing into the row yet. */
export function isEmptyRow(columns: readonly SettingColumn[], row: SettingTableRow): boolean {
  return columns.every(
    (column) =>
      (column.kind === 'number' && column.unique === true) || row[column.name] === emptyRow([column], [])[column.name],
  );
}

/** The rows with another value in a cell; the row that has a value which may stand only once gets the old one. */
export function withCell(rows: Rows, index: number, column: SettingColumn, value: string | number): Rows {
  const { name } = column;
  const old = rows[index]?.[name];
  const isUnique = column.kind === 'number' && column.unique === true;
  return rows.map((row, at) => {
    if (at === index) return { ...row, [name]: value };
    return isUnique && row[name] === value && old !== undefined ? { ...row, [name]: old } : row;
  });
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
