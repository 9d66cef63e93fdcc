import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fitsIntoDatagram, fitting } from './datagram-size.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer } from './fake-sip-server.test-support.ts';
import { formatSipMessage, headerValue, methodOf, parseSipMessage } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function request(bytes: number, startLine = 'INVITE sip:b@h SIP/2.0'): SipMessage {
  const head = `${startLine}\r\nVia: SIP/2.0/UDP h;branch=z\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: 7\r\nX-Own: 1\r\n\r\n`;
  const parsed = parseSipMessage(`${head}${'x'.repeat(bytes - head.length)}`);
  if (parsed === undefined) throw new Error('not SIP');
  return parsed;
}

test('what fits is left as it is', () => {
  const whole = request(1_300);
  expect(fitting(whole)).toBe(whole);
});

test('what fits in the compact form only is written in it, header by header the same', () => {
  const short = fitting(request(1_306));
  expect(formatSipMessage(short)).toMatch(/\r\nv: SIP.*\r\nf: <sip:a@h>;tag=1\r\nt: .*\r\ni: 7\r\nX-Own: 1\r\n/);
  expect(fitsIntoDatagram(short)).toBe(true);
  for (const key of ['via', 'from', 'to', 'call-id', 'x-own'])
    expect(headerValue(short, key)).toBe(headerValue(request(1_306), key));
});

test('what never fits keeps its long names, and goes another way', () => {
  const whole = request(1_400);
  expect(fitting(whole)).toBe(whole);
});

test('an answer is sent as it is, however long', () => {
  const answer = request(2_000, 'SIP/2.0 200 OK');
  expect(fitting(answer)).toBe(answer);
});

async function inviteTo(user: string, protocol: 'UDP' | 'TCP'): Promise<string> {
  const server = new FakeSipServer(protocol);
  const phone = new FakePhone(server, 'alice');
  await phone.softphone.start();
  await phone.softphone.connect('secret');
  await eventually(() => {
    expect(phone.softphone.line().state).toBe('registered');
  });
  phone.place(`sip:${user}@example.com`);
  const find = () => server.passages.find(({ message }) => methodOf(message) === 'INVITE')?.message;
  await eventually(() => {
    expect(find()).toBeDefined();
  });
  const invite = find();
  return invite === undefined ? '' : formatSipMessage(invite);
}

test('an INVITE a little too large for UDP leaves in the compact form; over TCP it has no reason to', async () => {
  const usual = (await inviteTo('bob', 'UDP')).length;
  // The user stands in the first line and in To.
  const user = `bob${'x'.repeat(Math.ceil((1_330 - usual) / 2))}`;
  const udp = await inviteTo(user, 'UDP');
  expect(udp).toMatch(/^v: SIP\/2\.0\/UDP/m);
  expect(udp.length).toBeLessThanOrEqual(1_300);
  expect(await inviteTo(user, 'TCP')).toMatch(/^Via: SIP\/2\.0\/TCP/m);
});
