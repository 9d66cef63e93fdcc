import type { Messages } from '@lingui/core';

type Compiled = Messages[string];

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

/** Every message of a compiled catalog in brackets and with accented vowels; placeholders and tags stay. */
export function pseudoMessages(messages: Messages): Messages {
  return Object.fromEntries(Object.entries(messages).map(([id, message]) => [id, pseudoMessage(message)]));
}

function pseudoMessage(message: Compiled): Compiled {
  if (typeof message === 'string') return `⟦${accent(message)}⟧`;
  return ['⟦', ...message.map(pseudoToken), '⟧'];
}

type Token = Exclude<Compiled, string>[number];

/** A token is text, or `[name, format, options]` where a plural's options are messages of their own. */
function pseudoToken(token: Token): Token {
  if (typeof token === 'string') return accent(token);
  const [name, format, options] = token;
  if (
    (format === 'plural' || format === 'select' || format === 'selectordinal') &&
    typeof options === 'object' &&
    options !== null
  ) {
    const accented = Object.fromEntries(
      Object.entries(options).map(([key, value]) => [key, key === 'offset' ? value : accentOption(value)]),
    );
    return [name, format, accented] as Token;
  }
  return token;
}

function accentOption(value: unknown): unknown {
  if (typeof value === 'string') return accent(value);
  return Array.isArray(value) ? value.map((token: Token) => pseudoToken(token)) : value;
}

/** Leaves `<0>` and `</0>` alone: they stand for elements. */
function accent(text: string): string {
  return text.replaceAll(/<\/?\d+\/?>|[aeiouAEIOU]/g, (match) => accents[match] ?? match);
}
