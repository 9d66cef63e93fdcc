import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeviceCallEvent } from '../calls/call-device.ts';
import { eventually } from './eventually.test-support.ts';
import { calledPeer, phoneAndPeer } from './fake-peer.test-support.ts';
import type { FakePeer } from './fake-peer.test-support.ts';
import { fakeSdp } from './fake-window.test-support.ts';
import { parseReferTo } from './dialogs/refer.ts';
import { parseReplaces } from './dialogs/replaces.ts';
import { headerValue, statusCode, tagOf } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const eve = { kind: 'number', shown: '6104', dialled: '6104' } as const;
const transfers = (events: readonly DeviceCallEvent[]): readonly DeviceCallEvent[] =>
  events.filter(({ type }) => type.startsWith('transfer'));

/** The far end tells how its own call goes. */
function notify(peer: FakePeer, status: string, state = 'active;expires=60', event = 'refer'): void {
  peer.ask(
    'NOTIFY',
    { Event: event, 'Subscription-State': state, 'Content-Type': 'message/sipfrag;version=2.0' },
    `SIP/2.0 ${status}\r\n`,
  );
}

async function ordered() {
  const all = await calledPeer();
  const order = all.call.transfer(eve);
  const refer = await all.peer.request('REFER');
  return { ...all, order, refer };
}

async function accepted() {
  const all = await ordered();
  all.peer.reply(all.refer, 202);
  await all.order;
  return all;
}

describe('a transfer without asking', () => {
  test('orders the far end to call the address of record, in our name', async () => {
    const { refer } = await ordered();
    expect(headerValue(refer, 'refer-to')).toBe('sip:6104@example.com');
    expect(headerValue(refer, 'referred-by')).toBe('<sip:alice@example.com>');
  });

  test('tells how it goes, and hangs up when the others talk', async () => {
    const { phone, peer } = await accepted();
    notify(peer, '100 Trying');
    notify(peer, '180 Ringing');
    await eventually(() => {
      expect(transfers(phone.events)).toEqual([
        { type: 'transfer', state: 'trying' },
        { type: 'transfer', state: 'ringing' },
      ]);
    });
    notify(peer, '200 OK', 'terminated;reason=noresource');
    await peer.request('BYE');
    expect(phone.end?.reason).toBe('transferred');
  });

  test('of which the far end tells nothing (RFC 4488) is over once it was taken', async () => {
    const { phone, peer, refer, order } = await ordered();
    peer.reply(refer, 202, { 'Refer-Sub': 'false' });
    await order;
    await peer.request('BYE');
    expect(phone.end?.reason).toBe('transferred');
  });

  test.each([
    ['486 Busy Here', 'busy'],
    ['603 Decline', 'declined'],
    ['408 Request Timeout', 'noAnswer'],
    ['404 Not Found', 'notFound'],
  ])('that ends in %s leaves the call with us: %s', async (status, reason) => {
    const { phone, peer } = await accepted();
    notify(peer, status, 'terminated;reason=noresource');
    await eventually(() => {
      expect(transfers(phone.events).at(-1)).toEqual({ type: 'transferFailed', reason });
    });
    expect(peer.requests('BYE')).toEqual([]);
    expect(phone.end).toBeUndefined();
  });

  test.each([
    [603, /does not want to be transferred/],
    [403, /does not allow/],
    [501, /cannot be transferred/],
  ])('that is refused with %i says so', async (status, words) => {
    const { phone, peer, refer, order } = await ordered();
    peer.reply(refer, status);
    await expect(order).rejects.toThrow(words);
    expect(phone.end).toBeUndefined();
  });

  test('has worked when the far end hangs up meanwhile', async () => {
    const { phone, peer } = await accepted();
    peer.ask('BYE');
    await eventually(() => {
      expect(phone.end?.reason).toBe('transferred');
    });
  });

  test('of which nothing is heard is said to be so after a while, and is given up after three minutes', async () => {
    const { phone } = await accepted();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(transfers(phone.events).at(-1)?.type).toBe('transfer');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(transfers(phone.events).at(-1)?.type).toBe('transferQuiet');
    await vi.advanceTimersByTimeAsync(158_000);
    expect(transfers(phone.events).at(-1)?.type).toBe('transferQuiet');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(transfers(phone.events).at(-1)).toEqual({ type: 'transferFailed', reason: 'unknown' });
  });

  test('whose last word is lost is over with its subscription, and until then goes on when something is heard', async () => {
    const { phone, peer } = await accepted();
    notify(peer, '180 Ringing', 'active;expires=90');
    await vi.advanceTimersByTimeAsync(21_000);
    expect(transfers(phone.events).at(-1)?.type).toBe('transferQuiet');
    notify(peer, '180 Ringing', 'active;expires=69');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(transfers(phone.events).at(-1)).toEqual({ type: 'transfer', state: 'ringing' });
    await vi.advanceTimersByTimeAsync(67_000);
    expect(transfers(phone.events).at(-1)?.type).toBe('transferQuiet');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(transfers(phone.events).at(-1)).toEqual({ type: 'transferFailed', reason: 'unknown' });
    expect(phone.end).toBeUndefined();
  });

  test('of which the far end tells no more leaves the call with us', async () => {
    const { phone, peer } = await accepted();
    notify(peer, '100 Trying', 'terminated;reason=giveup');
    await eventually(() => {
      expect(transfers(phone.events).at(-1)?.type).toBe('transferFailed');
    });
  });

  test('takes no other events', async () => {
    const { peer } = await accepted();
    notify(peer, '200 OK', 'active', 'presence');
    expect(statusCode(await peer.answer('NOTIFY'))).toBe(489);
    expect(peer.requests('BYE')).toEqual([]);
  });
});

