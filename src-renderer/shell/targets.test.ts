import { describe, expect, test } from 'vitest';
import { parseTarget } from './targets.ts';

describe('what a link asks for', () => {
  test.each([
    ['tel:+44-20-7946-0142;ext=4210', { kind: 'dial', request: { number: '+44-20-7946-0142', extension: '4210' } }],
    ['TEL:%2B44%2020%207946%200142', { kind: 'dial', request: { number: '+44 20 7946 0142' } }],
    ['callto:6102', { kind: 'dial', request: { number: '6102' } }],
    ['sip:bob@example.com?subject=x', { kind: 'dial', request: { number: 'bob@example.com' } }],
    ['sip:bob@example.com;transport=tcp', { kind: 'dial', request: { number: 'sip:bob@example.com;transport=tcp' } }],
    ['xmpp:Bob@example.com/phone?message', { kind: 'chat', jid: 'bob@example.com' }],
    ['xmpp:bob@example.com?message;body=Hi%20Bob', { kind: 'chat', jid: 'bob@example.com', body: 'Hi Bob' }],
    ['xmpp:bob@example.com?roster;name=Bob', { kind: 'add', jid: 'bob@example.com', name: 'Bob' }],
    ['chats/bob@example.com', { kind: 'route', hash: 'chats/bob@example.com' }],
    ['call-back/bob%40example.com', { kind: 'callBack', target: 'bob@example.com' }],
    ['contact-request/mallory%40example.com', { kind: 'contactRequest', jid: 'mallory@example.com' }],
    ['#/voicemail', { kind: 'route', hash: '#/voicemail' }],
  ] as const)('%s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  test.each([
    'javascript:alert(1)',
    'https://example.com',
    'file:///etc/passwd',
    'nowhere',
    '',
    'tel:bob',
    'call-back/%',
    'contact-request/%',
    'contact-request/',
  ])('%s leads nowhere', (text) => {
    expect(parseTarget(text)).toBeUndefined();
  });
});
