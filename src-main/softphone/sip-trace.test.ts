import { beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { Redactor } from '../core/log-redaction.ts';
import { SipTrace, traceLimits } from './sip-trace.ts';

let isOn: boolean;
let trace: SipTrace;

beforeEach(() => {
  isOn = true;
  const redactor = new Redactor();
  redactor.registerSecret('correct horse');
  trace = new SipTrace({ clock: new TestClock(), isOn: () => isOn, redact: (text) => redactor.redact(text) });
});

function request(method: string, headers: readonly string[] = [], body = ''): string {
  return [
    `${method} sip:bob@example.com SIP/2.0`,
    'Via: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK1',
    'Call-ID: abc@192.0.2.1',
    ...headers,
    '',
    body,
  ].join('\r\n');
}

test('off, nothing is kept', () => {
  isOn = false;
  trace.record('sent', 'TLS server', request('INVITE'));
  expect(trace.count).toBe(0);
});

test('on, messages are kept with time, direction and server, and found by Call-ID', () => {
  trace.record('sent', 'TLS pbx:5061', request('INVITE'));
  trace.record('received', 'TLS pbx:5061', request('BYE').replace('abc@', 'other@'));
  expect(trace.text()).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z --> TLS pbx:5061\nINVITE sip:bob@example.com/);
  expect(trace.text('abc@192.0.2.1')).toContain('INVITE');
  expect(trace.text('abc@192.0.2.1')).not.toContain('BYE');
  trace.clear();
  expect(trace.text()).toBe('');
});

describe('what is taken out', () => {
  test.each([
    [
      'credentials',
      request('REGISTER', ['Authorization: Digest username="a", response="0123456789abcdef"']),
      '0123456789abcdef',
    ],
    ['the password wherever it stands', request('INVITE', ['X-Odd: correct horse']), 'correct horse'],
    [
      'SDES keys',
      request(
        'INVITE',
        ['Content-Type: application/sdp'],
        'v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj',
      ),
      'd0Rmdmcm',
    ],
    [
      'ICE passwords',
      request('INVITE', ['c: application/sdp'], 'a=ice-pwd:asd88fgpdd777uzjYhagZg'),
      'asd88fgpdd777uzjYhagZg',
    ],
    ['what people write', request('MESSAGE', ['Content-Type: text/plain'], 'The code is 4711'), '4711'],
    [
      'bodies of many parts',
      request('INVITE', ['Content-Type: multipart/mixed;boundary=x'], 'private words'),
      'private words',
    ],
    [
      'keys that were pressed, as INFO carries them',
      request('INFO', ['Content-Type: application/dtmf-relay'], 'Signal=4\r\nDuration=160\r\n'),
      'Signal=4',
    ],
    ['a key alone', request('INFO', ['Content-Type: application/dtmf'], '7777'), '7777'],
    [
      'keys that are reported',
      request('NOTIFY', ['Content-Type: application/kpml-response+xml'], '<kpml-response digits="4711"/>'),
      '4711',
    ],
    ['bodies of no type', request('INFO', [], 'private words'), 'private words'],
  ])('%s', (_what, raw, secret) => {
    trace.record('received', 'TLS server', raw);
    expect(trace.count).toBe(1);
    expect(trace.text()).not.toContain(secret);
  });

  test('and not what tells how a call is set up', () => {
    trace.record(
      'sent',
      'UDP s',
      request('INVITE', ['Content-Type: application/sdp'], 'v=0\r\nm=audio 4000 RTP/AVP 0'),
    );
    expect(trace.text()).toContain('m=audio 4000 RTP/AVP 0');
    trace.record(
      'sent',
      'UDP s',
      request('INFO', ['Content-Type: application/dtmf-relay'], 'Signal=4\r\nDuration=160'),
    );
    expect(trace.text()).toContain('Duration=160');
  });
});

test('only the newest are kept, by number and by size', () => {
  for (let index = 0; index < traceLimits.messages + 10; index += 1) {
    trace.record('sent', 's', request('OPTIONS', [`X-Number: ${String(index)}`]));
  }
  expect(trace.count).toBe(traceLimits.messages);
  expect(trace.text()).not.toContain('X-Number: 9\n');
  expect(trace.text()).toContain(`X-Number: ${String(traceLimits.messages + 9)}\n`);
  const large = request('INVITE', ['Content-Type: application/sdp'], 'a'.repeat(100_000));
  for (let index = 0; index < 300; index += 1) trace.record('received', 's', large);
  expect(trace.text().length).toBeLessThan(traceLimits.characters * 1.1);
});
