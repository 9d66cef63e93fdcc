import { expect, test } from 'vitest';
import { secretInHash } from './connect.ts';

test('the secret is read from the fragment, whatever stands beside it', () => {
  expect(secretInHash('#secret=ab%2Bc')).toBe('ab+c');
  expect(secretInHash('#secret=abc&open=chats')).toBe('abc');
  expect(secretInHash('#/chats/x')).toBeNull();
  expect(secretInHash('')).toBeNull();
});
