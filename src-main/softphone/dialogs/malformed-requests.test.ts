import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../eventually.test-support.ts';
import { calledPeer, phoneAndPeer, sipText } from '../fake-peer.test-support.ts';
import { fakeSdp } from '../fake-window.test-support.ts';
import { headerValue, isResponse, statusCode } from '../sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

let nextCall = 1;

function request(method: string, change: (text: string) => string = (text) => text, body = ''): string {
  nextCall += 1;
  return change(
    sipText(
      `${method} sip:alice@example.com SIP/2.0`,
      {
        Via: `SIP/2.0/TCP 198.51.100.1;branch=z9hG4bKodd${nextCall}`,
        'Max-Forwards': '70',
        From: '<sip:carol@example.com>;tag=c',
        To: '<sip:alice@example.com>',
        'Call-ID': `odd${nextCall}@198.51.100.1`,
        CSeq: `1 ${method}`,
        Contact: '<sip:carol@198.51.100.1>',
      },
      body,
    ),
  );
}

const without = (name: string) => (text: string) => text.replace(new RegExp(`^${name}:.*\\r\\n`, 'm'), '');
const becomes = (name: string, value: string) => (text: string) =>
  text.replace(new RegExp(`^${name}:.*$`, 'm'), `${name}: ${value}`);
const plus = (header: string) => (text: string) => text.replace('Max-Forwards', `${header}\r\nMax-Forwards`);

/** All that the phone answers to this, as status and one header. */
async function answersTo(text: string, header = '') {
  const { phone, peer } = await phoneAndPeer();
  const before = peer.heard.length;
  peer.deliver(text);
  await vi.advanceTimersByTimeAsync(500);
  const answers = peer.heard.slice(before).filter(isResponse);
  return {
    phone,
    peer,
    answers,
    statuses: answers.map(statusCode),
    value: answers.map((one) => headerValue(one, header)),
  };
}

describe('a request that cannot be understood is answered', () => {
  test.each([
    ['without Call-ID', 400, request('INVITE', without('Call-ID'), fakeSdp)],
    ['without From', 400, request('OPTIONS', without('From'))],
    ['without To', 400, request('OPTIONS', without('To'))],
    ['without CSeq', 400, request('OPTIONS', without('CSeq'))],
    ['with a CSeq of garbage', 400, request('OPTIONS', becomes('CSeq', 'many OPTIONS'))],
    ['with a CSeq of another method', 400, request('OPTIONS', becomes('CSeq', '1 INVITE'))],
    ['with a CSeq beyond 2^31', 400, request('OPTIONS', becomes('CSeq', '2147483648 OPTIONS'))],
    ['with a From of garbage', 400, request('OPTIONS', becomes('From', '<<<<>>>>;tag=1'))],
    ['with a From without tag', 400, request('INVITE', becomes('From', '<sip:carol@example.com>'), fakeSdp)],
    ['with a To that is not closed', 400, request('OPTIONS', becomes('To', '<sip:alice@example.com'))],
    ['with two To', 400, request('OPTIONS', plus('To: <sip:x@example.com>'))],
    ['with a Max-Forwards of garbage', 400, request('OPTIONS', becomes('Max-Forwards', 'many'))],
    ['with a negative Content-Length', 400, request('OPTIONS', becomes('Content-Length', '-1'))],
    ['with a body cut off', 400, request('INVITE', becomes('Content-Length', '9999'), fakeSdp)],
    ['with a body of no type', 400, request('INVITE', without('Content-Type'), fakeSdp)],
    ['with a line that is no header', 400, request('OPTIONS', plus('This is no header'))],
    ['without Contact', 400, request('INVITE', without('Contact'), fakeSdp)],
    ['with a Contact of garbage', 400, request('INVITE', becomes('Contact', '???'), fakeSdp)],
    ['of SIP 3.0', 505, request('OPTIONS', (text) => text.replace('SIP/2.0\r\n', 'SIP/3.0\r\n'))],
    ['for an address of another kind', 416, request('OPTIONS', (text) => text.replace('sip:alice@', 'http://alice@'))],
    ['of an unknown method', 405, request('EXPLODE')],
    ['for nobody here', 404, request('OPTIONS', (text) => text.replace('sip:alice@', 'sip:nobody@'))],
    ['that ends no call', 481, request('BYE', becomes('To', '<sip:alice@example.com>;tag=none'))],
    ['that cancels nothing', 481, request('CANCEL')],
    ['that updates no call', 481, request('UPDATE', becomes('To', '<sip:alice@example.com>;tag=none'))],
    ['that acknowledges no ringing', 481, request('PRACK', becomes('To', '<sip:alice@example.com>;tag=none'))],
    ['that tells of nothing', 489, request('NOTIFY', becomes('To', '<sip:alice@example.com>;tag=none'))],
  ])('%s: %i', async (_what, status, text) => {
    const { statuses, phone } = await answersTo(text);
    expect(statuses).toEqual([status]);
    expect(phone.incoming).toHaveLength(0);
  });

  test.each([
    [
      'an extension that we do not have',
      request('INVITE', plus('Require: timer, time-travel'), fakeSdp),
      420,
      'unsupported',
      'time-travel',
    ],
    [
      'a body of another kind',
      request('INVITE', becomes('Content-Type', 'text/html'), fakeSdp),
      415,
      'accept',
      'application/sdp',
    ],
    ['a packed body', request('INVITE', plus('Content-Encoding: gzip'), fakeSdp), 415, 'accept-encoding', 'identity'],
  ])('needing %s, with what we have', async (_what, text, status, header, value) => {
    const answer = await answersTo(text, header);
    expect(answer.statuses).toEqual([status]);
    expect(answer.value).toEqual([value]);
  });

  test('the same way when it is repeated', async () => {
    const text = request('OPTIONS', without('From'));
    const { peer, answers } = await answersTo(text);
    peer.deliver(text);
    await vi.advanceTimersByTimeAsync(100);
    expect(peer.heard.filter(isResponse).at(-1)).toEqual(answers[0]);
  });
});

