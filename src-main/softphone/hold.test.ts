import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from './eventually.test-support.ts';
import { calledPeer } from './fake-peer.test-support.ts';
import type { FakePeer } from './fake-peer.test-support.ts';
import type { FakePhone } from './fake-phone.test-support.ts';
import { fakeSdp } from './fake-window.test-support.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function held({ peer, call }: { peer: FakePeer; call: { hold(): Promise<void> } }): Promise<void> {
  const holding = call.hold();
  peer.reply(await peer.request('INVITE', 2), 200, {}, fakeSdp);
  await holding;
}

function mediaOf(phone: FakePhone) {
  const media = phone.media.opened[0];
  if (media === undefined) throw new Error('no media');
  return media;
}

describe('hold', () => {
  test('shuts the microphone at once, and is done when the far end has answered the new offer', async () => {
    const { phone, peer, call } = await calledPeer();
    let isDone = false;
    const holding = call.hold().then(() => {
      isDone = true;
    });
    expect(phone.window.asked.at(-1)).toBe('media.hold');
    expect(mediaOf(phone).isHeld).toBe(true);
    const invite = await peer.request('INVITE', 2);
    expect(isDone).toBe(false);
    peer.reply(invite, 200, {}, fakeSdp);
    await holding;
    expect(call.capabilities('held')).toContain('resume');
  });

  test.each([488, 500, 481])('holds here though the far end refuses it (%i)', async (status) => {
    const { phone, peer, call } = await calledPeer();
    const holding = call.hold();
    peer.reply(await peer.request('INVITE', 2), status);
    await holding;
    expect(mediaOf(phone).isHeld).toBe(true);
  });

  test('holds here though the far end does not answer', async () => {
    const { phone, peer, call } = await calledPeer();
    let isDone = false;
    void call.hold().then(() => {
      isDone = true;
    });
    await peer.request('INVITE', 2);
    await vi.advanceTimersByTimeAsync(3_900);
    expect(isDone).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(isDone).toBe(true);
    expect(phone.end).toBeUndefined();
  });

  test('is taken off when the far end agrees, and the microphone opens then', async () => {
    const { phone, peer, call } = await calledPeer();
    await held({ peer, call });
    const asked = phone.window.asked.length;
    const resuming = call.resume();
    const invite = await peer.request('INVITE', 3);
    expect(phone.window.asked.slice(asked)).not.toContain('media.hold');
    peer.reply(invite, 200, {}, fakeSdp);
    await resuming;
    expect(phone.window.asked.slice(asked)).toContain('media.hold');
    expect(mediaOf(phone).isHeld).toBe(false);
  });

  test('stays when the far end refuses to take the call back, in words', async () => {
    const { phone, peer, call } = await calledPeer();
    await held({ peer, call });
    const resuming = call.resume();
    peer.reply(await peer.request('INVITE', 3), 488);
    await expect(resuming).rejects.toThrow(/stays on hold; try again/);
    expect(mediaOf(phone).isHeld).toBe(true);
  });

  test('outlives a reload of the window: its microphone opens shut', async () => {
    const { phone, peer, call } = await calledPeer();
    await held({ peer, call });
    const asked = phone.window.asked.length;
    phone.window.reload();
    await eventually(() => {
      expect(phone.window.asked.slice(asked)).toContain('media.start');
    });
    const again = phone.window.asked.slice(asked);
    expect(again.indexOf('media.hold')).toBeLessThan(again.indexOf('media.start'));
  });
});

describe('hold by the far end', () => {
  const audio = { codec: 'PCMA', clockRateHz: 8000, channels: 1, payloadType: 8 } as const;

  test.each(['recvonly', 'inactive'] as const)(
    'is told when its offer leaves us %s, and when it is over',
    async (direction) => {
      const { phone, peer } = await calledPeer();
      mediaOf(phone).agrees = { audio: { ...audio, direction } };
      peer.ask('INVITE', {}, fakeSdp);
      await peer.answer('INVITE');
      peer.ask('ACK');
      await eventually(() => {
        expect(phone.events.at(-1)).toEqual({ type: 'farHolds', farHolds: true });
      });
      mediaOf(phone).agrees = { audio: { ...audio, direction: 'sendrecv' } };
      peer.ask('INVITE', {}, fakeSdp);
      await peer.answer('INVITE');
      await eventually(() => {
        expect(phone.events.at(-1)).toEqual({ type: 'farHolds', farHolds: false });
      });
    },
  );

  test('is not what a phone means that answers our own hold with "inactive"', async () => {
    const { phone, peer, call } = await calledPeer();
    mediaOf(phone).agrees = { audio: { ...audio, direction: 'inactive' } };
    await held({ peer, call });
    expect(phone.told).not.toContain('farHolds');
  });
});
