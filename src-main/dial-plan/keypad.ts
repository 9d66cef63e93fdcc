import { keypadLetters } from '../../src-shared/text/keypad-letters.ts';

/** Greek keypads follow ELOT 1371. */
const greek: typeof keypadLetters = [
  ['2', 'ΑΒΓ'],
  ['3', 'ΔΕΖ'],
  ['4', 'ΗΘΙ'],
  ['5', 'ΚΛΜ'],
  ['6', 'ΝΞΟ'],
  ['7', 'ΠΡΣ'],
  ['8', 'ΤΥΦ'],
  ['9', 'ΧΨΩ'],
];

/** Russian, with the letters that Bulgarian and Ukrainian keypads add beside them. */
const cyrillic: typeof keypadLetters = [
  ['2', 'АБВГҐ'],
  ['3', 'ДЕЁЄЖЗ'],
  ['4', 'ИІЇЙКЛ'],
  ['5', 'МНОП'],
  ['6', 'РСТУ'],
  ['7', 'ФХЦЧ'],
  ['8', 'ШЩЪЫ'],
  ['9', 'ЬЭЮЯ'],
];

/** Hebrew keypads count from the key 2 in their own order. */
const hebrew: typeof keypadLetters = [
  ['2', 'דהו'],
  ['3', 'אבג'],
  ['4', 'מםנן'],
  ['5', 'יכךל'],
  ['6', 'זחט'],
  ['7', 'רשת'],
  ['8', 'צץק'],
  ['9', 'סעפףץ'],
];

/** Languages whose keypad carries another script beside the Latin letters. */
const scriptOfLanguage: Readonly<Record<string, typeof keypadLetters>> = {
  el: greek,
  bg: cyrillic,
  mk: cyrillic,
  ru: cyrillic,
  sr: cyrillic,
  uk: cyrillic,
  be: cyrillic,
  he: hebrew,
};

/** Gives the key of a letter; undefined for what stands on no key. */
export type Keypad = (letter: string) => string | undefined;

/**
 * The keypad that people of this locale (BCP 47) see. Latin letters stand on every one (E.161 section 2.1.2),
 * with or without accents; a language with a script of its own adds that script.
 */
export function keypadOf(locale: string): Keypad {
  const language = locale.toLowerCase().split(/[-_]/)[0] ?? '';
  const keys = new Map<string, string>();
  for (const [digit, letters] of [...(scriptOfLanguage[language] ?? []), ...keypadLetters]) {
    for (const letter of letters) if (!keys.has(letter)) keys.set(letter, digit);
  }
  return (letter) => {
    const upper = letter.toUpperCase();
    // É stands where E stands; the accent is a mark of its own after decomposition.
    return keys.get(upper) ?? keys.get(upper.normalize('NFD').charAt(0));
  };
}
