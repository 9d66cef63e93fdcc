import { describe, expect, test } from 'vitest';
import { parseTarget } from './targets.ts';

describe('what a link asks for', () => {
  test.each([
    ['tel:+44-20-7946-0142;ext=4210', { kind: 'dial', number: '+44-20-7946-0142' }],
    ['TEL:+442079460142', { kind: 'dial', number: '+442079460142' }],
    ['sip:bob@example.com;transport=tcp?subject=x', { kind: 'dial', number: 'bob@example.com' }],
    ['xmpp:Bob@example.com/phone?message', { kind: 'chat', jid: 'bob@example.com' }],
    ['chats/bob@example.com', { kind: 'route', hash: 'chats/bob@example.com' }],
    ['#/voicemail', { kind: 'route', hash: '#/voicemail' }],
  ] as const)('%s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  test.each(['javascript:alert(1)', 'https://example.com', 'file:///etc/passwd', 'nowhere', ''])(
    '%s leads nowhere',
    (text) => {
      expect(parseTarget(text)).toBeUndefined();
    },
  );
});
