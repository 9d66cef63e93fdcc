import { describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { Retransmissions } from './retransmissions.ts';
import { parseSipMessage } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

function message(startLine: string, cseq: string, branch = 'z9hG4bK1'): SipMessage {
  const parsed = parseSipMessage(`${startLine}\r\nVia: SIP/2.0/UDP h;branch=${branch}\r\nCSeq: 1 ${cseq}\r\n\r\n`);
  if (parsed === undefined) throw new Error(startLine);
  return parsed;
}

function setUp() {
  const clock = new TestClock();
  const startMs = clock.now();
  const sentAtMs: number[] = [];
  const retransmissions = new Retransmissions(clock, () => sentAtMs.push(clock.now() - startMs));
  return { clock, sentAtMs, retransmissions };
}

const invite = message('INVITE sip:b@h SIP/2.0', 'INVITE');
const options = message('OPTIONS sip:b@h SIP/2.0', 'OPTIONS');

describe('over UDP', () => {
  test('an INVITE is repeated with doubling intervals for 32 seconds (timer A)', () => {
    const { clock, sentAtMs, retransmissions } = setUp();
    retransmissions.sent(invite, 'x');
    clock.advance(60_000);
    expect(sentAtMs).toEqual([500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    expect(clock.pending).toBe(0);
  });

  test('other requests are repeated at most every four seconds (timer E)', () => {
    const { clock, sentAtMs, retransmissions } = setUp();
    retransmissions.sent(options, 'x');
    clock.advance(60_000);
    expect(sentAtMs).toEqual([500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
  });

  test.each([
    ['an INVITE', invite, 'SIP/2.0 100 Trying', 'INVITE'],
    ['an INVITE', invite, 'SIP/2.0 486 Busy', 'INVITE'],
    ['OPTIONS', options, 'SIP/2.0 200 OK', 'OPTIONS'],
  ])('%s is not repeated after its answer %s', (_what, request, startLine, method) => {
    const { clock, sentAtMs, retransmissions } = setUp();
    retransmissions.sent(request, 'x');
    retransmissions.received(message(startLine, method));
    clock.advance(60_000);
    expect(sentAtMs).toEqual([]);
  });

  test('a provisional answer does not stop other requests, nor does the answer to another request', () => {
    const { clock, sentAtMs, retransmissions } = setUp();
    retransmissions.sent(options, 'x');
    retransmissions.received(message('SIP/2.0 100 Trying', 'OPTIONS'));
    retransmissions.received(message('SIP/2.0 200 OK', 'OPTIONS', 'z9hG4bK2'));
    clock.advance(600);
    expect(sentAtMs).toEqual([500]);
  });

  test('a refusal of an INVITE is repeated until its ACK (timer G); a 2xx is not, SIP.js does that', () => {
    const { clock, sentAtMs, retransmissions } = setUp();
    retransmissions.sent(message('SIP/2.0 200 OK', 'INVITE', 'z9hG4bK3'), 'x');
    retransmissions.sent(message('SIP/2.0 486 Busy', 'INVITE'), 'x');
    clock.advance(1_600);
    retransmissions.received(message('ACK sip:b@h SIP/2.0', 'ACK'));
    clock.advance(60_000);
    expect(sentAtMs).toEqual([500, 1_500]);
  });

  test('an ACK is never repeated, and nothing after the end', () => {
    const { clock, sentAtMs, retransmissions } = setUp();
    retransmissions.sent(message('ACK sip:b@h SIP/2.0', 'ACK'), 'x');
    retransmissions.sent(invite, 'x');
    retransmissions.stop();
    expect(clock.pending).toBe(0);
    clock.advance(60_000);
    expect(sentAtMs).toEqual([]);
  });
});
