import { expect, test } from 'vitest';
import { keyTone } from './key-tones.ts';

// ITU-T Q.23, table 1.
test.each([
  ['1', [697, 1_209]],
  ['5', [770, 1_336]],
  ['9', [852, 1_477]],
  ['0', [941, 1_336]],
  ['*', [941, 1_209]],
  ['#', [941, 1_477]],
  ['D', [941, 1_633]],
])('the key %s', (key, tone) => {
  expect(keyTone(key)).toEqual(tone);
});

test.each(['x', '', '12', ','])('"%s" is no key', (key) => {
  expect(keyTone(key)).toBeUndefined();
});
