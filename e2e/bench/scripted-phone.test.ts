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
