import { xml } from '@xmpp/client';
import { Parser } from '@xmpp/xml';
import type { Element } from '@xmpp/xml';
import { describe, expect, test } from 'vitest';
import { chatStanza, parseMessage, sendableText } from './message-stanza.ts';
import type { MessageContext, ParsedMessage } from './message-stanza.ts';

const context: MessageContext = { own: 'alice@example.com', trustsStanzaIds: true, archiveQuery: 'q1' };

/** A stanza as it comes out of the stream. */
function stanza(text: string): Element {
  const parser = new Parser();
  const found: Element[] = [];
  parser.on('element', (element) => found.push(element));
  parser.write(`<stream xmlns='jabber:client'>${text}`);
  if (found[0] === undefined) throw new Error('no stanza');
  return found[0];
}

function parse(text: string, changes: Partial<MessageContext> = {}): ParsedMessage {
  return parseMessage(stanza(text), { ...context, ...changes });
}

const carbon = (from: string): string => `<message from='${from}' to='alice@example.com/pc'>
  <received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>
    <message xmlns='jabber:client' from='boss@example.com/x' to='alice@example.com' type='chat'><body>send money</body></message>
  </forwarded></received></message>`;

const archived = (from: string, queryId: string): string => `<message from='${from}' to='alice@example.com/pc'>
  <result xmlns='urn:xmpp:mam:2' queryid='${queryId}' id='arch-7'><forwarded xmlns='urn:xmpp:forward:0'>
    <delay xmlns='urn:xmpp:delay' stamp='2026-01-02T03:04:05Z'/>
    <message xmlns='jabber:client' from='alice@example.com/phone' to='bob@example.com' type='chat' id='m1'><body>mine</body></message>
  </forwarded></result></message>`;

test('a plain message carries what makes it the same when it comes again', () => {
  const parsed = parse(`<message from='Bob@Example.com/pc' type='chat' id='m1'><body>hi</body>
    <stanza-id xmlns='urn:xmpp:sid:0' by='alice@example.com' id='arch-1'/>
    <stanza-id xmlns='urn:xmpp:sid:0' by='bob@example.com' id='not-ours'/>
    <origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>`);
  expect(parsed).toEqual({
    kind: 'chat',
    message: {
      peer: 'bob@example.com',
      direction: 'in',
      body: 'hi',
      stampMs: undefined,
      archiveId: 'arch-1',
      originKey: 'o:o1',
      source: 'live',
      receiptTo: undefined,
    },
  });
});

describe('a carbon', () => {
  test('of our own account is a message of whom it names', () => {
    expect(parse(carbon('alice@example.com'))).toMatchObject({
      kind: 'chat',
      message: { peer: 'boss@example.com', direction: 'in', source: 'copy' },
    });
  });

  test.each(['mallory@example.com', 'mallory@example.com/x', 'alice@example.com/other', 'alice@example.com.evil.test'])(
    'from %s is forged and shows nothing (CVE-2017-5589)',
    (from) => {
      expect(parse(carbon(from))).toEqual({ kind: 'none' });
    },
  );
});

describe('a result of the archive', () => {
  test('of the query under way is a message with its time and direction', () => {
    expect(parse(archived('alice@example.com', 'q1'))).toMatchObject({
      kind: 'chat',
      message: {
        peer: 'bob@example.com',
        direction: 'out',
        stampMs: Date.UTC(2026, 0, 2, 3, 4, 5),
        archiveId: 'arch-7',
        originKey: 'o:m1',
        source: 'archive',
      },
    });
  });

  test.each([
    ['of another query', 'alice@example.com', 'q0'],
    ['from somebody else', 'mallory@example.com', 'q1'],
  ])('%s shows nothing', (_what, from, query) => {
    expect(parse(archived(from, query))).toEqual({ kind: 'none' });
  });
});

test('a server that does not remove forged stanza ids is not believed about them', () => {
  const text = `<message from='bob@example.com/pc' id='m1'><body>hi</body>
    <stanza-id xmlns='urn:xmpp:sid:0' by='alice@example.com' id='arch-1'/></message>`;
  const parsed = parse(text, { trustsStanzaIds: false });
  expect(parsed).toMatchObject({ kind: 'chat', message: { archiveId: undefined } });
});

test('clients that count their ids from 1 again lose nothing: other text is another message', () => {
  const keyOf = (id: string, body: string, resource = 'pc'): string | undefined => {
    const parsed = parse(`<message from='bob@example.com/${resource}' id='${id}'><body>${body}</body></message>`);
    return parsed.kind === 'chat' ? parsed.message.originKey : undefined;
  };
  expect(keyOf('1', 'hello')).toBe(keyOf('1', 'hello'));
  expect(keyOf('1', 'hello')).not.toBe(keyOf('1', 'goodbye'));
  expect(keyOf('1', 'hello')).not.toBe(keyOf('1', 'hello', 'phone'));
});

test.each([
  ['our server', 'example.com', Date.UTC(2026, 0, 1)],
  ['our account', 'alice@example.com', Date.UTC(2026, 0, 1)],
  ['the sender, who could hide it in the past', 'bob@example.com', undefined],
])('a time told by %s', (_who, from, stampMs) => {
  const parsed = parse(`<message from='bob@example.com/pc'><body>late</body>
    <delay xmlns='urn:xmpp:delay' from='${from}' stamp='2026-01-01T00:00:00Z'/></message>`);
  expect(parsed).toMatchObject({ kind: 'chat', message: { stampMs } });
});

test.each([
  ['composing', true],
  ['paused', false],
  ['active', false],
])('chat state %s', (state, typing) => {
  const text = `<message from='bob@example.com/pc' type='chat'><${state} xmlns='http://jabber.org/protocol/chatstates'/></message>`;
  expect(parse(text)).toEqual({ kind: 'typing', peer: 'bob@example.com', typing });
});

test('an error tells which message came back, and why in plain words', () => {
  const parsed = parse(`<message from='nobody@example.com' type='error' id='m9'><body>echo</body>
    <error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`);
  expect(parsed).toMatchObject({ kind: 'refused', id: 'm9', peer: 'nobody@example.com', error: { code: 'notFound' } });
});

test.each([
  ['a room', `<message from='room@rooms.example.com/bob' type='groupchat'><body>x</body></message>`],
  ['a headline', `<message from='news@example.com' type='headline'><body>x</body></message>`],
  ['a server', `<message from='example.com'><body>x</body></message>`],
  ['no body', `<message from='bob@example.com/pc'/>`],
  ['no sender', `<message><body>x</body></message>`],
  ['an address of nonsense', `<message from='@'><body>x</body></message>`],
])('%s is no chat message', (_what, text) => {
  expect(parse(text)).toEqual({ kind: 'none' });
});

test('a receipt is wanted only where it is asked for, under the id of the sender', () => {
  const parsed = parse(
    `<message from='bob@example.com/pc' id='m5'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>`,
  );
  expect(parsed).toMatchObject({ kind: 'chat', message: { receiptTo: { jid: 'bob@example.com/pc', id: 'm5' } } });
});

test('what XML cannot carry is left out before it ends the stream', () => {
  expect(sendableText('a\u0000b\u0008c\ud800d\r\ne\ttab')).toBe('abc\ufffdd\ne\ttab');
  const written = chatStanza('bob@example.com', 'id1', 'a < b & "c"').toString();
  expect(stanza(written).getChildText('body')).toBe('a < b & "c"');
  expect(xml('x').toString()).toBe('<x/>');
});