describe('a message that nobody can be answered for is dropped', () => {
  test.each([
    ['an ACK of garbage', request('ACK', becomes('CSeq', 'x'))],
    ['a request without Via', request('OPTIONS', without('Via'))],
    ['a Via without branch', request('OPTIONS', becomes('Via', 'SIP/2.0/TCP 198.51.100.1'))],
    ['an answer to nothing', request('OPTIONS', (text) => text.replace(/^[^\r]*/, 'SIP/2.0 200 OK'))],
    ['an answer without Via', request('OPTIONS', (text) => without('Via')(text.replace(/^[^\r]*/, 'SIP/2.0 200 OK')))],
    ['noise', '\0'.repeat(100)],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s', async (_what, text) => {
    const { statuses } = await answersTo(text);
    expect(statuses).toEqual([]);
  });
});

describe('what is only unusual is taken', () => {
  test('SDP within a multipart body with ISUP', async () => {
    const body = `--edge\r\nContent-Type: application/isup\r\n\r\n\u0001\u0002\r\n--edge\r\nContent-Type: application/sdp\r\n\r\n${fakeSdp}\r\n--edge--\r\n`;
    const { phone } = await answersTo(
      request('INVITE', becomes('Content-Type', 'multipart/mixed;boundary=edge'), body),
    );
    expect(phone.incoming).toHaveLength(1);
  });

  test.each([
    [
      'addresses without brackets',
      request('INVITE', (text) => text.replace(/^(From|To|Contact): <([^>]*)>/gm, '$1: $2'), fakeSdp),
    ],
    ['no Max-Forwards', request('INVITE', without('Max-Forwards'), fakeSdp)],
    [
      'a tel: address',
      request('INVITE', (text) => text.replace('sip:alice@example.com SIP', 'tel:+442079460101 SIP'), fakeSdp),
    ],
    [
      'a body that is optional',
      request(
        'INVITE',
        (text) => plus('Content-Disposition: render;handling=optional')(becomes('Content-Type', 'text/plain')(text)),
        'hello',
      ),
    ],
    ['blanks before the colons', request('INVITE', (text) => text.replace(/^(From|To|CSeq):/gm, '$1 :'), fakeSdp)],
    [
      'compact names',
      request(
        'INVITE',
        (text) =>
          text
            .replace(/^From/m, 'f')
            .replace(/^Call-ID/m, 'i')
            .replace(/^Contact/m, 'm'),
        fakeSdp,
      ),
    ],
  ])('%s', async (_what, text) => {
    const { phone } = await answersTo(text);
    expect(phone.incoming).toHaveLength(1);
  });
});