test('two calls are joined by Replaces at the address of record, and both end as transferred', async () => {
  const { phone, peer, call } = await calledPeer();
  const first = peer.callId;
  const other = phone.place('sip:peer@example.com');
  const invite = await peer.request('INVITE', 2);
  peer.tag = 'second';
  peer.reply(invite, 200, {}, fakeSdp);
  await eventually(() => {
    expect(phone.told.filter((type) => type === 'established')).toHaveLength(2);
  });
  const joining = call.transferTo(other);
  const refer = await peer.request('REFER');
  expect(headerValue(refer, 'call-id')).toBe(first);
  const target = parseReferTo(headerValue(refer, 'refer-to') ?? '');
  expect(target?.uri).toBe('sip:peer@example.com');
  expect(parseReplaces(target?.replaces ?? '')).toEqual({
    callId: headerValue(invite, 'call-id'),
    toTag: 'second',
    fromTag: tagOf(invite, 'from'),
    earlyOnly: false,
  });
  peer.tag = 'peer';
  peer.reply(refer, 202);
  await joining;
  notify(peer, '200 OK', 'terminated;reason=noresource');
  await peer.request('BYE', 2);
  expect(phone.events.filter((event) => event.type === 'end').map(({ reason }) => reason)).toEqual([
    'transferred',
    'transferred',
  ]);
});

test('a call that has not answered is not joined with another', async () => {
  const { phone, call } = await calledPeer();
  await expect(call.transferTo(phone.place('sip:peer@example.com'))).rejects.toThrow(/cannot be joined/);
});

