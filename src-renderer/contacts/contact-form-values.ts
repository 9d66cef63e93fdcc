/** Whether a text can be the address of a person: `user@domain`, no resource, no spaces (RFC 7622). */
export function isBareJid(text: string): boolean {
  return /^[^@/\s"&'<>]+@[^@/\s]+$/.test(text);
}

/** Groups of the contract's declaration: at most this many, each at most this long. */
const mostGroups = 10;
const longestGroup = 100;

/** A comma-separated list as group names: trimmed, each once, no empty ones. */
export function parseGroups(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim().slice(0, longestGroup))
    .filter((name) => name !== '');
  return [...new Set(names)].slice(0, mostGroups);
}
