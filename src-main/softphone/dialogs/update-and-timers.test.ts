import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../eventually.test-support.ts';
import { calledByPeer, calledPeer, phoneAndPeer } from '../fake-peer.test-support.ts';
import { fakeSdp } from '../fake-window.test-support.ts';
import { headerTokens, headerValue, statusCode } from '../sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const takesUpdate = { Allow: 'INVITE, ACK, BYE, UPDATE', Supported: 'timer' };

describe('session timers (RFC 4028)', () => {
  test('are proposed in INVITE', async () => {
    const { phone, peer } = await phoneAndPeer();
    phone.place('sip:peer@example.com');
    const invite = await peer.request('INVITE');
    expect(headerValue(invite, 'session-expires')).toBe('1800');
    expect(headerTokens(invite, 'supported')).toContain('timer');
    expect(headerTokens(invite, 'allow')).toContain('update');
  });

  test('are kept by UPDATE at half time where the far end takes it', async () => {
    const { peer, phone } = await calledPeer({ ...takesUpdate, 'Session-Expires': '200;refresher=uac' });
    await vi.advanceTimersByTimeAsync(99_000);
    expect(peer.requests('UPDATE')).toHaveLength(0);
    const update = await peer.request('UPDATE');
    expect(headerValue(update, 'session-expires')).toBe('200;refresher=uac');
    expect(update.body).toBe('');
    peer.reply(update, 200, { 'Session-Expires': '200;refresher=uac' });
    await peer.request('UPDATE', 2, 101_000);
    expect(phone.end).toBeUndefined();
  });

  test.each([
    ['does not name it', { Allow: 'INVITE, ACK, BYE' }],
    ['refuses it', takesUpdate],
  ])('are kept by re-INVITE where the far end %s', async (_why, headers) => {
    const { peer, phone } = await calledPeer({ ...headers, 'Session-Expires': '200;refresher=uac' });
    if (headers === takesUpdate) peer.reply(await peer.request('UPDATE', 1, 101_000), 405);
    const invite = await peer.request('INVITE', 2, 101_000);
    expect(headerValue(invite, 'session-expires')).toBe('200;refresher=uac');
    peer.reply(invite, 200, { 'Session-Expires': '200;refresher=uac' }, fakeSdp);
    await peer.request('ACK', 2);
    expect(phone.end).toBeUndefined();
    await vi.advanceTimersByTimeAsync(95_000);
    expect(peer.requests('INVITE')).toHaveLength(2);
  });

  test('that the far end keeps end the call with BYE when it does not', async () => {
    const { peer, phone } = await calledPeer({ 'Session-Expires': '90;refresher=uas' });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(phone.end).toBeUndefined();
    await peer.request('BYE');
    expect(phone.end).toMatchObject({ reason: 'network' });
    expect(phone.end?.notice).toMatch(/does not answer any more/);
  });

  test('that the far end keeps go on with its UPDATE', async () => {
    const { peer, phone } = await calledPeer({ ...takesUpdate, 'Session-Expires': '90;refresher=uas' });
    await vi.advanceTimersByTimeAsync(45_000);
    peer.ask('UPDATE', { 'Session-Expires': '90;refresher=uac', Supported: 'timer' });
    const answer = await peer.answer('UPDATE');
    expect(statusCode(answer)).toBe(200);
    expect(headerValue(answer, 'session-expires')).toBe('90;refresher=uac');
    await vi.advanceTimersByTimeAsync(58_000);
    expect(phone.end).toBeUndefined();
    await peer.request('BYE');
  });

  test('of a far end that forgot the call end it', async () => {
    const { peer, phone } = await calledPeer({ ...takesUpdate, 'Session-Expires': '200;refresher=uac' });
    peer.reply(await peer.request('UPDATE', 1, 101_000), 481);
    await eventually(() => {
      expect(phone.end?.reason).toBe('network');
    });
  });

  test.each([
    ['UPDATE', takesUpdate],
    ['re-INVITE', {}],
  ])(
    'whose %s nobody answers, as when the server hangs, leave the call until its interval ends',
    async (_by, headers) => {
      const { peer, phone } = await calledPeer({ ...headers, 'Session-Expires': '600;refresher=uac' });
      await vi.advanceTimersByTimeAsync(300_000);
      const method = headers === takesUpdate ? 'UPDATE' : 'INVITE';
      const before = peer.requests(method).length;
      // SIP.js makes a 408 up after 32 s.
      await vi.advanceTimersByTimeAsync(45_000);
      expect(phone.end).toBeUndefined();
      const again = peer.requests(method).at(-1);
      expect(peer.requests(method).length).toBeGreaterThan(before);
      if (again === undefined) throw new Error(method);
      peer.reply(again, 200, { 'Session-Expires': '600;refresher=uac' }, method === 'INVITE' ? fakeSdp : '');
      await vi.advanceTimersByTimeAsync(290_000);
      expect(phone.end).toBeUndefined();
    },
  );

  test('whose refresh stays without an answer end the call near the end of the interval, not before', async () => {
    const { phone } = await calledPeer({ ...takesUpdate, 'Session-Expires': '600;refresher=uac' });
    await vi.advanceTimersByTimeAsync(567_000);
    expect(phone.end).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(phone.end).toMatchObject({ reason: 'network' });
  });

  test('to which the server says that the far end does not answer end the call', async () => {
    const { peer, phone } = await calledPeer({ 'Session-Expires': '200;refresher=uac' });
    peer.reply(await peer.request('INVITE', 2, 101_000), 408);
    await eventually(() => {
      expect(phone.end?.reason).toBe('network');
    });
  });

  test('are longer after 422, for the call and for a refresh', async () => {
    const { phone, peer } = await phoneAndPeer();
    phone.place('sip:peer@example.com');
    peer.reply(await peer.request('INVITE'), 422, { 'Min-SE': '3600' });
    const again = await peer.request('INVITE', 2);
    expect(headerValue(again, 'session-expires')).toBe('3600');
    expect(headerValue(again, 'min-se')).toBe('3600');
    peer.reply(again, 200, { ...takesUpdate, 'Session-Expires': '3600;refresher=uac' }, fakeSdp);
    await vi.advanceTimersByTimeAsync(1_799_000);
    const update = await peer.request('UPDATE');
    peer.reply(update, 422, { 'Min-SE': '7200' });
    expect(headerValue(await peer.request('UPDATE', 2), 'session-expires')).toBe('7200;refresher=uac');
    expect(phone.end).toBeUndefined();
  });

  test('that are refused for ever end the call', async () => {
    const { phone, peer } = await phoneAndPeer();
    phone.place('sip:peer@example.com');
    for (let count = 1; count <= 6; count += 1)
      peer.reply(await peer.request('INVITE', count), 422, { 'Min-SE': '3600' });
    await eventually(() => {
      expect(phone.end?.reason).toBe('failed');
    });
  });

  test.each([
    ['the caller', { 'Session-Expires': '300', Supported: 'timer' }, '300;refresher=uac', 'timer'],
    [
      'us, as the caller asks',
      { 'Session-Expires': '300;refresher=uas', Supported: 'timer' },
      '300;refresher=uas',
      undefined,
    ],
    ['us, when the caller does not know them', { 'Session-Expires': '300' }, '300;refresher=uas', undefined],
    ['nobody, when none are asked for', { Supported: 'timer' }, undefined, undefined],
  ])('of an incoming call are kept by %s', async (_who, headers, expires, required) => {
    const { ok, peer } = await calledByPeer(headers);
    expect(headerValue(ok, 'session-expires')).toBe(expires);
    expect(headerValue(ok, 'require')).toBe(required);
    if (expires?.endsWith('uas') === true) {
      const refresh = await peer.request('INVITE', 1, 151_000);
      expect(headerValue(refresh, 'session-expires')).toBe('300;refresher=uac');
    }
  });

  test('that are too short are refused with 422, in a call as well', async () => {
    const { peer, phone } = await phoneAndPeer();
    peer.invite({ 'Session-Expires': '30', Supported: 'timer' });
    const answer = await peer.answer('INVITE');
    expect([statusCode(answer), headerValue(answer, 'min-se')]).toEqual([422, '90']);
    expect(phone.incoming).toHaveLength(0);
    const talking = await calledByPeer();
    talking.peer.ask('UPDATE', { 'Session-Expires': '30', Supported: 'timer' });
    expect(statusCode(await talking.peer.answer('UPDATE'))).toBe(422);
  });
});

