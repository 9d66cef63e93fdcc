import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DigitMode } from '../account/account-config.ts';
import type { CallMedia } from './call-media.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePeer } from './fake-peer.test-support.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer } from './fake-sip-server.test-support.ts';
import { fakeSdp } from './fake-window.test-support.ts';
import { headerValue } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function calling(digits: DigitMode, path: CallMedia['path'] = 'gateway') {
  const server = new FakeSipServer();
  const phone = new FakePhone(server, 'alice', { digits });
  const peer = new FakePeer(server, 'alice');
  await phone.softphone.start();
  await phone.softphone.connect('secret');
  await eventually(() => {
    expect(phone.softphone.line().state).toBe('registered');
  });
  const call = phone.place('sip:peer@example.com');
  const media = phone.media.opened[0];
  if (media === undefined) throw new Error('no media');
  media.path = path;
  return { phone, peer, call, media, invite: await peer.request('INVITE') };
}

async function called(digits: DigitMode, takesEvents: boolean, path: CallMedia['path'] = 'gateway') {
  const { phone, peer, call, media, invite } = await calling(digits, path);
  if (!takesEvents) {
    media.agrees = {
      audio: { codec: 'PCMA', clockRateHz: 8000, channels: 1, payloadType: 8, direction: 'sendrecv' },
    };
  }
  peer.reply(invite, 200, {}, fakeSdp);
  await eventually(() => {
    expect(phone.told).toContain('established');
  });
  return { phone, peer, call, media };
}

describe('digits', () => {
  test.each(['auto', 'rfc4733'] as const)('go as events where the far end takes them (%s)', async (mode) => {
    const { call, media, peer } = await called(mode, true);
    await call.dtmf('5#');
    expect(media.digits).toEqual(['5#']);
    expect(peer.requests('INFO')).toEqual([]);
  });

  test.each([
    ['auto', false, 'gateway'],
    ['auto', false, 'direct'],
    ['info', true, 'gateway'],
  ] as const)('go as INFO, one after the other (%s, events: %s, %s)', async (mode, takesEvents, path) => {
    const { call, media, peer } = await called(mode, takesEvents, path);
    expect(call.capabilities('connected')).toContain('dtmf');
    const sending = call.dtmf('5#');
    const first = await peer.request('INFO');
    expect(headerValue(first, 'content-type')).toBe('application/dtmf-relay');
    expect(first.body).toBe('Signal=5\r\nDuration=160\r\n');
    expect(peer.requests('INFO')).toHaveLength(1);
    peer.reply(first, 200);
    const second = await peer.request('INFO', 2);
    expect(second.body).toContain('Signal=#');
    peer.reply(second, 200);
    await sending;
    expect(media.digits).toEqual([]);
  });

  test('go another way from the next key on when the setting changes in the call', async () => {
    const { phone, call, media, peer } = await called('auto', true);
    phone.config = { ...phone.config, digits: 'info' };
    const sending = call.dtmf('7');
    const info = await peer.request('INFO');
    expect(info.body).toContain('Signal=7');
    peer.reply(info, 200);
    await sending;
    expect(media.digits).toEqual([]);
  });

  test('that the far end refuses are told in words, and the rest is not sent', async () => {
    const { call, peer } = await called('info', true);
    const sending = call.dtmf('12');
    peer.reply(await peer.request('INFO'), 415);
    await expect(sending).rejects.toThrow(/does not take the keys/);
    expect(peer.requests('INFO')).toHaveLength(1);
  });

  test.each([
    ['auto', true],
    ['info', false],
  ] as const)(
    'before the answer go as events to where early media came from, and in no other way (%s)',
    async (mode, can) => {
      const { phone, peer, call, media, invite } = await calling(mode);
      expect(call.capabilities('calling')).not.toContain('dtmf');
      peer.reply(invite, 183, {}, fakeSdp);
      await eventually(() => {
        expect(phone.told).toContain('media');
      });
      expect(call.capabilities('calling').includes('dtmf')).toBe(can);
      if (!can) return;
      await call.dtmf('1');
      expect(media.digits).toEqual(['1']);
    },
  );

  test('go as sound from the window', async () => {
    const { call, phone } = await called('inband', false);
    await call.dtmf('5');
    expect(phone.window.asked.at(-1)).toBe('media.tones');
  });

  test('by events only cannot be sent where the far end takes none', async () => {
    const { call } = await called('rfc4733', false);
    expect(call.capabilities('connected')).not.toContain('dtmf');
  });
});
