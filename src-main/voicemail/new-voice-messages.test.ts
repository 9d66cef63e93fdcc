import { expect, test } from 'vitest';
import type { VoicemailBox, VoiceMessage } from '../../src-shared/model/voicemail.ts';
import { NewVoiceMessages } from './new-voice-messages.ts';

function message(id: string, receivedAtMs: number, changes: Partial<VoiceMessage> = {}): VoiceMessage {
  return { id, number: '6102', receivedAtMs, durationS: 5, heard: false, urgent: false, ...changes };
}

function box(...messages: readonly VoiceMessage[]): VoicemailBox {
  return { state: 'ready', messages, unread: messages.length };
}

function arrivals(...boxes: readonly VoicemailBox[]): string[][] {
  const news = new NewVoiceMessages();
  return boxes.map((one) => news.arrived(one).map(({ id }) => id));
}

test('what is there at the start is not new; each message that comes is, once', () => {
  const [a, b, c] = [message('a', 1_000), message('b', 2_000), message('c', 3_000)];
  expect(arrivals({ ...box(a), state: 'loading' }, box(b, a), box(c, b, a), box(c, b, a))).toEqual([[], [], ['c'], []]);
  // The first of an empty box, and two in the same second.
  expect(arrivals(box(), box(a), box(message('d', 1_000, { number: '6103' }), a))).toEqual([[], ['a'], ['d']]);
});

test('several that came while the server was away are told in their order', () => {
  const [a, b, c] = [message('a', 1_000), message('b', 2_000), message('c', 3_000)];
  expect(arrivals(box(a), { ...box(a), state: 'unavailable' }, box(c, b, a))).toEqual([[], [], ['b', 'c']]);
});

test('one that was heard elsewhere, comes into sight or was numbered anew is not new', () => {
  const [a, b] = [message('a', 1_000), message('b', 2_000)];
  expect(arrivals(box(b), box(b, message('old', 500)))).toEqual([[], []]);
  expect(arrivals(box(a), box({ ...b, heard: true }, a))).toEqual([[], []]);
  expect(arrivals(box(b, a), box(message('2:b', 2_000), message('2:a', 1_000)))).toEqual([[], []]);
});

test('another account begins anew', () => {
  const none: VoicemailBox = { state: 'notConfigured', messages: [], unread: 0 };
  expect(arrivals(box(message('a', 1_000)), none, box(message('z', 9_000)))).toEqual([[], [], []]);
});

test('another mailbox begins anew, one that is only away does not', () => {
  const of = (mailbox: string, ...messages: readonly VoiceMessage[]): VoicemailBox => ({
    ...box(...messages),
    mailbox,
  });
  const [a, b, z] = [message('a', 1_000), message('b', 2_000), message('z', 9_000)];
  expect(arrivals(of('one', a), { ...of('one', a), state: 'unavailable' }, of('one', b, a))).toEqual([[], [], ['b']]);
  expect(
    arrivals(
      of('one', a),
      { ...of('other', a), state: 'loading' },
      of('other', z),
      of('other', message('y', 9_500), z),
    ),
  ).toEqual([[], [], [], ['y']]);
});
