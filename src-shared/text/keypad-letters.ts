/** The Latin letters that stand on each key of a telephone, in the order of the keys (ITU-T E.161 section 2.1.2). */
export const keypadLetters: readonly (readonly [digit: string, letters: string])[] = [
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
];
