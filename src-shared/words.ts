/**
 * The words of the service, and of what service and window share. The window's own views have lingui's macros; this code
 * runs straight from TypeScript too, where no macro can be, and says its words with `t` and `msg` of this file:
 *
 *   throw new AppError('notFound', t('No call rings at {name} any more.', { name }));
 *
 * The English text, an ICU message, is the source. `lingui extract` finds it as it finds that of the views, and gives it
 * the same id. Who speaks English, as most do, needs no catalog and no lingui for it.
 */

/** A text that is said later, in the language that holds then: for constants, which are made before a language is chosen. */
export interface Message<Text extends string = string> {
  readonly message: Text;
}

/** What stands in the place of a placeholder, by name. */
export type WordValues = Readonly<Record<string, string | number>>;

/** Says a message in a language. */
export type Speaker = (message: string, values: WordValues) => string;

/** Names of the placeholders of an ICU message: `name` of `{name}`, `count` of `{count, plural, …}`. */
type Placeholders<Text extends string> = Text extends `${string}{${infer Inside}}${infer Rest}`
  ? PlaceholderName<Inside> | Placeholders<Rest>
  : never;
type PlaceholderName<Inside extends string> = Inside extends `${infer Name},${string}`
  ? Name
  : // The texts of a plural hold spaces or stand for the number.
    Inside extends `${string} ${string}` | `${string}#${string}`
    ? never
    : Inside;

type ValuesOf<Text extends string> = [Placeholders<Text>] extends [never]
  ? []
  : [values: Readonly<Record<Placeholders<Text>, string | number>>];

let speaker: Speaker = sayInEnglish;

/** From now on words are said by `next`; without one in English. */
export function speakBy(next: Speaker = sayInEnglish): void {
  speaker = next;
}

/** Marks a text of a constant; `t` says it. */
export function msg<const Text extends string>(message: Text): Message<Text> {
  return { message };
}

/** Says it now. The text is a literal, whole sentences with placeholders, or a message made by `msg`. */
export function t<const Text extends string>(message: Text | Message<Text>, ...values: ValuesOf<Text>): string {
  return speaker(typeof message === 'string' ? message : message.message, values[0] ?? {});
}

const pluralPattern = /\{(\w+), plural, ((?:(?:=\d+|\w+) \{[^{}]*\}\s*)+)\}/g;

/** The source text with its values. Knows of ICU what the source texts use: `{name}` and plurals without nesting. */
export function sayInEnglish(message: string, values: WordValues): string {
  if (!message.includes('{')) return message;
  const counted = message.includes(', plural,') ? message.replaceAll(pluralPattern, plural(values)) : message;
  return counted.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? ''));
}

function plural(values: WordValues): (whole: string, name: string, cases: string) => string {
  return (_whole, name, cases) => {
    const count = Number(values[name]);
    const texts = new Map(Array.from(cases.matchAll(/(=?\w+) \{([^{}]*)\}/g), ([, key, text]) => [key, text ?? '']));
    const text = texts.get(`=${String(count)}`) ?? texts.get(count === 1 ? 'one' : 'other') ?? texts.get('other') ?? '';
    return text.replaceAll('#', new Intl.NumberFormat('en').format(count));
  };
}
