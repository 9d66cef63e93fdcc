import { xml } from '@xmpp/client';
import { describe, expect, test } from 'vitest';
import { presenceStates } from '../../src-shared/model/presence.ts';
import { aggregatePresence, presenceStanza, readPresence } from './presence-stanza.ts';

const seen = presenceStates.filter((state) => state !== 'offline' && state !== 'unknown');

test.each(seen)('%s is read by another Parley as it was meant, with and without a text', (state) => {
  expect(readPresence(presenceStanza(state, '')).presence).toEqual({ state });
  expect(readPresence(presenceStanza(state, 'Back at 3')).presence).toEqual({ state, text: 'Back at 3' });
});

test.each([
  ['available', null],
  ['away', 'away'],
  ['dnd', 'dnd'],
  ['busy', 'dnd'],
  ['onphone', 'dnd'],
] as const)('%s is %s to a client that knows nothing but RFC 6121', (state, show) => {
  const stanza = presenceStanza(state, '');
  expect(stanza.getChildText('show')).toBe(show);
  expect(stanza.attrs['type']).toBeUndefined();
});

test('appearing offline is being unavailable', () => {
  expect(presenceStanza('offline', '').attrs['type']).toBe('unavailable');
});

describe('other clients', () => {
  const read = (show: string | undefined, status: string) =>
    readPresence(
      xml('presence', null, ...(show === undefined ? [] : [xml('show', null, show)]), xml('status', null, status)),
    ).presence;

  test('say on the phone by a text', () => {
    expect(read('away', 'On the phone')).toEqual({ state: 'onphone' });
    expect(read('dnd', 'on the phone with Bob')).toEqual({ state: 'onphone', text: 'on the phone with Bob' });
  });

  test('say so by a text only when they say that they are not free, too', () => {
    expect(read(undefined, 'On the phone you can reach me at 6100')).toMatchObject({ state: 'available' });
  });

  test('have two kinds of away and a kind of available that we do not tell apart', () => {
    expect(read('xa', '')).toEqual({ state: 'away' });
    expect(read('chat', '')).toEqual({ state: 'available' });
    expect(read('nonsense', '')).toEqual({ state: 'available' });
  });
});

test('a marker of ours on a presence that is not dnd is not believed: it would contradict what others see', () => {
  const stanza = xml(
    'presence',
    null,
    xml('show', null, 'away'),
    xml('state', { xmlns: 'urn:parley:presence:0' }, 'busy'),
  );
  expect(readPresence(stanza).presence).toEqual({ state: 'away' });
});

test('resources that take no messages count only when there is no other', () => {
  const bot = { presence: { state: 'dnd' as const }, priority: -1 };
  const phone = { presence: { state: 'away' as const }, priority: 0 };
  expect(aggregatePresence([phone, bot])).toEqual({ state: 'away' });
  expect(aggregatePresence([bot])).toEqual({ state: 'dnd' });
  expect(aggregatePresence([])).toEqual({ state: 'offline' });
});
