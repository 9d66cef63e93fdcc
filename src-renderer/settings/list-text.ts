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
