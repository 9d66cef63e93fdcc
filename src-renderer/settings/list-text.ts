import type { SettingTableRow, SettingValue } from '../../src-shared/contract/system.ts';

/** Search bases hold commas themselves (RFC 4514), so their lists are parted by semicolons. */
export function separatorOf(key: string): ',' | ';' {
  return key === 'directory.searchBases' ? ';' : ',';
}

/** A list as one line of text. */
export function listText(items: readonly string[], separator: string): string {
  return items.join(`${separator} `);
}

/** One line of text as a list: trimmed, no empty entries, none twice. */
export function parseList(text: string, separator: string): string[] {
  const items = text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return [...new Set(items)];
}

/** The entries of a list; none for a value of another kind. */
export function entriesOf(value: SettingValue | undefined): readonly string[] {
  return typeof value === 'object' ? value.filter((entry) => typeof entry === 'string') : [];
}

/** The rows of a table; none for a value of another kind. */
export function rowsOf(value: SettingValue | undefined): readonly SettingTableRow[] {
  return typeof value === 'object' ? value.filter((entry) => typeof entry !== 'string') : [];
}

/** A value that stands in one field; empty for lists and tables. */
export function plainText(value: SettingValue): string {
  return typeof value === 'object' ? '' : String(value);
}
