import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../lab/wait.ts';
import { ScriptedPhone } from './scripted-phone.ts';

const toneHz = 500;
let phone: ScriptedPhone;
let caller: Socket;
let heard: string[];

beforeEach(async () => {
  phone = await ScriptedPhone.start('dave', toneHz);
  caller = createSocket('udp4');
  heard = [];
  caller.on('message', (bytes) => heard.push(bytes.toString()));
});

afterEach(() => {
  phone.stop();
  caller.close();
});

function request(method: string, toTag = ''): string {
  return [
    `${method} ${phone.contact} SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKa',
    'Via: SIP/2.0/UDP 127.0.0.1:2;branch=z9hG4bKb',
    'Record-Route: <sip:127.0.0.1:1;lr>',
    'From: <sip:alice@parley.test>;tag=1',
    `To: <sip:dave@parley.test>${toTag}`,
    'Call-ID: one',
    `CSeq: 1 ${method}`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}

async function ask(method: string, toTag = ''): Promise<string> {
  caller.send(request(method, toTag), Number(phone.contact.split(':').at(-1)), '127.0.0.1');
  return await until(`an answer to ${method}`, () => heard.shift());
}

/** ITU-T G.711 mu-law of a sine, one packet. */
function packet(hz: number, amplitude: number): Buffer {
  const bytes = Buffer.alloc(12 + 160);
  bytes.writeUInt8(0x80, 0);
  for (let index = 0; index < 160; index += 1) {
    const sample = amplitude * Math.sin((2 * Math.PI * hz * index) / 8_000);
    const magnitude = Math.min(32_635, Math.round(Math.abs(sample) * 32_767)) + 0x84;
    const exponent = 31 - Math.clz32(magnitude) - 7;
    bytes.writeUInt8(
      ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff,
      12 + index,
    );
  }
  return bytes;
}

test('answers a call at once along the way that it came', async () => {
  const answer = await ask('INVITE');
  expect(answer).toMatch(/^SIP\/2\.0 200 OK\r\n/);
  expect(answer.indexOf('z9hG4bKa')).toBeLessThan(answer.indexOf('z9hG4bKb'));
  expect(answer).toContain('Record-Route: <sip:127.0.0.1:1;lr>');
  expect(answer).toMatch(/To: .*;tag=dave\r\n/);
  expect(answer).toMatch(/m=audio \d+ RTP\/AVP 0\r\n/);
  await ask('INVITE', ';tag=dave');
  await ask('BYE', ';tag=dave');
  expect(phone.calls).toEqual({ answered: 1, ended: 1 });
});

test('hears its tone, and neither another one nor silence', async () => {
  const port = Number(/m=audio (\d+)/.exec(await ask('INVITE'))?.[1]);
  caller.send(packet(toneHz, 0), port, '127.0.0.1');
  caller.send(packet(1_300, 0.5), port, '127.0.0.1');
  await until('both packets', () => phone.packets === 2);
  expect(phone.firstToneMs).toBeUndefined();
  const beforeMs = performance.timeOrigin + performance.now();
  caller.send(packet(toneHz, 0.5), port, '127.0.0.1');
  expect(await until('the tone', () => phone.firstToneMs)).toBeGreaterThanOrEqual(beforeMs);
});

test('calls with the password it is asked for, acknowledges, and plays its tone until the far end says BYE', async () => {
  const sound = createSocket('udp4');
  await new Promise<void>((resolve) => {
    for (const socket of [caller, sound]) socket.bind(0, '127.0.0.1', resolve);
  });
  await until('two ports', () => caller.address().port > 0 && sound.address().port > 0);
  const packets: Buffer[] = [];
  sound.on('message', (bytes) => packets.push(bytes));
  const phonePort = Number(phone.contact.split(':').at(-1));
  const answer = (invite: string, status: string, more: readonly string[], body = ''): void => {
    const copied = invite.split('\r\n').filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/.test(line));
    const lines = [`SIP/2.0 ${status}`, ...copied, ...more, `Content-Length: ${body.length}`, '', body];
    caller.send(lines.join('\r\n'), phonePort, '127.0.0.1');
  };
  phone.call({ domain: 'parley.test', user: 'alice', password: 'secret', proxyPort: caller.address().port });
  const first = await until('an INVITE', () => heard.shift());
  expect(first).toMatch(/^INVITE sip:alice@parley\.test /);
  answer(first, '407 Who', ['Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth"']);
  expect(await until('its ACK', () => heard.shift())).toMatch(/^ACK sip:alice@parley\.test .*CSeq: 1 ACK/s);
  const second = await until('the second INVITE', () => heard.shift());
  expect(second).toMatch(/CSeq: 2 INVITE.*Proxy-Authorization: Digest username="dave"/s);
  const sdp = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
  const media = [`m=audio ${sound.address().port} RTP/AVP 0`, ''];
  const more = ['Record-Route: <sip:b;lr>, <sip:a;lr>', 'Contact: <sip:alice@127.0.0.1:9>'];
  answer(second, '200 OK', [...more, 'Content-Type: application/sdp'], [...sdp, ...media].join('\r\n'));
  expect(await until('the ACK', () => heard.shift())).toMatch(
    /^ACK sip:alice@127\.0\.0\.1:9 .*Route: <sip:a;lr>\r\nRoute: <sip:b;lr>/s,
  );
  await until('sound', () => packets.length >= 3);
  expect(packets[0]?.length).toBe(172);
  expect(await ask('BYE')).toMatch(/^SIP\/2\.0 200/);
  sound.close();
});
