import { describe, expect, test, vi } from 'vitest';
import { DirectMediaFactory } from './direct-media.ts';
import { FakeWindow, fakeSdp } from './fake-window.test-support.ts';

function established() {
  const window = new FakeWindow();
  const ice = { iceServers: [], relayOnly: false };
  const media = new DirectMediaFactory(window, () => ['PCMA', 'telephone-event'], ice, true).open('call');
  return { window, media, session: media.session };
}
const version = (sdp: string): number => Number(/^o=\S+ \S+ (\d+)/m.exec(sdp)?.[1]);
const withDirection = (direction: string): string => `${fakeSdp}a=${direction}\r\n`;

test('the window is told which codecs may be offered and answered, in order', async () => {
  const { window, session } = established();
  await session.createOffer();
  await session.createAnswer(fakeSdp);
  expect(window.inputs.map((input) => (input as { codecs?: unknown }).codecs)).toEqual([
    ['PCMA', 'telephone-event'],
    ['PCMA', 'telephone-event'],
  ]);
});

test('through TURN only is asked of the window in every offer and answer', async () => {
  const window = new FakeWindow();
  const ask = vi.spyOn(window, 'ask');
  const iceServers = [{ urls: 'turn:turn.example.com', username: 'alice', credential: 'open' }];
  const factory = new DirectMediaFactory(window, () => [], { iceServers, relayOnly: true }, true);
  await factory.open('out').session.createOffer();
  await factory.open('in').session.createAnswer(fakeSdp);
  for (const [, input] of ask.mock.calls) expect(input).toMatchObject({ iceServers, relayOnly: true });
  expect(ask.mock.calls.map(([name]) => name)).toEqual(['media.offer', 'media.remoteOffer']);
});

test('keys go as events only where the answer takes them', async () => {
  const { session } = established();
  await session.createOffer();
  expect((await session.acceptAnswer(fakeSdp)).audio?.telephoneEvent).toBe(101);
  const without = fakeSdp.replace(/^a=rtpmap:101 .*\r\n/m, '').replace(' 8 101', ' 8');
  expect((await session.acceptAnswer(without)).audio).not.toHaveProperty('telephoneEvent');
});

describe('hold over WebRTC', () => {
  test('offers the same connection with another direction, and asks nothing of the window', async () => {
    const { window, session } = established();
    window.sdp = `${withDirection('sendrecv')}a=setup:active\r\n`;
    await session.createOffer();
    await session.acceptAnswer(withDirection('sendrecv'));
    const asked = window.asked.length;
    session.setHold(true);
    const held = await session.createOffer();
    expect(held).toContain('a=sendonly');
    expect(held).not.toContain('a=sendrecv');
    expect(held).toContain('a=setup:actpass');
    const { audio } = await session.acceptAnswer(withDirection('recvonly'));
    expect(audio?.direction).toBe('sendonly');
    session.setHold(false);
    const resumed = await session.createOffer();
    expect(resumed).toContain('a=sendrecv');
    expect(version(resumed)).toBeGreaterThan(version(held));
    expect(window.asked).toHaveLength(asked);
  });

  test('answers an offer of the far end without taking its sound', async () => {
    const { window, session } = established();
    window.sdp = withDirection('sendrecv');
    await session.createAnswer(fakeSdp);
    session.setHold(true);
    const { sdp, negotiated } = await session.createAnswer(fakeSdp);
    expect(sdp).toContain('a=sendonly');
    expect(negotiated.audio?.direction).toBe('sendonly');
  });

  test('needs a new connection once the window lost its own', async () => {
    const { window, media, session } = established();
    await session.createOffer();
    await session.acceptAnswer(fakeSdp);
    expect(await media.connectWindow()).toBe('reoffer');
    await session.createOffer();
    await session.acceptAnswer(fakeSdp);
    expect(window.asked).toEqual(['media.offer', 'media.answer', 'media.offer', 'media.answer']);
  });

  test('tells a hold by the far end from our own side of it', async () => {
    const { session } = established();
    await session.createOffer();
    expect((await session.acceptAnswer(withDirection('sendonly'))).audio?.direction).toBe('recvonly');
  });
});
