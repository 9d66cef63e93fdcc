import { beforeEach, describe, expect, test } from 'vitest';
import { HeldInvites } from './held-invites.ts';
import { headerValue, parseSipMessage } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

function message(startLine: string, callId = 'one'): SipMessage {
  const text = [
    startLine,
    'Via: SIP/2.0/UDP there.invalid;branch=z9hG4bK1',
    'From: <sip:alice@example.com>;tag=a',
    'To: <sip:bob@example.com>',
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    'Content-Type: application/sdp',
    '',
    'v=0',
  ].join('\r\n');
  const parsed = parseSipMessage(text);
  if (parsed === undefined) throw new Error('no SIP');
  return parsed;
}

const invite = message('INVITE sip:bob@example.com SIP/2.0');
const ack = message('ACK sip:bob@example.com SIP/2.0');

let told: string[];
let sent: number;
let held: HeldInvites;

beforeEach(() => {
  told = [];
  sent = 0;
  held = new HeldInvites((response) => told.push(response));
});

const send = (): Promise<void> => {
  sent += 1;
  return Promise.resolve();
};

test('what nobody holds goes its way', () => {
  held.hold('another');
  expect(held.keep(invite, send)).toBeUndefined();
  expect(held.swallow(ack)).toBe(false);
});

describe('an INVITE that is held', () => {
  test('leaves within the release, once, and what comes after it is not held', async () => {
    held.hold('one');
    const kept = held.keep(invite, send);
    expect(sent).toBe(0);
    held.release('one');
    expect(sent).toBe(1);
    await kept;
    held.release('one');
    expect(sent).toBe(1);
    expect(held.keep(invite, send)).toBeUndefined();
    expect(held.swallow(ack)).toBe(false);
  });

  test('that is wanted before SIP.js has made it is not kept', () => {
    held.hold('one');
    held.release('one');
    expect(held.keep(invite, send)).toBeUndefined();
  });

  test('that cannot be sent after all fails as any other', async () => {
    held.hold('one');
    const kept = held.keep(invite, () => Promise.reject(new Error('no wire')));
    held.release('one');
    await expect(kept).rejects.toThrow('no wire');
  });

  test('that is discarded is answered with 487 here; its ACK goes nowhere, and nothing is left', async () => {
    held.hold('one');
    const kept = held.keep(invite, send);
    held.discard('one');
    await kept;
    expect(told).toHaveLength(1);
    const answer = parseSipMessage(told[0] ?? '');
    expect(answer?.startLine).toBe('SIP/2.0 487 Request Terminated');
    expect(answer).toMatchObject({ body: '' });
    if (answer === undefined) return;
    expect(headerValue(answer, 'via')).toBe('SIP/2.0/UDP there.invalid;branch=z9hG4bK1');
    expect(headerValue(answer, 'cseq')).toBe('1 INVITE');
    expect(headerValue(answer, 'to')).toMatch(/^<sip:bob@example.com>;tag=\w+$/);
    expect(headerValue(answer, 'content-type')).toBeUndefined();
    // It cannot be wanted any more.
    held.release('one');
    expect(held.swallow(ack)).toBe(true);
    expect(held.swallow(ack)).toBe(false);
    expect(sent).toBe(0);
  });

  test('that is discarded before SIP.js has made it never leaves', async () => {
    held.hold('one');
    held.discard('one');
    expect(told).toEqual([]);
    await held.keep(invite, send);
    expect(told).toHaveLength(1);
    expect(held.swallow(ack)).toBe(true);
    expect(sent).toBe(0);
  });

  test('that is never made leaves nothing behind', () => {
    held.hold('one');
    held.neverMade('one');
    expect(held.keep(invite, send)).toBeUndefined();
  });
});
