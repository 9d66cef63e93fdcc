/** Longer texts are no numbers that somebody copied (characters). */
const longestText = 200;
/** Fewer digits are a year or an amount rather than a number to call; the shortest extensions have two. */
const fewestDigits = 2;
/** ITU-T E.164 allows 15, and a prefix for the outside line or a carrier may stand before them. */
const mostDigits = 20;

/**
 * The telephone number in what a person copied: `Tel. +44 (0)20 7946 0101`, `1-800-4UCSRND` or `6102`, as it is
 * written there. Undefined when there is none or more than one, since then nobody knows which is meant.
 */
export function numberInText(text: string): string | undefined {
  const line = text.trim();
  if (line.length > longestText || /[\p{Cc}]/u.test(line.replaceAll(/[\r\n\t]/g, ' '))) return undefined;
  const vanity = /^\+?[\d(][\d() .-]*-[\dA-Z][\dA-Z-]*$/.exec(line)?.[0];
  if (vanity !== undefined && /[A-Z]/.test(vanity)) return vanity;
  // Digits with what people put between them; a letter or a sign at either side makes it something else.
  const found = [
    ...line.matchAll(/(?<![\p{L}\d@/_.-])(?<!\d:)(?:\(?\+|00)?[\d(][\d()\u00a0 ./-]*[\d)*#](?![\p{L}\d@_%€$£:])/gu),
  ]
    .map(([run]) => run.trim())
    .filter((run) => {
      const digits = run.replaceAll(/\D/g, '').length;
      return digits >= fewestDigits && digits <= mostDigits;
    });
  return found.length === 1 ? found[0] : undefined;
}
