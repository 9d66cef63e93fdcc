import { beforeEach, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { ContactPlace } from './contact-place.ts';
import { DigestMemory } from './digest-memory.ts';
import { RouteDetour } from './route-detour.ts';
import { SipTransport } from './transport.ts';
import { ViaIdentity } from './via-identity.ts';
import type { WireListener } from './wire.ts';

let sent: string[];
let heard: WireListener | undefined;
let transport: SipTransport;

beforeEach(async () => {
  sent = [];
  transport = new SipTransport(undefined, {
    protocol: 'TCP',
    clock: new TestClock(),
    log: silentLogger,
    identity: new ViaIdentity('placeholder'),
    place: new ContactPlace(),
    digest: new DigestMemory({ username: 'alice', password: 'secret' }),
    nextWire: () => ({
      protocol: 'TCP',
      unreliable: false,
      addressed: true,
      open: (listener) => {
        heard = listener;
        return Promise.resolve({ address: '192.0.2.7', port: 5060 });
      },
      send: (text) => {
        sent.push(text);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    }),
    contactUser: () => 'alice',
    step: { outgoing: (message) => message, incoming: (message) => message, unparsed: () => undefined },
    traffic: {
      sent: () => undefined,
      heard: () => undefined,
      pong: () => undefined,
      refused: () => undefined,
      elsewhere: () => undefined,
    },
    detour: new RouteDetour(),
  });
  await transport.connect();
  await transport.send(invite('first'));
  heard?.message(challenge('first', 'n1'));
});

function invite(callId: string): string {
  return [
    'INVITE sip:bob@example.com SIP/2.0',
    'Via: SIP/2.0/TCP placeholder;branch=z9hG4bK-1',
    'From: <sip:alice@example.com>;tag=a',
    'To: <sip:bob@example.com>',
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

function challenge(callId: string, nonce: string): string {
  return [
    'SIP/2.0 407 Proxy Authentication Required',
    'Via: SIP/2.0/TCP 192.0.2.7:5060;branch=z9hG4bK-1',
    'From: <sip:alice@example.com>;tag=a',
    'To: <sip:bob@example.com>;tag=b',
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    `Proxy-Authenticate: Digest realm="r", nonce="${nonce}", qop="auth"`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** Call-ID, nonce and count of what went over the wire. */
function uses(): readonly string[] {
  return sent.map((text) =>
    [/^Call-ID: (.*)$/im, /nonce="([^"]*)"/, /nc=([0-9a-f]+)/].map((part) => part.exec(text)?.[1] ?? '-').join(' '),
  );
}

test('an INVITE that waited leaves with the credentials that it was given when it was made', async () => {
  transport.held.hold('waits');
  void transport.send(invite('waits'));
  expect(uses()).toEqual(['first - -']);
  transport.held.release('waits');
  expect(uses()).toEqual(['first - -', 'waits n1 00000001']);
  await transport.send(invite('next'));
  expect(uses().at(-1)).toBe('next n1 00000002');
});

test('where another request went out meanwhile, the count of the nonce rises on the wire all the same', async () => {
  transport.held.hold('waits');
  void transport.send(invite('waits'));
  await transport.send(invite('between'));
  transport.held.release('waits');
  expect(uses().slice(1)).toEqual(['between n1 00000002', 'waits n1 00000003']);
});

test('where the server gave another nonce meanwhile, that one is used', () => {
  transport.held.hold('waits');
  void transport.send(invite('waits'));
  heard?.message(challenge('first', 'n2'));
  transport.held.release('waits');
  expect(uses().at(-1)).toBe('waits n2 00000001');
});
