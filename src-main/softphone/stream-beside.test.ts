import { beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../core/log.ts';
import { headerValue, parseSipMessage } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';
import { StreamBeside } from './stream-beside.ts';
import type { Wire, WireListener } from './wire.ts';

let opened: number;
let takesTcp: boolean;
let sent: string[];
let received: string[];
let listener: WireListener | undefined;
let beside: StreamBeside;

function wire(): Wire {
  return {
    protocol: 'TCP',
    unreliable: false,
    addressed: true,
    open: (heard) => {
      opened += 1;
      listener = heard;
      return takesTcp
        ? Promise.resolve({ address: '192.0.2.7', port: 1 })
        : Promise.reject(new Error('connection refused'));
    },
    send: (text) => {
      sent.push(text);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

beforeEach(() => {
  opened = 0;
  takesTcp = true;
  sent = [];
  received = [];
  beside = new StreamBeside({
    makeWire: wire,
    received: (text) => received.push(text),
    dropped: () => undefined,
    log: silentLogger,
  });
});

function message(startLine: string, branch: string, bodyBytes = 0, transport = 'UDP'): SipMessage {
  const via = `SIP/2.0/${transport} 192.0.2.7:5070;branch=${branch}`;
  const text = `${startLine}\r\nVia: ${via}\r\nVia: SIP/2.0/UDP far;branch=x\r\nCSeq: 1 INVITE\r\n\r\n${'x'.repeat(bodyBytes)}`;
  const parsed = parseSipMessage(text);
  if (parsed === undefined) throw new Error('not SIP');
  return parsed;
}

const invite = (branch: string, bodyBytes: number): SipMessage => message('INVITE sip:b@h SIP/2.0', branch, bodyBytes);

test('a request above 1300 bytes goes over TCP and says so in its Via; smaller ones stay on UDP', async () => {
  expect(await beside.send(invite('z1', 100))).toBe(false);
  expect(opened).toBe(0);
  expect(await beside.send(invite('z2', 1_400))).toBe(true);
  const [text = ''] = sent;
  const parsed = parseSipMessage(text);
  expect(parsed && headerValue(parsed, 'via')).toMatch(/^SIP\/2\.0\/TCP 192\.0\.2\.7:5070;branch=z2/);
  expect(text).toContain('Via: SIP/2.0/UDP far');
});

test('CANCEL and the ACK of a refusal take the way of their INVITE', async () => {
  await beside.send(invite('z1', 1_400));
  expect(await beside.send(message('CANCEL sip:b@h SIP/2.0', 'z1'))).toBe(true);
  expect(await beside.send(message('ACK sip:b@h SIP/2.0', 'z1'))).toBe(true);
  expect(await beside.send(message('ACK sip:b@h SIP/2.0', 'z9'))).toBe(false);
});

test('an answer goes back over the connection of its request', async () => {
  await beside.send(invite('z1', 1_400));
  listener?.message('BYE');
  expect(received).toEqual(['BYE']);
  expect(await beside.send(message('SIP/2.0 200 OK', 'far', 0, 'TCP'))).toBe(true);
  expect(await beside.send(message('SIP/2.0 200 OK', 'far', 0, 'UDP'))).toBe(false);
});

test('a server without TCP is asked once, and gets everything over UDP', async () => {
  takesTcp = false;
  expect(await beside.send(invite('z1', 1_400))).toBe(false);
  expect(await beside.send(invite('z2', 1_400))).toBe(false);
  expect(opened).toBe(1);
});

test('a connection that was lost is opened anew; after close nothing is sent', async () => {
  await beside.send(invite('z1', 1_400));
  listener?.closed(new Error('reset'));
  expect(await beside.send(invite('z2', 1_400))).toBe(true);
  expect(opened).toBe(2);
  await beside.close();
  expect(await beside.send(invite('z3', 1_400))).toBe(false);
});
