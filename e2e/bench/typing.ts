import type { Person } from '../lab/people.ts';

/**
 * What people type into the search box, one line a call, in turn: a name, the beginning of a given name and a surname,
 * surname first, a number from its country code, the end of a number, a login name, a name with a slip.
 */
export function typedLine(person: Person, turn: number): string {
  const { givenName, surname, number, uid } = person;
  const given = givenName.toLowerCase();
  const family = surname.toLowerCase();
  switch (turn % 8) {
    case 0:
      return `${given} ${family}`;
    case 1:
      return family;
    case 2:
      return `${given.slice(0, 2)} ${family}`;
    case 3:
      return `${family} ${given}`;
    case 4:
      return number.slice(0, 10);
    case 5:
      return number.slice(-7);
    case 6:
      return uid;
    default:
      return `${given.slice(0, 4)}qx ${family}`;
  }
}

/** The text of the box after each key stroke; a space at the end searches for nothing new and is left out. */
export function keystrokes(line: string): readonly string[] {
  const characters = Array.from(line);
  return characters.map((_, index) => characters.slice(0, index + 1).join('')).filter((text) => !text.endsWith(' '));
}
