import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from './eventually.test-support.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer, statusesFrom } from './fake-sip-server.test-support.ts';
import { headerValue, methodOf } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function bobAlone(): Promise<{ server: FakeSipServer; bob: FakePhone; contactUser: string }> {
  const server = new FakeSipServer();
  const bob = new FakePhone(server, 'bob');
  await bob.softphone.start();
  await bob.softphone.connect('secret');
  await eventually(() => {
    expect(bob.softphone.line().state).toBe('registered');
  });
  const register = server.passages.find(({ message }) => methodOf(message) === 'REGISTER')?.message;
  const contact = register === undefined ? undefined : headerValue(register, 'contact');
  return { server, bob, contactUser: /sip:([^@]+)@/.exec(contact ?? '')?.[1] ?? '' };
}

let nextCall = 1;
function request(startLine: string, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const method = startLine.split(' ')[0] ?? '';
  const all = {
    Via: `SIP/2.0/TCP 198.51.100.1;branch=z9hG4bK${nextCall++}`,
    'Max-Forwards': '70',
    From: '<sip:carol@example.com>;tag=c',
    To: '<sip:bob@example.com>',
    'Call-ID': `call${nextCall}@198.51.100.1`,
    CSeq: `1 ${method}`,
    Contact: '<sip:carol@198.51.100.1>',
    ...(body === '' ? {} : { 'Content-Type': 'application/sdp' }),
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${startLine}\r\n${lines.join('')}\r\n${body}`;
}

const sdp = 'v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

describe('what SIP.js does not take and real servers send', () => {
  test('OPTIONS to an address without a user is answered 200', async () => {
    const { server } = await bobAlone();
    server.deliver('bob', request('OPTIONS sip:192.0.2.7:5070 SIP/2.0'));
    await eventually(() => {
      expect(statusesFrom(server, 'bob')).toEqual([200]);
    });
  });

  test.each([
    ['a sips: address', 'sips:USER@192.0.2.7:5070', {}, { number: 'carol' }],
    [
      'a tel: caller',
      'sip:USER@192.0.2.7:5070',
      { From: '"Front Desk" <tel:+442079460101;phone-context=x>;tag=c' },
      { number: '+442079460101', name: 'Front Desk' },
    ],
    [
      'a tel: caller without brackets',
      'sip:USER@192.0.2.7:5070',
      { From: 'tel:+442079460101;tag=c' },
      { number: '+442079460101' },
    ],
    [
      'an unquoted name of other letters',
      'sip:USER@192.0.2.7:5070',
      { From: 'Jürgen Groß <sip:201@example.com>;tag=c' },
      { number: '201', name: 'Jürgen Groß' },
    ],
    [
      'a name that the network asserts',
      'sip:USER@192.0.2.7:5070',
      {
        From: '"0151" <sip:anonymous@anonymous.invalid>;tag=c',
        'P-Asserted-Identity': '"Grace A." <sip:6106@example.com>',
      },
      { number: '6106', name: 'Grace A.' },
    ],
    [
      'a withheld number',
      'sip:USER@192.0.2.7:5070',
      { From: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=c' },
      { number: 'anonymous' },
    ],
    [
      'a number that the server does not know, in its own words',
      'sip:USER@192.0.2.7:5070',
      { From: '"Unavailable" <sip:unavailable@unknown.invalid>;tag=c' },
      { number: 'anonymous' },
    ],
    [
      'headers in compact form',
      'sip:USER@192.0.2.7:5070',
      { From: '', f: '"Carol" <sip:carol@other.example>;tag=c' },
      { number: 'carol@other.example', name: 'Carol' },
    ],
  ] as const)('a call with %s rings', async (_what, uri, headers, caller) => {
    const { server, bob, contactUser } = await bobAlone();
    const text = request(`INVITE ${uri.replace('USER', contactUser)} SIP/2.0`, headers, sdp).replace('From: \r\n', '');
    server.deliver('bob', text);
    await eventually(() => {
      expect(bob.incoming).toHaveLength(1);
    });
    expect(bob.incoming[0]).toMatchObject(caller);
    expect('name' in caller || bob.incoming[0]?.name === undefined).toBe(true);
    expect(statusesFrom(server, 'bob')).toEqual([100, 180]);
  });

  test('an INVITE without an offer is answered with one', async () => {
    const { server, bob, contactUser } = await bobAlone();
    server.deliver('bob', request(`INVITE sip:${contactUser}@192.0.2.7:5070 SIP/2.0`));
    await eventually(() => {
      expect(bob.incoming).toHaveLength(1);
    });
    await bob.incoming[0]?.call.answer();
    await eventually(() => {
      expect(statusesFrom(server, 'bob')).toContain(200);
    });
    expect(server.passages.at(-1)?.message.body).toContain('m=audio');
  });
});

describe('malformed input', () => {
  const good = request('OPTIONS sip:bob@192.0.2.7 SIP/2.0');
  const corpus: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['line breaks', '\r\n\r\n\r\n'],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['zeros', '\0'.repeat(500)],
    ['random bytes', String.fromCharCode(...Array.from({ length: 400 }, (_, index) => (index * 7919) % 256))],
    ['a lone start line', 'INVITE sip:bob@example.com SIP/2.0\r\n'],
    ['no headers', 'INVITE sip:bob@example.com SIP/2.0\r\n\r\n'],
    ['an unknown version', good.replace('SIP/2.0\r\n', 'SIP/3.0\r\n')],
    ['an unknown method', good.replaceAll('OPTIONS', 'EXPLODE')],
    ['a status of four digits', good.replace(/^[^\r]*/, 'SIP/2.0 2000 OK')],
    ['a status of 000', good.replace(/^[^\r]*/, 'SIP/2.0 000 No')],
    ['a header without colon', good.replace('Max-Forwards: 70', 'Max-Forwards 70')],
    ['a header line of control characters', good.replace('Max-Forwards', '\u0001\u0002')],
    ['a header name of other letters', good.replace('Max-Forwards', 'Überschrift')],
    ['no Via', good.replace(/^Via:.*\r\n/m, '')],
    ['an empty Via', good.replace(/^Via:.*$/m, 'Via:')],
    ['a Via of garbage', good.replace(/^Via:.*$/m, 'Via: SIP/2.0/TCP ;;;===')],
    ['no CSeq', good.replace(/^CSeq:.*\r\n/m, '')],
    ['a CSeq of garbage', good.replace(/^CSeq:.*$/m, 'CSeq: many OPTIONS')],
    ['a CSeq of another method', good.replace(/^CSeq:.*$/m, 'CSeq: 1 INVITE')],
    ['a huge CSeq', good.replace(/^CSeq:.*$/m, `CSeq: ${'9'.repeat(40)} OPTIONS`)],
    ['no From', good.replace(/^From:.*\r\n/m, '')],
    ['a From of garbage', good.replace(/^From:.*$/m, 'From: <<<<>>>>')],
    ['a From with an open quote', good.replace(/^From:.*$/m, 'From: "carol <sip:carol@example.com>;tag=1')],
    ['a To without brackets closed', good.replace(/^To:.*$/m, 'To: <sip:bob@example.com')],
    ['a tel URI of garbage', good.replace(/^From:.*$/m, 'From: <tel:>;tag=1')],
    ['a negative Content-Length', good.replace(/^Content-Length:.*$/m, 'Content-Length: -1')],
    ['a Content-Length too large', good.replace(/^Content-Length:.*$/m, 'Content-Length: 99999')],
    ['a Contact of garbage', good.replace(/^Contact:.*$/m, 'Contact: ???')],
    ['a Record-Route of garbage', good.replace('Max-Forwards', 'Record-Route: ,,,\r\nMax-Forwards')],
    ['a header that goes on for ever', good.replace('Max-Forwards', `X-Long: ${'a'.repeat(60_000)}\r\nMax-Forwards`)],
    ['a thousand headers', good.replace('Max-Forwards', `${'X-Many: 1\r\n'.repeat(1_000)}Max-Forwards`)],
    ['a folded start', ` ${good}`],
    ['an answer to nothing', request('OPTIONS x SIP/2.0').replace(/^[^\r]*/, 'SIP/2.0 200 OK')],
    [
      'a challenge to nothing',
      good.replace(/^[^\r]*/, 'SIP/2.0 401 No').replace('Max-Forwards: 70', 'WWW-Authenticate: Digest'),
    ],
    ['an ACK to nothing', good.replaceAll('OPTIONS', 'ACK')],
    ['a CANCEL of nothing', good.replaceAll('OPTIONS', 'CANCEL')],
    ['a BYE of nothing', good.replaceAll('OPTIONS', 'BYE')],
    [
      'a Replaces of garbage',
      good.replaceAll('OPTIONS', 'INVITE').replace('Max-Forwards', 'Replaces: ;;;\r\nMax-Forwards'),
    ],
  ];

  test('harms nothing: a call rings afterwards', async () => {
    const { server, bob, contactUser } = await bobAlone();
    for (const [, text] of corpus) server.deliver('bob', text);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bob.softphone.line().state).toBe('registered');
    const before = bob.incoming.length;
    server.deliver('bob', request(`INVITE sip:${contactUser}@192.0.2.7:5070 SIP/2.0`, {}, sdp));
    await eventually(() => {
      expect(bob.incoming).toHaveLength(before + 1);
    });
  });

  test.each(corpus)('of the kind "%s" ends nothing', async (_name, text) => {
    const { server, bob } = await bobAlone();
    server.deliver('bob', text);
    await vi.advanceTimersByTimeAsync(100);
    expect(bob.softphone.line().state).toBe('registered');
    expect(bob.told).not.toContain('established');
  });

  test('is counted', async () => {
    const { server, bob } = await bobAlone();
    server.deliver('bob', 'GET / HTTP/1.1\r\n\r\n');
    server.deliver('bob', 'nonsense');
    await vi.advanceTimersByTimeAsync(100);
    expect(bob.softphone.dropped).toBe(2);
  });
});
