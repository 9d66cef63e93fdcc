import { describe, expect, test } from 'vitest';
import { parseLink } from './link.ts';

describe('links to call', () => {
  test.each([
    ['tel:+44-20-7946-0142', { kind: 'phone', number: '+44-20-7946-0142' }],
    ['TEL:+442079460142', { kind: 'phone', number: '+442079460142' }],
    ['tel://+442079460142/', { kind: 'phone', number: '+442079460142' }],
    ['tel:%2B44%2020%207946%200142', { kind: 'phone', number: '+44 20 7946 0142' }],
    ['tel:+44 20 7946 0142', { kind: 'phone', number: '+44 20 7946 0142' }],
    ['tel:+44-20-7946-0142;ext=42-10', { kind: 'phone', number: '+44-20-7946-0142', extension: '42-10' }],
    [
      'tel:+442079460142;isub=12%2034;ext=7',
      { kind: 'phone', number: '+442079460142', extension: '7', subaddress: '12 34' },
    ],
    ['tel:7042;phone-context=example.com', { kind: 'phone', number: '7042' }],
    ['tel:863-1234;phone-context=+1-914-555', { kind: 'phone', number: '+1-914-555863-1234' }],
    ['tel:863-1234;phone-context=%2B1-914-555', { kind: 'phone', number: '+1-914-555863-1234' }],
    ['tel:+442079460142;phone-context=+1', { kind: 'phone', number: '+442079460142' }],
    ['tel:*21%23', { kind: 'phone', number: '*21#' }],
    ['callto:+442079460142', { kind: 'phone', number: '+442079460142' }],
    ['callto://6102?call', { kind: 'phone', number: '6102' }],
    ['callto:tel:+442079460142', { kind: 'phone', number: '+442079460142' }],
    ['callto:bob@example.com', { kind: 'address', shown: 'bob@example.com', uri: 'sip:bob@example.com' }],
    ['callto:sip:bob@example.com', { kind: 'address', shown: 'bob@example.com', uri: 'sip:bob@example.com' }],
    [
      'sip:bob%20b@example.com:5070;transport=tcp?Replaces=x&subject=y',
      { kind: 'address', shown: 'bob b@example.com', uri: 'sip:bob%20b@example.com:5070;transport=tcp' },
    ],
    [
      'sips:%2B442079460142@[2001:db8::1]',
      { kind: 'address', shown: '+442079460142@[2001:db8::1]', uri: 'sips:%2B442079460142@[2001:db8::1]' },
    ],
  ])('%s', (text, link) => {
    expect(parseLink(text)).toEqual(link);
  });
});

describe('links to chat', () => {
  test.each([
    ['xmpp:Bob@Example.com', { jid: 'bob@example.com', action: 'open' }],
    ['xmpp:bob@example.com/phone?message', { jid: 'bob@example.com', action: 'open' }],
    [
      'xmpp:bob@example.com?message;subject=Hi;body=See%20you%20at%2010%3B%20room%20%2B1',
      { jid: 'bob@example.com', action: 'open', body: 'See you at 10; room +1' },
    ],
    [
      'xmpp:bob@example.com?roster;name=Bob%20Okafor;group=Sales',
      { jid: 'bob@example.com', action: 'add', name: 'Bob Okafor', group: 'Sales' },
    ],
    ['xmpp:bob@example.com?subscribe', { jid: 'bob@example.com', action: 'add' }],
    ['xmpp://me@here.example/bob@example.com?message', { jid: 'bob@example.com', action: 'open' }],
    ['xmpp://bob@example.com', { jid: 'bob@example.com', action: 'open' }],
    ['xmpp:na%C3%AFve@example.com', { jid: 'naïve@example.com', action: 'open' }],
  ])('%s', (text, link) => {
    expect(parseLink(text)).toEqual({ kind: 'chat', ...link });
  });
});

test.each([
  '',
  'tel:',
  'tel:bob',
  'tel:%zz',
  'callto:echo-service',
  'sip:',
  'sip:example.com',
  'sip:bob:secret@example.com',
  'sip:bob@example.com\r\nEvil: 1',
  'tel:61\r\n02',
  'sip:bob@a@b',
  'xmpp:example.com',
  'xmpp:a@b@c',
  'xmpp:<x>@example.com',
  'javascript:alert(1)',
  'https://example.com',
  'file:///etc/passwd',
  '--flag',
  `tel:${'1'.repeat(2_000)}`,
])('"%s" leads nowhere', (text) => {
  expect(parseLink(text)).toBeUndefined();
});

test('an escape that hides a control character stays an escape', () => {
  expect(parseLink('tel:+44%0d%0a1')).toEqual({ kind: 'phone', number: '+44%0d%0a1' });
  expect(parseLink('xmpp:bob@example.com?message;body=a%00b')).toMatchObject({ body: 'a%00b' });
});