describe('being transferred', () => {
  const referTo = '"Grace" <sip:grace@example.com?Replaces=abc%40there%3Bto-tag%3D1%3Bfrom-tag%3D2&Priority=urgent>';

  async function referred(headers: Readonly<Record<string, string>> = {}) {
    const all = await calledPeer();
    const old = all.peer.callId;
    all.peer.ask('REFER', { 'Refer-To': referTo, 'Referred-By': '<sip:peer@example.com>', ...headers });
    const answer = await all.peer.answer('REFER');
    return { ...all, old, answer };
  }
  const fragments = (peer: FakePeer): readonly string[] => peer.requests('NOTIFY').map(({ body }) => body.trim());
  /** Takes what the phone sends in the old dialog. */
  const answered = (peer: FakePeer, message: SipMessage): void => {
    peer.reply(message, 200);
  };

  test('calls whom we were sent to in place of the call that we were sent from, and shows it', async () => {
    const { phone, peer, answer } = await referred();
    expect(statusCode(answer)).toBe(202);
    const invite = await peer.request('INVITE', 2);
    expect(invite.startLine).toContain('sip:grace@example.com ');
    expect(headerValue(invite, 'replaces')).toBe('abc@there;to-tag=1;from-tag=2');
    expect(headerValue(invite, 'referred-by')).toBe('<sip:peer@example.com>');
    expect(headerValue(invite, 'priority')).toBeUndefined();
    expect(phone.incoming[0]).toMatchObject({
      number: 'grace',
      name: 'Grace',
      continues: { callId: 'call-1', direction: 'out' },
    });
  });

  test('tells how it goes, and ends the old call when the other side does not', async () => {
    const { phone, peer, old } = await referred();
    const invite = await peer.request('INVITE', 2);
    peer.reply(invite, 180);
    await eventually(() => {
      expect(fragments(peer)).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 180 Ringing']);
    });
    peer.reply(invite, 200, {}, fakeSdp);
    await eventually(() => {
      expect(fragments(peer).at(-1)).toBe('SIP/2.0 200 OK');
    });
    for (const message of peer.requests('NOTIFY')) answered(peer, message);
    expect(headerValue(peer.requests('NOTIFY').at(-1) ?? invite, 'subscription-state')).toMatch(/^terminated/);
    await vi.advanceTimersByTimeAsync(2_100);
    const bye = await peer.request('BYE');
    expect(headerValue(bye, 'call-id')).toBe(old);
    expect(phone.end?.reason).toBe('transferred');
  });

  test('tells why it failed', async () => {
    const { peer } = await referred();
    peer.reply(await peer.request('INVITE', 2), 486);
    await eventually(() => {
      expect(fragments(peer).at(-1)).toBe('SIP/2.0 486 Busy Here');
    });
  });

  test('tells nothing to who wants to hear nothing (RFC 4488)', async () => {
    const { peer, answer } = await referred({ 'Refer-Sub': 'false' });
    expect(headerValue(answer, 'refer-sub')).toBe('false');
    peer.reply(await peer.request('INVITE', 2), 180);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peer.requests('NOTIFY')).toEqual([]);
  });

  test('to a number of the telephone network is called at our own server', async () => {
    const { peer } = await referred({ 'Refer-To': '<tel:+442079460105>' });
    const invite = await peer.request('INVITE', 2);
    expect(invite.startLine).toMatch(/^INVITE sip:\+442079460105@example\.com[; ]/);
  });

  test.each([
    ['205', 'sip:205@example.com'],
    ['"Grace A." <+44(20)7946-0105>', 'sip:+44(20)7946-0105@example.com'],
    ['<*68#>', 'sip:*68%23@example.com'],
    ['Größe <grace@example.org>', 'sip:grace@example.org'],
    ['grace@example.org;x=y', 'sip:grace@example.org'],
  ])('to %s, without a scheme, is called all the same', async (referTo, called) => {
    const { peer, answer } = await referred({ 'Refer-To': referTo });
    expect(statusCode(answer)).toBe(202);
    const invite = await peer.request('INVITE', 2);
    expect(invite.startLine.split(/[ ;]/)[1]).toBe(called);
  });

  test.each([
    ['<http://example.com>', 416],
    ['<mailto:grace@example.com>', 416],
    ['grace', 400],
    ['<>', 400],
  ])('to %s is refused, and not left without an answer', async (referTo, status) => {
    expect(statusCode((await referred({ 'Refer-To': referTo })).answer)).toBe(status);
  });

  test('to anything but a call is refused', async () => {
    const { peer, answer } = await referred({ 'Refer-To': '<sip:grace@example.com;method=BYE>' });
    expect(statusCode(answer)).toBe(416);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peer.requests('INVITE')).toHaveLength(1);
  });
});

