import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { DeviceCallEvent } from '../../src-main/calls/call-device.ts';
import { LonePhone } from './lone-phone.test-support.ts';
import { SippFront } from './sipp/sipp-front.ts';
import { startSipp } from './sipp/sipp.ts';
import type { RunningSipp, SippOptions } from './sipp/sipp.ts';
import { until } from './wait.ts';

/**
 * The softphone over UDP against SIPp, which plays PBXs that do odd things. Each scenario is asserted on both sides:
 * SIPp fails when a message is not what it expects, and the phone tells what became of the call.
 */
const front = new SippFront();
let running: RunningSipp | undefined;
let phone: LonePhone;

beforeAll(async () => {
  await front.start();
  phone = new LonePhone('udp', front.port);
  await phone.connect('secret');
});

afterAll(async () => {
  await phone.softphone.stop();
  await front.stop();
});

afterEach(() => {
  running?.stop();
  front.loses = () => false;
  front.bunch = 1;
  phone.forget();
  front.heard.length = 0;
});

async function play(scenario: string, options: Partial<SippOptions> = {}): Promise<RunningSipp> {
  running = await startSipp({ scenario, front, role: 'callee', ...options });
  return running;
}

const told = (type: DeviceCallEvent['type']): readonly DeviceCallEvent[] => phone.told(type);
const place = () => phone.place('sip:pbx@example.com');

/** Rings, is answered, and the far end hangs up. */
async function takeCall(withinMs = 8_000): Promise<void> {
  const before = told('established').length;
  const call = await until('the call to ring', () => phone.incoming.at(-1), withinMs, 5);
  await call.call.answer();
  await until('the call to be established', () => told('established').length > before, withinMs, 5);
}

/** Is answered by SIPp, then hung up here. */
async function callAndHangUp(withinMs = 8_000): Promise<void> {
  const call = place();
  await until('the call to be established', () => told('established').length === 1, withinMs, 5);
  await call.hangUp();
}

const end = (): DeviceCallEvent | undefined => told('end')[0];

test('a late offer is answered in the ACK', async () => {
  const { done } = await play('late-offer', { role: 'caller' });
  await takeCall();
  expect(await done).toEqual({ failure: '' });
  expect(end()).toMatchObject({ reason: 'remoteHungUp' });
  expect(phone.media.opened[0]?.answers).toHaveLength(1);
});

test('183, then 180, then another SDP in the 200: all of them are heard, the last one counts', async () => {
  const { done } = await play('early-then-ringing');
  await callAndHangUp();
  expect(await done).toEqual({ failure: '' });
  const ports = phone.media.opened[0]?.answers.map((sdp) => /m=audio (\d+)/.exec(sdp)?.[1]);
  expect(ports).toEqual(['4000', '5000']);
  expect(told('farEndRings')).toHaveLength(1);
  expect(end()).toMatchObject({ reason: 'hungUp' });
});

test('two phones that answer: the first one has the call, the second one is hung up', async () => {
  const { done } = await play('two-answers');
  front.bunch = 3; // its 180 and both 200
  const call = place();
  await until('the call to be established', () => told('established').length === 1, 8_000, 5);
  front.bunch = 1;
  await until('the second one to be hung up', () => front.heard.some((line) => line.startsWith('BYE ')), 8_000, 5);
  expect(end()).toBeUndefined();
  await call.hangUp();
  expect(await done).toEqual({ failure: '' });
});

test('a storm of re-INVITEs leaves the call as it is', async () => {
  const { done } = await play('reinvite-storm', { role: 'caller' });
  await takeCall();
  expect(await done).toEqual({ failure: '' });
  expect(end()).toMatchObject({ reason: 'remoteHungUp' });
});

test('without any Contact the call comes about, and can be hung up', async () => {
  const { done } = await play('missing-contact');
  await callAndHangUp();
  expect(await done).toEqual({ failure: '' });
});

test('requests out of order are refused, and the call goes on', async () => {
  const { done } = await play('wrong-cseq', { role: 'caller' });
  await takeCall();
  expect(await done).toEqual({ failure: '' });
  expect(end()).toMatchObject({ reason: 'remoteHungUp' });
});

test('a lost ACK: the 200 is repeated until it comes', async () => {
  const { done } = await play('lost-ack', { role: 'caller' });
  await takeCall();
  expect(await done).toEqual({ failure: '' });
  // At 0, 0.5, 1.5 and 3.5 s, then the ACK; the last one answers the BYE.
  expect(front.heard.filter((line) => line === 'SIP/2.0 200 OK')).toHaveLength(5);
  expect(end()).toMatchObject({ reason: 'remoteHungUp' });
});

test('a reliable 183 is acknowledged by PRACK, and its SDP is the answer', async () => {
  const { done } = await play('reliable-ringing');
  await callAndHangUp();
  expect(await done).toEqual({ failure: '' });
  expect(phone.media.opened[0]?.answers).toHaveLength(1);
});

test(
  'a session timer is kept by UPDATE at half time, though the proxy is frozen just then',
  { timeout: 40_000 },
  async () => {
    const updates = (): number => front.heard.filter((line) => line.startsWith('UPDATE ')).length;
    front.loses = () => updates() === 1 || updates() === 2;
    const { done } = await play('session-timer');
    const call = place();
    await until('the call to be established', () => told('established').length === 1, 8_000, 5);
    await until('the refresh', () => updates() === 3, 20_000, 20);
    expect(end()).toBeUndefined();
    await call.hangUp();
    expect(await done).toEqual({ failure: '' });
  },
);

/** The same losses in every run. */
function losses(seed: number): () => boolean {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state % 100 < 30;
  };
}

test.each([11, 42])(
  'with 30 % of the datagrams lost, a call comes about from here (seed %i)',
  { timeout: 60_000 },
  async (seed) => {
    front.loses = losses(seed);
    const before = front.lost;
    const { done } = await play('plain-callee', { timeoutS: 45 });
    await callAndHangUp(30_000);
    expect(await done).toEqual({ failure: '' });
    expect(front.lost).toBeGreaterThan(before);
    expect(end()).toMatchObject({ reason: 'hungUp' });
  },
);

test.each([5, 17])('with 30 % of the datagrams lost, a call comes in (seed %i)', { timeout: 60_000 }, async (seed) => {
  front.loses = losses(seed);
  const { done } = await play('plain-caller', { role: 'caller', timeoutS: 45 });
  await takeCall(30_000);
  expect(await done).toEqual({ failure: '' });
  await until('the call to end', () => end() !== undefined, 30_000, 20);
  expect(end()).toMatchObject({ reason: 'remoteHungUp' });
});
