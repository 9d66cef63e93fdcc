import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import { beforeEach, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { imLimits } from './im-limits.ts';
import { namespaces } from './namespaces.ts';
import { TypingSender } from './typing-sender.ts';

const bob = 'bob@example.com';

let clock: TestClock;
let said: string[];
let asked: (string | undefined)[];
let answer: () => Promise<Element>;
let isAllowed: boolean;
let isUp: boolean;
let resources: string[];
let sender: TypingSender;

beforeEach(() => {
  clock = new TestClock();
  said = [];
  asked = [];
  answer = () => Promise.resolve(features(namespaces.chatStates));
  isAllowed = true;
  isUp = true;
  resources = [`${bob}/phone`, `${bob}/desk`];
  sender = new TypingSender({
    session: {
      get isUp() {
        return isUp;
      },
      send: (stanza) => {
        said.push(`${stanza.getChildElements()[0]?.name ?? ''} to ${stanza.attrs['to'] ?? ''}`);
      },
      iq: (_type, _payload, to) => {
        asked.push(to);
        return answer();
      },
    },
    isAllowed: () => isAllowed,
    resourcesOf: () => resources,
    clock,
    log: silentLogger,
  });
});

function features(...names: readonly string[]): Element {
  const list = names.map((name) => xml('feature', { var: name }));
  return xml('iq', { type: 'result' }, xml('query', { xmlns: namespaces.discoInfo }, ...list));
}

test('composing is said once, and paused when nothing was typed for a while', () => {
  sender.heardState(bob);
  sender.typed(bob, true);
  clock.advance(imLimits.composingMs - 1);
  sender.typed(bob, true);
  clock.advance(imLimits.composingMs - 1);
  expect(said).toEqual([`composing to ${bob}`]);
  clock.advance(1);
  expect(said).toEqual([`composing to ${bob}`, `paused to ${bob}`]);
  sender.typed(bob, true);
  expect(said.at(-1)).toBe(`composing to ${bob}`);
});

test('a field that was emptied pauses at once; a message that is sent says it itself', () => {
  sender.heardState(bob);
  sender.typed(bob, true);
  sender.typed(bob, false);
  sender.typed(bob, false);
  sender.typed(bob, true);
  sender.sent(bob);
  clock.advance(imLimits.composingMs * 2);
  expect(said).toEqual([`composing to ${bob}`, `paused to ${bob}`, `composing to ${bob}`]);
  expect(clock.pending).toBe(0);
});

test('whose client says nothing of chat states is told nothing, and is asked once', async () => {
  answer = () => Promise.resolve(features(namespaces.ping));
  sender.typed(bob, true);
  await Promise.resolve();
  sender.typed(bob, true);
  sender.typed(bob, true);
  expect(asked).toEqual([`${bob}/desk`]);
  expect(said).toEqual([]);
});

test('whose client understands chat states is told from the next key stroke on', async () => {
  sender.typed(bob, true);
  await Promise.resolve();
  await Promise.resolve();
  sender.typed(bob, true);
  expect(said).toEqual([`composing to ${bob}`]);
});

test('a client that does not answer is taken for one that does not understand', async () => {
  answer = () => Promise.reject(new AppError('timeout', 'The chat server did not answer in time. Try again.'));
  sender.typed(bob, true);
  await Promise.resolve();
  await Promise.resolve();
  sender.typed(bob, true);
  expect(said).toEqual([]);
});

test('who is offline, or may not see us, is neither asked nor told', () => {
  resources = [];
  sender.heardState(bob);
  sender.typed(bob, true);
  expect([...asked, ...said]).toEqual([]);
});

test('who does not want it tells nobody, and switching it off in mid-sentence pauses', () => {
  sender.heardState(bob);
  sender.typed(bob, true);
  isAllowed = false;
  sender.typed(bob, true);
  sender.typed(bob, true);
  expect(said).toEqual([`composing to ${bob}`, `paused to ${bob}`]);
});

test('a lost connection ends it without a word, and who was known is asked again', () => {
  sender.heardState(bob);
  sender.typed(bob, true);
  isUp = false;
  sender.connectionLost();
  clock.advance(imLimits.composingMs * 2);
  isUp = true;
  sender.typed(bob, true);
  expect(said).toEqual([`composing to ${bob}`]);
  expect(asked).toEqual([`${bob}/desk`]);
});
