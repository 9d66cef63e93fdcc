/** Languages that nobody speaks, made from the English messages: they show whether a text comes from the catalog. */
export const pseudoLocales = ['pseudo', 'marked'] as const;

/**
 * - `pseudo`: in brackets and with accented vowels, for eyes
 * - `marked`: every word ends in `wordMark`, which nobody sees and tests read past
 */
export type PseudoLocale = (typeof pseudoLocales)[number];

/** A space without width. */
export const wordMark = '\u200b';

/** A compiled message, as lingui has it; a token is text, or `[name, format, options]` where options may hold messages. */
export type Compiled = string | readonly Token[];
type Token = string | readonly [name: string, format?: string, options?: unknown];

const accents: Readonly<Record<string, string>> = {
  a: 'á',
  e: 'é',
  i: 'í',
  o: 'ó',
  u: 'ú',
  A: 'Á',
  E: 'É',
  I: 'Í',
  O: 'Ó',
  U: 'Ú',
};

export function pseudoLocaleOf(name: string | null | undefined): PseudoLocale | undefined {
  return pseudoLocales.find((locale) => locale === name);
}

/** Every message of a compiled catalog in a pseudo-locale. */
export function pseudoMessages(
  messages: Readonly<Record<string, Compiled>>,
  locale: PseudoLocale,
): Record<string, Compiled> {
  return Object.fromEntries(Object.entries(messages).map(([id, message]) => [id, pseudoMessage(message, locale)]));
}

/** A compiled message in a pseudo-locale; placeholders and tags stay. */
export function pseudoMessage(message: Compiled, locale: PseudoLocale): Compiled {
  const change = locale === 'pseudo' ? accent : mark;
  const [before, after] = locale === 'pseudo' ? ['⟦', '⟧'] : ['', ''];
  if (typeof message === 'string') return `${before}${change(message)}${after}`;
  return [before, ...message.map((token) => pseudoToken(token, change)), after];
}

type Change = (text: string) => string;

function pseudoToken(token: Token, change: Change): Token {
  if (typeof token === 'string') return change(token);
  const [name, format, options] = token;
  if (
    (format === 'plural' || format === 'select' || format === 'selectordinal') &&
    typeof options === 'object' &&
    options !== null
  ) {
    const changed = Object.fromEntries(
      Object.entries(options).map(([key, value]) => [key, key === 'offset' ? value : pseudoOption(value, change)]),
    );
    return [name, format, changed];
  }
  return token;
}

function pseudoOption(value: unknown, change: Change): unknown {
  if (typeof value === 'string') return change(value);
  return Array.isArray(value) ? value.map((token: Token) => pseudoToken(token, change)) : value;
}

/** Leaves `<0>` and `</0>` alone: they stand for elements. */
function accent(text: string): string {
  return text.replaceAll(/<\/?\d+\/?>|[aeiouAEIOU]/g, (match) => accents[match] ?? match);
}

/** As `accent`. */
function mark(text: string): string {
  return text.replaceAll(/<\/?\d+\/?>|[\p{L}\p{N}]+/gu, (match) => (match.startsWith('<') ? match : match + wordMark));
}
