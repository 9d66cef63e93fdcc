/** Rows that PageUp and PageDown skip. */
const pageRows = 10;

/** Where a key takes the current row of a list; undefined when the key does not move. Does not wrap. */
export function moveInList(key: string, current: number, count: number): number | undefined {
  if (count === 0) return undefined;
  const clamp = (index: number) => Math.max(0, Math.min(count - 1, index));
  switch (key) {
    case 'ArrowDown':
      return clamp(current + 1);
    case 'ArrowUp':
      return clamp(current - 1);
    case 'PageDown':
      return clamp(current + pageRows);
    case 'PageUp':
      return clamp(current - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

/** Where the focus goes when a row is taken out of a list: to the next one, from the last to the one before. */
export function neighbourOf(keys: readonly string[], gone: string): string | undefined {
  const index = keys.indexOf(gone);
  return keys[index + 1] ?? (index > 0 ? keys[index - 1] : undefined);
}

/** A row that the person went to, and where it stood. */
export interface Place {
  readonly key: string;
  readonly index: number;
}

/** The current row of a list: where the person went; what took its place when that is gone; else the one that is open. */
export function currentInList(keys: readonly string[], place: Place | undefined, open: string | undefined): number {
  const found = keys.indexOf(place?.key ?? open ?? '');
  if (found >= 0 || place === undefined) return Math.max(0, found);
  return Math.max(0, Math.min(place.index, keys.length - 1));
}

/** Milliseconds after which typed letters start a new search. */
export const typeAheadResetMs = 700;

/**
 * Type ahead: the next row whose name starts with what was typed, searched from the current row on and around.
 * One letter again and again goes through the rows that start with it.
 */
export function typeAhead(names: readonly string[], typed: string, current: number): number | undefined {
  const wanted = fold(typed);
  if (wanted === '') return undefined;
  const letter = wanted.slice(0, 1);
  const repeated = wanted === letter.repeat(wanted.length);
  const prefix = repeated ? letter : wanted;
  const first = repeated ? current + 1 : current;
  for (let step = 0; step < names.length; step += 1) {
    const index = (Math.max(0, first) + step) % names.length;
    if (fold(names[index] ?? '').startsWith(prefix)) return index;
  }
  return undefined;
}

/** Lower case without accents, so that "e" finds "É". */
export function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