describe('what old and careless senders write is answered', () => {
  test.each([
    ['OPTIONS without a tag in From', request('OPTIONS', becomes('From', '<sip:carol@example.com>')), 200],
    ['OPTIONS with blank lines behind it', `${request('OPTIONS')}\r\n\r\n`, 200],
  ])('%s', async (_what, text, status) => {
    expect((await answersTo(text)).statuses).toEqual([status]);
  });
});

describe('words sent by MESSAGE are refused, since nobody here would read them', () => {
  test('outside of a call', async () => {
    const text = request('MESSAGE', plus('Content-Type: text/plain'), 'hello');
    const { statuses, value } = await answersTo(text, 'allow');
    expect(statuses).toEqual([405]);
    expect(value[0]).toContain('INVITE');
    expect(value[0]).not.toContain('MESSAGE');
  });

  test('in a call, which goes on', async () => {
    const { phone, peer } = await calledPeer();
    peer.ask('MESSAGE', { 'Content-Type': 'text/plain' }, 'hello');
    expect(statusCode(await peer.answer('MESSAGE'))).toBe(405);
    peer.ask('INFO');
    expect(statusCode(await peer.answer('INFO'))).toBe(200);
    expect(phone.end).toBeUndefined();
  });
});

describe('in a call', () => {
  test('a wrong CSeq is refused with 500 and changes nothing', async () => {
    const { phone, peer } = await calledPeer();
    peer.ask('INFO');
    await peer.answer('INFO');
    peer.sequence -= 10;
    peer.ask('INVITE', {}, fakeSdp);
    expect(statusCode(await peer.answer('INVITE'))).toBe(500);
    expect(phone.end).toBeUndefined();
  });

  test('a storm of re-INVITEs is answered one at a time, and the call goes on', async () => {
    const { phone, peer } = await calledPeer();
    for (let count = 0; count < 20; count += 1) peer.ask('INVITE', {}, fakeSdp);
    await vi.advanceTimersByTimeAsync(200);
    const answered = peer
      .answers('INVITE')
      .map(statusCode)
      .filter((status) => status >= 200);
    expect(answered.filter((status) => status === 200)).toHaveLength(1);
    expect(answered.filter((status) => status === 500)).toHaveLength(19);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(phone.end).toBeUndefined();
  });

  test('a re-INVITE whose ACK is lost does not block the next one of ours for ever', async () => {
    const { peer } = await calledPeer({ 'Session-Expires': '200;refresher=uac' });
    await vi.advanceTimersByTimeAsync(95_000);
    peer.ask('INVITE', { 'Session-Expires': '200;refresher=uas', Supported: 'timer' }, fakeSdp);
    expect(statusCode(await peer.answer('INVITE'))).toBe(200);
    await vi.advanceTimersByTimeAsync(125_000);
    expect(peer.requests('INVITE')).toHaveLength(1);
    await peer.request('INVITE', 2, 10_000);
  });

  test('an ACK that never comes ends it with BYE after 32 s, the 200 repeated until then', async () => {
    const { phone, peer } = await phoneAndPeer();
    peer.invite();
    await eventually(() => {
      expect(phone.incoming).toHaveLength(1);
    });
    await phone.incoming[0]?.call.answer();
    await peer.answer('INVITE');
    await vi.advanceTimersByTimeAsync(33_000);
    expect(peer.answers('INVITE').filter((answer) => statusCode(answer) === 200).length).toBeGreaterThan(8);
    await peer.request('BYE');
    expect(phone.end).toBeDefined();
  });
});