describe('an INVITE that takes the place of a call (RFC 3891)', () => {
  async function replacing(change: (replaces: string) => string) {
    const all = await calledPeer();
    const old = all.peer.callId;
    const replaces = `${old};to-tag=${tagOf(all.invite, 'from')};from-tag=peer`;
    all.peer.callId = 'another-call';
    all.peer.tag = 'grace';
    all.peer.invite({ Replaces: change(replaces), To: '<sip:alice@example.com>' });
    return { ...all, old };
  }

  test('is a new call in its place; the old one is ended when it stands', async () => {
    const { phone, peer, old } = await replacing((replaces) => replaces);
    await eventually(() => {
      expect(phone.incoming[0]?.continues).toMatchObject({ callId: 'call-1', direction: 'in' });
    });
    expect(peer.answers('INVITE').map(statusCode)).not.toContain(180);
    await phone.incoming[0]?.call.answer();
    const answer = await peer.answer('INVITE');
    peer.hear(answer);
    peer.ask('ACK');
    const bye = await peer.request('BYE');
    expect(headerValue(bye, 'call-id')).toBe(old);
    expect(phone.end?.reason).toBe('transferred');
  });

  test.each([
    ['that is not ours', (replaces: string) => replaces.replace('from-tag=peer', 'from-tag=other'), 481],
    ['that may only be an early one', (replaces: string) => `${replaces};early-only`, 486],
    ['that cannot be read', () => 'nonsense', 400],
  ])('%s is refused', async (_what, change, status) => {
    const { phone, peer } = await replacing(change);
    expect(statusCode(await peer.answer('INVITE'))).toBe(status);
    expect(phone.incoming).toEqual([]);
  });
});

describe('an INVITE that takes the place of a call of ours that still rings (early Replaces, RFC 3891 section 3)', () => {
  /** We called, it rings at `peer`, and somebody else picks the call up there. */
  async function pickedUp(more = ';early-only') {
    const { phone, peer } = await phoneAndPeer();
    phone.place('sip:peer@example.com');
    const invite = await peer.request('INVITE');
    peer.reply(invite, 180);
    await eventually(() => {
      expect(phone.told).toContain('farEndRings');
    });
    const old = peer.callId;
    const replaces = `${old};to-tag=${tagOf(invite, 'from')};from-tag=peer${more}`;
    peer.callId = 'pick-up';
    peer.tag = 'grace';
    peer.invite({ Replaces: replaces, To: '<sip:alice@example.com>' });
    return { phone, peer, invite, old };
  }

  test.each([';early-only', ''])('is answered at once; the ringing one is cancelled then (%j)', async (more) => {
    const { phone, peer, old } = await pickedUp(more);
    await eventually(() => {
      expect(phone.incoming[0]?.continues).toEqual({
        callId: 'call-1',
        direction: 'in',
        isPickUp: true,
      });
    });
    expect(peer.requests('CANCEL')).toEqual([]);
    await phone.incoming[0]?.call.answer();
    const answer = await peer.answer('INVITE');
    expect(statusCode(answer)).toBe(200);
    peer.hear(answer);
    peer.ask('ACK');
    const cancel = await peer.request('CANCEL');
    expect(headerValue(cancel, 'call-id')).toBe(old);
    expect(phone.end?.reason).toBe('transferred');
  });

  test('of which the far end answers meanwhile leaves that call, and the other one is refused', async () => {
    const { phone, peer, invite, old } = await pickedUp();
    await eventually(() => {
      expect(phone.incoming).toHaveLength(1);
    });
    const grace = { callId: peer.callId, tag: peer.tag };
    peer.tag = 'peer';
    peer.reply(invite, 200, {}, fakeSdp);
    await eventually(() => {
      expect(phone.told).toContain('established');
    });
    Object.assign(peer, grace);
    await phone.incoming[0]?.call.answer();
    peer.hear(await peer.answer('INVITE'));
    peer.ask('ACK');
    expect(headerValue(await peer.request('BYE'), 'call-id')).toBe('pick-up');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(peer.requests('CANCEL')).toEqual([]);
    expect(peer.requests('BYE').map((bye) => headerValue(bye, 'call-id'))).not.toContain(old);
  });
});

test.each(['deflection', 'unconditional', 'user-busy', 'no-answer', 'do-not-disturb'] as const)(
  'a ringing call is sent to another number by 302, which says why: %s',
  async (reason) => {
    const { phone, peer } = await phoneAndPeer();
    peer.invite();
    await eventually(() => {
      expect(phone.incoming).toHaveLength(1);
    });
    await phone.incoming[0]?.call.divert(eve, reason);
    const answer = await peer.answer('INVITE');
    expect(statusCode(answer)).toBe(302);
    expect(headerValue(answer, 'contact')).toBe('<sip:6104@example.com>');
    expect(headerValue(answer, 'diversion')).toBe(`<sip:alice@example.com>;reason=${reason}`);
    expect(phone.end?.reason).toBe('diverted');
  },
);
