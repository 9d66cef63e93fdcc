import { expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { signallingLimits } from './signalling-limits.ts';
import { parseSipMessage } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';
import { TryingLater } from './trying-later.ts';

function message(startLine: string, branch = 'z9hG4bKone'): SipMessage {
  const via = `Via: SIP/2.0/UDP 127.0.0.1:5060;branch=${branch}`;
  const parsed = parseSipMessage(`${startLine}\r\n${via}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n`);
  if (parsed === undefined) throw new Error('no SIP');
  return parsed;
}

/** What was passed on, in its order, by a transport that gets these. */
function transport() {
  const clock = new TestClock();
  const later = new TryingLater(clock);
  const passed: string[] = [];
  const receive = (one: SipMessage): void => {
    const pass = (): void => void passed.push(one.startLine);
    if (!later.takes(one, pass)) pass();
  };
  return { clock, later, passed, receive };
}

test('a 100 is passed on after its time, and nothing else waits', () => {
  const { clock, passed, receive } = transport();
  receive(message('SIP/2.0 100 Trying'));
  receive(message('SIP/2.0 180 Ringing', 'z9hG4bKtwo'));
  receive(message('INVITE sip:alice@parley.test SIP/2.0'));
  expect(passed).toEqual(['SIP/2.0 180 Ringing', 'INVITE sip:alice@parley.test SIP/2.0']);
  clock.advance(signallingLimits.firstAnswerMs);
  expect(passed.at(-1)).toBe('SIP/2.0 100 Trying');
});

test('what comes for the same request meanwhile takes its place', () => {
  const { clock, passed, receive } = transport();
  receive(message('SIP/2.0 100 Trying'));
  receive(message('SIP/2.0 100 Trying', 'z9hG4bKtwo'));
  receive(message('SIP/2.0 200 OK'));
  clock.advance(signallingLimits.firstAnswerMs);
  expect(passed).toEqual(['SIP/2.0 200 OK', 'SIP/2.0 100 Trying']);
});

test('a 100 that is repeated is passed on once, and none after the end of the connection', () => {
  const { clock, later, passed, receive } = transport();
  receive(message('SIP/2.0 100 Trying'));
  receive(message('SIP/2.0 100 Trying'));
  clock.advance(signallingLimits.firstAnswerMs);
  expect(passed).toEqual(['SIP/2.0 100 Trying']);
  receive(message('SIP/2.0 100 Trying'));
  later.stop();
  clock.advance(signallingLimits.firstAnswerMs);
  expect(passed).toHaveLength(1);
});