describe('UPDATE (RFC 3311)', () => {
  test('with an offer is answered with SDP', async () => {
    const { peer } = await calledPeer();
    peer.ask('UPDATE', {}, fakeSdp);
    const answer = await peer.answer('UPDATE');
    expect(statusCode(answer)).toBe(200);
    expect(answer.body).toContain('m=audio');
    expect(headerValue(answer, 'contact')).toContain('192.0.2.7');
  });

  test('whose offer cannot be taken is refused with 488, and the call goes on', async () => {
    const { peer, phone } = await calledPeer();
    const media = phone.media.opened[0];
    if (media === undefined) throw new Error('no media');
    media.agrees = new Error('no codec');
    peer.ask('UPDATE', {}, fakeSdp);
    expect(statusCode(await peer.answer('UPDATE'))).toBe(488);
    expect(phone.end).toBeUndefined();
  });

  test('that repeats itself gets the same answer once more, not a new one', async () => {
    const { peer } = await calledPeer();
    const text = peer.ask('UPDATE', {}, fakeSdp);
    const answer = await peer.answer('UPDATE');
    peer.deliver(text);
    await eventually(() => {
      expect(peer.answers('UPDATE')).toHaveLength(2);
    });
    expect(peer.answers('UPDATE')[1]).toEqual(answer);
  });

  test('out of order is refused with 500, outside a dialog with 481', async () => {
    const { peer } = await calledPeer();
    peer.ask('UPDATE');
    await peer.answer('UPDATE');
    peer.sequence -= 5;
    peer.ask('UPDATE');
    expect(statusCode(await peer.answer('UPDATE'))).toBe(500);
    peer.tag = 'stranger';
    peer.ask('UPDATE');
    expect(statusCode(await peer.answer('UPDATE'))).toBe(481);
  });

  test('that collides with an offer of ours is refused with 491', async () => {
    const { peer, phone } = await calledPeer();
    phone.media.die();
    const reinvite = await peer.request('INVITE', 2);
    peer.ask('UPDATE', {}, fakeSdp);
    expect(statusCode(await peer.answer('UPDATE'))).toBe(491);
    peer.reply(reinvite, 200, {}, fakeSdp);
    await peer.request('ACK', 2);
    expect(phone.end).toBeUndefined();
  });

  test('before the answer to their own offer waits (500 with Retry-After)', async () => {
    const { peer, phone } = await phoneAndPeer();
    peer.invite();
    await eventually(() => {
      expect(peer.answers('INVITE').map(statusCode)).toContain(180);
    });
    const ringing = peer.answers('INVITE').find((answer) => statusCode(answer) === 180);
    if (ringing === undefined) throw new Error('no 180');
    peer.hear(ringing);
    peer.ask('UPDATE', {}, fakeSdp);
    const answer = await peer.answer('UPDATE');
    expect(statusCode(answer)).toBe(500);
    expect(headerValue(answer, 'retry-after')).toMatch(/^\d+$/);
    expect(phone.end).toBeUndefined();
  });

  test('takes the far end to another address', async () => {
    const { peer, call } = await calledPeer();
    peer.ask('UPDATE', { Contact: '<sip:moved@203.0.113.9>' });
    await peer.answer('UPDATE');
    await call.hangUp();
    expect((await peer.request('BYE')).startLine).toBe('BYE sip:moved@203.0.113.9 SIP/2.0');
  });
});

