/** Letters whose base form no Unicode decomposition gives. */
const baseForms: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ł: 'l',
  ŋ: 'n',
  ı: 'i',
  ĸ: 'k',
  ŧ: 't',
  ə: 'a',
};

const specialLetters = /[ßæœøđðþħłŋıĸŧə]/g;
/** Accents of Latin, Greek and Cyrillic; points of Hebrew; vowel signs and tatweel of Arabic. Marks of other scripts carry letters. */
const ignoredMarks = /[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]/g;
/** Written without spaces: each character is a word, so that a given name is found inside a full name. */
const unspacedCharacter = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
const apostrophes = /['’ʼ`´‘]/g;
const wordPattern = /[\p{L}\p{N}\p{M}]+/gu;

/** Longest word that search looks at; names are shorter, and text pasted by mistake must stay cheap. */
const maxWordCharacters = 48;
/** Words of one text that search looks at. */
const maxWords = 24;

/** Lower case without accents, so that `Müller`, `MULLER` and `muller` are the same text. */
export function foldText(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(ignoredMarks, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(specialLetters, (letter) => baseForms[letter] ?? letter);
}

/**
 * The words of a text as search compares them: folded, letters and digits only. Anything else (quotes, emoji, NUL,
 * operators of a query language) separates words and is never part of one.
 */
export function searchWords(text: string): string[] {
  const folded = foldText(text.replace(apostrophes, '')).replace(unspacedCharacter, ' $& ');
  const words = folded.match(wordPattern) ?? [];
  return words.slice(0, maxWords).map((word) => Array.from(word).slice(0, maxWordCharacters).join(''));
}

/** The words under which a text is found: `O'Neill` by `oneill` and by `neill`. */
export function indexWords(text: string): string[] {
  const words = new Set(searchWords(text));
  for (const word of searchWords(text.replace(apostrophes, ' '))) words.add(word);
  return [...words];
}
