import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutations, placesOf } from './mutations/all.ts';
import { inRoot } from './paths.ts';

test('every mutation still finds the one place that it breaks, and the test that is to notice', () => {
  expect(mutations.length).toBeGreaterThan(10);
  const stale = mutations.filter((mutation) => {
    const file = inRoot(mutation.file);
    const places = existsSync(file) ? placesOf(mutation, readFileSync(file, 'utf8')) : 0;
    return places !== 1 || !existsSync(inRoot(mutation.test));
  });
  expect(stale.map(({ name }) => name)).toEqual([]);
});
