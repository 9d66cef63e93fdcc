import { expect, test } from 'vitest';
import { draftOf, heldAnew, takenOver, written } from './draft.ts';

test('a value from elsewhere is shown, but never instead of what is being written', () => {
  expect(heldAnew(draftOf(20), 30).shown).toBe(30);
  const open = written(draftOf(20), 21);
  expect(heldAnew(open, 30)).toEqual({ shown: 21, held: 30, isOpen: true });
});

test('what was taken over comes back without a change, or as the service tidied it', () => {
  const sent = takenOver(written(draftOf('a'), ' b '));
  expect(sent.shown).toBe(' b ');
  expect(heldAnew(sent, 'b')).toEqual(draftOf('b'));
});

test('an earlier step that comes back does not undo the next one', () => {
  const next = written(takenOver(written(draftOf(20), 21)), 22);
  expect(heldAnew(next, 21).shown).toBe(22);
  expect(heldAnew(takenOver(heldAnew(next, 21)), 22)).toEqual(draftOf(22));
});

test('what was refused stays to be mended, and the same draft is kept while nothing changes', () => {
  const refused = takenOver(written(draftOf('a'), '?'));
  expect(heldAnew(refused, 'a')).toBe(refused);
  expect(refused.shown).toBe('?');
});