describe('a re-INVITE that collides (491)', () => {
  test.each([
    ['2.1 to 4 s later by who called', true, 2_100, 4_000],
    ['within 2 s by who was called', false, 0, 2_000],
  ])('is sent again %s', async (_when, weCalled, leastMs, mostMs) => {
    const weRefresh = { 'Session-Expires': `200;refresher=${weCalled ? 'uac' : 'uas'}`, Supported: 'timer' };
    const { peer, phone } = weCalled ? await calledPeer(weRefresh) : await calledByPeer(weRefresh);
    const first = weCalled ? 2 : 1;
    const refused = await peer.request('INVITE', first, 101_000);
    const startMs = Date.now();
    peer.reply(refused, 491);
    await peer.request('INVITE', first + 1);
    const tookMs = Date.now() - startMs;
    expect(tookMs).toBeGreaterThanOrEqual(leastMs);
    expect(tookMs).toBeLessThanOrEqual(mostMs + 200);
    expect(phone.end).toBeUndefined();
  });

  test('with one of theirs that comes while the offer is made is sent once theirs is done', async () => {
    const { peer, phone, call } = await calledPeer();
    const session = phone.media.opened[0]?.session;
    if (session === undefined) throw new Error('no media');
    const make = session.createOffer.bind(session);
    vi.spyOn(session, 'createOffer').mockImplementationOnce(async () => {
      peer.ask('INVITE', {}, fakeSdp);
      await Promise.resolve();
      return await make();
    });
    const held = call.hold();
    expect(statusCode(await peer.answer('INVITE', peer.sequence + 1))).toBe(200);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peer.requests('INVITE')).toHaveLength(1);
    peer.ask('ACK');
    const ours = await peer.request('INVITE', 2);
    peer.reply(ours, 200, {}, fakeSdp);
    await held;
    expect(phone.end).toBeUndefined();
  });

  test('that is redirected does not block the next one', async () => {
    const { peer, phone } = await calledPeer({ 'Session-Expires': '200;refresher=uac' });
    const refresh = await peer.request('INVITE', 2, 101_000);
    peer.reply(refresh, 302, { Contact: '<sip:x@198.51.100.1>' });
    await peer.request('INVITE', 3, 12_000);
    expect(phone.end).toBeUndefined();
  });
});
