import { expect, test } from 'vitest';
import { HeldKey } from './held-key.ts';

test('a key that is let go at once was short, one that repeated was held, each press by itself', () => {
  const key = new HeldKey();
  key.down('2', false);
  expect(key.up('2')).toBe('short');
  key.down('2', false);
  key.down('2', true);
  key.down('2', true);
  expect(key.up('2')).toBe('long');
  key.down('2', false);
  expect(key.up('2')).toBe('short');
});

test('a key that went down somewhere else means nothing here', () => {
  const key = new HeldKey();
  key.down('2', true);
  expect(key.up('2')).toBeUndefined();
  key.down('3', false);
  key.down('2', true);
  expect(key.up('2')).toBeUndefined();
});
