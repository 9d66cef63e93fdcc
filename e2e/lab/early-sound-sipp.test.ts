import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeviceCallEvent } from '../../src-main/calls/call-device.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { MediaGateway } from '../../src-main/media-gateway/gateway-client.ts';
import { forkGatewayInNode } from '../../src-main/media-gateway/node-channel.ts';
import { fakePhoneConfig } from '../../src-main/softphone/fake-phone.test-support.ts';
import { GatewayMediaFactory } from '../../src-main/softphone/gateway-media.ts';
import { Softphone } from '../../src-main/softphone/softphone.ts';
import { ScriptedWindow } from './scripted-window.test-support.ts';
import { SippFront } from './sipp/sipp-front.ts';
import { startSipp } from './sipp/sipp.ts';
import { toneIn, twoTones } from './tone.ts';
import { until } from './wait.ts';

/** An announcement of the PBX, played by SIPp while the call is not answered, through the real gateway. */
const [announcementHz, windowHz] = twoTones();
const rateHz = 8_000;
const front = new SippFront();
const window = new ScriptedWindow(windowHz);
const gateway = new MediaGateway({
  forkGateway: () =>
    forkGatewayInNode(
      fileURLToPath(new URL('../../src-main/media-gateway/process.ts', import.meta.url)),
      () => undefined,
    ),
  clock: systemClock,
  log: silentLogger,
  health: { report: () => undefined },
});
let phone: Softphone;

beforeAll(async () => {
  await front.start();
  await gateway.start();
  phone = new Softphone({
    config: {
      ...fakePhoneConfig('alice', 'udp'),
      servers: [{ host: '127.0.0.1', port: front.port }],
    },
    trust: { extraCa: [], useSystemStore: false },
    product: 'Parley/test',
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
    health: { report: () => undefined },
    window,
    media: new GatewayMediaFactory(gateway, window, () => ['PCMU'], { mode: 'never', keysAreSecret: false }),
  });
  phone.handleIncoming(() => undefined);
  await phone.start();
  await phone.connect('secret');
  await until('the line to come up', () => phone.line().state === 'registered', 5_000, 10);
}, 30_000);

afterAll(async () => {
  await phone.stop();
  window.closeAll();
  await gateway.stop();
  await front.stop();
}, 30_000);

/** A second of a tone in G.711 mu-law (ITU-T G.711 table 2). */
function muLawTone(hz: number): Uint8Array {
  return Uint8Array.from({ length: rateHz }, (_, at) => {
    const sample = Math.round(8_000 * Math.sin((2 * Math.PI * hz * at) / rateHz));
    const magnitude = Math.min(Math.abs(sample) + 132, 32_767);
    const exponent = Math.max(0, Math.floor(Math.log2(magnitude)) - 7);
    const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
  });
}

test('an announcement before the answer is heard', { timeout: 30_000 }, async () => {
  const events: DeviceCallEvent[] = [];
  const established = (): boolean => events.some(({ type }) => type === 'established');
  const { done } = await startSipp({
    ...{ scenario: 'early-sound', front, role: 'callee' },
    files: { 'tone.ulaw': muLawTone(announcementHz) },
  });
  const target = { kind: 'uri', shown: 'pbx', dialled: 'sip:pbx@example.com' } as const;
  const call = phone.place('call-1', target, (event) => events.push(event));
  await until('half a second of sound', () => window.heard('call-1').samples.length >= rateHz / 2, 8_000, 20);
  expect(established()).toBe(false);
  expect(toneIn(window.heard('call-1'), announcementHz).share).toBeGreaterThan(0.5);
  expect(toneIn(window.heard('call-1'), windowHz).share).toBeLessThan(0.1);
  await until('the call to be established', established, 10_000, 10);
  await call.hangUp();
  expect(await done).toEqual({ failure: '' });
});
