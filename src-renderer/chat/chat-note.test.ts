import { expect, test } from 'vitest';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { chatNote } from './chat-note.ts';

const health = (state: ServiceHealth['state'], message = ''): ServiceHealth => ({ service: 'chat', state, message });

test('a password that was refused is said as such, not as a connection that returns', () => {
  const words = 'The chat server did not accept your password. Chat is off until you enter it again.';
  expect(chatNote(health('failed', words))).toEqual({ words, waitsForPerson: true });
});

test('a lost connection is said in the words of the service, and a working one not at all', () => {
  expect(chatNote(health('reconnecting', 'Chat is offline.'))).toEqual({
    words: 'Chat is offline.',
    waitsForPerson: false,
  });
  for (const state of ['ok', 'off', 'starting'] as const) expect(chatNote(health(state))).toBeUndefined();
  expect(chatNote(undefined)).toBeUndefined();
});
