import { describe, expect, test } from 'vitest';
import {
  formatSipMessage,
  headerValue,
  headerValues,
  methodOf,
  parseSipMessage,
  statusCode,
  topBranch,
} from './sip-message.ts';
import { ViaIdentity } from './via-identity.ts';

const response =
  'SIP/2.0 200 OK\r\nv: SIP/2.0/UDP h;branch=z9hG4bK7;rport\r\nVia: SIP/2.0/UDP far;branch=z9hG4bK8\r\n' +
  'CSeq: 4 INVITE\r\nSubject: one\r\n\ttwo\r\nl: 2\r\n\r\nhi';

describe('a message', () => {
  test('is taken apart, with compact names and folded lines', () => {
    const message = parseSipMessage(response);
    if (message === undefined) throw new Error('not parsed');
    expect([statusCode(message), methodOf(message), topBranch(message)]).toEqual([200, 'INVITE', 'z9hG4bK7']);
    expect(headerValue(message, 'subject')).toBe('one two');
    expect(headerValues(message, 'via')).toHaveLength(2);
    expect(message.body).toBe('hi');
  });

  test('is put together as it was', () => {
    const text = 'OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nX: \r\n\r\nbody\r\n\r\nmore';
    const message = parseSipMessage(text);
    expect(message === undefined ? '' : formatSipMessage(message)).toBe(text);
  });
});

describe('our address', () => {
  const identity = new ViaIdentity('abc');
  const local = { address: '2001:db8::7', port: 5071 };
  const parsed = (text: string) => {
    const message = parseSipMessage(text);
    if (message === undefined) throw new Error('not parsed');
    return message;
  };
  const request = parsed(
    'INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP abc.invalid;branch=z9hG4bK1\r\nContact: <sip:x@abc.invalid;transport=tcp>\r\n\r\nabc.invalid',
  );

  test('stands in Via and Contact of what goes out, and only there', () => {
    const out = identity.toWire(request, local);
    expect(headerValue(out, 'via')).toBe('SIP/2.0/TCP [2001:db8::7]:5071;branch=z9hG4bK1.abc');
    expect(headerValue(out, 'contact')).toBe('<sip:x@[2001:db8::7]:5071;transport=tcp>');
    expect(out.body).toBe('abc.invalid');
  });

  test('is the placeholder again in the answer that comes back', () => {
    const answer = parsed(
      'SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP [2001:db8::7]:5071;branch=z9hG4bK1.abc;received=1.2.3.4\r\n\r\n',
    );
    expect(headerValue(identity.fromWire(answer), 'via')).toBe(
      'SIP/2.0/TCP abc.invalid;branch=z9hG4bK1;received=1.2.3.4',
    );
  });

  test('stays out over WebSocket, where RFC 7118 wants an invalid name', () => {
    expect(headerValue(identity.toWire(request, undefined), 'via')).toBe('SIP/2.0/TCP abc.invalid;branch=z9hG4bK1.abc');
  });

  test('leaves the Via of an answer of ours to the far end', () => {
    const answer = parsed('SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP far:5060;branch=z9hG4bK9\r\n\r\n');
    expect(headerValue(identity.toWire(answer, local), 'via')).toBe('SIP/2.0/TCP far:5060;branch=z9hG4bK9');
  });
});
