import type { PhoneNumber } from '../../src-shared/model/contact.ts';

/** Longer ones are numbers of their own. */
const extensionDigits = 6;

/** One line of a card: a number, and the extension that reaches the same desk from inside. */
export interface NumberRow {
  readonly number: PhoneNumber;
  readonly extension?: string;
}

/** A short number of a desk, which only the own phone system knows. */
export function isExtension(number: PhoneNumber): boolean {
  return (
    number.kind === 'work' &&
    number.e164 === undefined &&
    number.shown.length <= extensionDigits &&
    /^\d+$/.test(number.shown)
  );
}

/**
 * Numbers as a business card has them: `Work · ext. 6101` beside the full number. Only where it is plain which belong
 * together: one extension and one full number at work.
 */
export function numberRows(numbers: readonly PhoneNumber[]): readonly NumberRow[] {
  const extensions = numbers.filter(isExtension);
  const desks = numbers.filter((number) => number.kind === 'work' && !isExtension(number));
  const [extension] = extensions;
  const [desk] = desks;
  if (extensions.length !== 1 || desks.length !== 1 || extension === undefined)
    return numbers.map((number) => ({ number }));
  return numbers
    .filter((number) => number !== extension)
    .map((number) => (number === desk ? { number, extension: extension.shown } : { number }));
}
