import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../eventually.test-support.ts';
import { FakePeer, calledByPeer, calledPeer, phoneAndPeer } from '../fake-peer.test-support.ts';
import { fakeSdp } from '../fake-window.test-support.ts';
import { headerValue, statusCode, tagOf } from '../sip-message.ts';
import { redirectTargets } from './redirect-targets.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function incomingWith(headers: Readonly<Record<string, string>>) {
  const { phone, peer } = await phoneAndPeer();
  peer.invite(headers);
  await eventually(() => {
    expect(phone.incoming).toHaveLength(1);
  });
  return phone.incoming[0];
}

describe('a call that was sent on', () => {
  test.each([
    [
      'Diversion',
      { Diversion: '"Bob Baker" <sip:202@example.com>;reason=no-answer;counter=1' },
      { number: '202', name: 'Bob Baker', reason: 'no-answer' },
    ],
    [
      'several Diversions, the last one on top',
      { Diversion: '<tel:+442079460102>;reason=user-busy, <sip:203@example.com>;reason=unconditional' },
      { number: '+442079460102', reason: 'user-busy' },
    ],
    ['an unquoted name', { Diversion: 'Jürgen Groß <sip:202@example.com>' }, { number: '202', name: 'Jürgen Groß' }],
    [
      'History-Info with the cause in the new address',
      { 'History-Info': '<sip:202@example.com>;index=1, <sip:alice@example.com;cause=408>;index=1.1;mp=1' },
      { number: '202', reason: 'no-answer' },
    ],
    [
      'History-Info with the reason in the old address',
      {
        'History-Info':
          '"Bob, the Baker" <sip:202@example.com?Reason=SIP%3Bcause%3D302>;index=1, <sip:alice@example.com>;index=1.1',
      },
      { number: '202', name: 'Bob, the Baker', reason: 'unconditional' },
    ],
  ])('says who by %s', async (_what, headers, diverted) => {
    expect((await incomingWith(headers))?.diverted).toEqual(diverted);
  });

  test.each([
    ['nothing', {}],
    ['a private Diversion', { Diversion: '<sip:202@example.com>;privacy=full' }],
    [
      'History-Info of our own address only',
      { 'History-Info': '<sip:alice@example.com>;index=1, <sip:alice@192.0.2.7>;index=1.1' },
    ],
    ['garbage', { Diversion: ';;;<', 'History-Info': '<<<>,,' }],
  ])('says nobody by %s', async (_what, headers) => {
    const incoming = await incomingWith(headers);
    expect(incoming).toBeDefined();
    expect(incoming?.diverted).toBeUndefined();
  });
});

describe('who calls', () => {
  test.each([
    [
      'Remote-Party-ID',
      { 'Remote-Party-ID': '"Grace A." <sip:6106@example.com>;party=calling;screen=yes' },
      { number: '6106', name: 'Grace A.' },
    ],
    [
      'P-Asserted-Identity before it',
      { 'Remote-Party-ID': '<sip:1@example.com>', 'P-Asserted-Identity': '<tel:+4930123>, "x" <sip:2@example.com>' },
      { number: '+4930123', name: 'Peer' },
    ],
    [
      'From, when the rest is private',
      { 'P-Asserted-Identity': '"Grace" <sip:6106@example.com>', Privacy: 'id' },
      { number: 'peer', name: 'Peer' },
    ],
  ])('is said by %s', async (_what, headers, caller) => {
    expect(await incomingWith(headers)).toMatchObject(caller);
  });

  test.each([
    ['Call-Info', { 'Call-Info': '<sip:example.com>;answer-after=0' }, true],
    ['Alert-Info', { 'Alert-Info': '<http://x>;info=alert-autoanswer;delay=0' }, true],
    ['Answer-Mode', { 'Answer-Mode': 'Auto' }, true],
    ['nothing', { 'Call-Info': '<http://example.com/photo.jpg>;purpose=icon' }, false],
  ])('and asks to be answered, by %s', async (_what, headers, wants) => {
    expect((await incomingWith(headers))?.wantsAnswer).toBe(wants);
  });

  test.each([
    ['psap-callback', true],
    ['emergency', undefined],
  ])('for emergency services that call back, by Priority: %s', async (priority, isCallBack) => {
    expect((await incomingWith({ Priority: priority }))?.isEmergencyCallBack).toBe(isCallBack);
  });

  test('with a urn: in Contact rings, and is reached by From', async () => {
    const { phone, peer } = await calledByPeer({ Contact: '<urn:service:sos>' });
    await phone.incoming[0]?.call.hangUp();
    expect((await peer.request('BYE')).startLine).toBe('BYE sip:peer@example.com SIP/2.0');
  });
});

describe('who is at the far end', () => {
  const somebody = { 'P-Asserted-Identity': '"Carol C." <sip:203@example.com>' };
  const told = { type: 'party', number: '203', name: 'Carol C.' };

  test('is told when somebody else answers', async () => {
    const { phone } = await calledPeer(somebody);
    expect(phone.events).toContainEqual(told);
  });

  test('is told when UPDATE or re-INVITE say so during the call, once', async () => {
    const { phone, peer } = await calledPeer();
    expect(phone.told).not.toContain('party');
    peer.ask('UPDATE', somebody);
    await peer.answer('UPDATE');
    peer.ask('INVITE', somebody, fakeSdp);
    await peer.answer('INVITE');
    expect(phone.events.filter(({ type }) => type === 'party')).toEqual([told]);
  });

  test('is told by name only when it is the number that was called, once', async () => {
    const named = { 'Remote-Party-ID': '"Bob Okafor" <sip:peer@example.com>' };
    const { phone, peer } = await calledPeer(named);
    peer.ask('UPDATE', named);
    await peer.answer('UPDATE');
    expect(phone.told).not.toContain('party');
    expect(phone.events.filter(({ type }) => type === 'name')).toEqual([{ type: 'name', name: 'Bob Okafor' }]);
  });

  test('is not told again when the number that was called has no name', async () => {
    const { phone } = await calledPeer({ 'P-Asserted-Identity': '"peer" <sip:peer@example.com>' });
    expect(phone.told).not.toContain('party');
    expect(phone.told).not.toContain('name');
  });
});

describe('a redirection', () => {
  test('is followed in the order of q, each address once', () => {
    expect(
      redirectTargets([
        '<sip:c@example.com>;q=0.1, "A, B" <sip:a@example.com;x=y>;q=0.9;expires=30',
        '<sip:best@example.com>',
        '<mailto:x@example.com>, <tel:+4930123>;q=0.5, <sip:c@example.com>;q=nonsense',
      ]),
    ).toEqual(['sip:best@example.com', 'sip:a@example.com;x=y', 'tel:+4930123', 'sip:c@example.com']);
  });

  test('to several phones tries the next when one fails, and stops at 6xx', async () => {
    const { phone, peer } = await phoneAndPeer();
    phone.place('sip:peer@example.com');
    peer.reply(await peer.request('INVITE'), 302, {
      Contact:
        '<sip:b@example.com>;q=0.5, <sip:a@example.com>;q=0.9, <tel:+4930123>;q=0.1, <sip:never@example.com>;q=0',
    });
    const first = await peer.request('INVITE', 2);
    peer.reply(first, 480);
    const second = await peer.request('INVITE', 3);
    peer.reply(second, 404);
    const third = await peer.request('INVITE', 4);
    peer.reply(third, 603);
    await eventually(() => {
      expect(phone.end?.reason).toBe('declined');
    });
    const addresses = peer.requests('INVITE').map(({ startLine }) => startLine.split(' ')[1]);
    expect(addresses.slice(1)).toEqual(['sip:a@example.com', 'sip:b@example.com', 'sip:+4930123@example.com']);
  });
});

describe('a challenge', () => {
  test.each([
    ['the same nonce again and again', () => 'nonce="n"', 2],
    ['a new nonce each time', (count: number) => `nonce="n${String(count)}"`, 2],
    ['a nonce that is stale each time', (count: number) => `nonce="n${String(count)}", stale=true`, 3],
  ] as const)('with %s ends the call as not allowed', async (_what, nonce, most) => {
    const { phone, peer } = await phoneAndPeer();
    phone.place('sip:peer@example.com');
    for (let count = 1; phone.end === undefined && count < 10; count += 1) {
      const challenge = `Digest realm="example.com", algorithm=MD5, qop="auth", ${nonce(count)}`;
      peer.reply(await peer.request('INVITE', count), 407, { 'Proxy-Authenticate': challenge });
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(phone.end?.reason).toBe('notAllowed');
    expect(peer.requests('INVITE').length).toBeLessThanOrEqual(most);
  });
});

describe('why a call ended (RFC 3326)', () => {
  test.each([
    [500, 'Q.850;cause=17;text="User busy"', 'busy'],
    [503, 'Q.850;cause=1', 'notFound'],
    [480, 'SIP;cause=480, Q.850;cause=21', 'declined'],
    [486, 'Q.850;cause=1', 'busy'],
    [500, 'nonsense', 'network'],
  ])('%i with %s is %s', async (status, reason, expected) => {
    const { phone, peer } = await phoneAndPeer();
    phone.place('sip:peer@example.com');
    peer.reply(await peer.request('INVITE'), status, { Reason: reason });
    await eventually(() => {
      expect(phone.end?.reason).toBe(expected);
    });
  });

  test('is kept for the diagnostics when the far end hangs up', async () => {
    const { phone, peer } = await calledPeer();
    peer.ask('BYE', { Reason: 'Q.850;cause=31;text="Normal, unspecified"' });
    await eventually(() => {
      expect(phone.end).toMatchObject({ reason: 'remoteHungUp', detail: 'Q.850 31 "Normal, unspecified"' });
    });
  });

  test('is said in the BYE of a call whose sound is lost', async () => {
    const { phone, peer } = await calledPeer();
    phone.softphone.windowLeg('call-1', 'micBusy', '');
    expect(headerValue(await peer.request('BYE'), 'reason')).toBe('SIP;cause=488;text="No media"');
  });
});

describe('an INVITE with Replaces (RFC 3891)', () => {
  test('takes the place of the call that it names', async () => {
    const { phone, peer } = await calledPeer();
    const ack = await peer.request('ACK');
    const replaces = `${peer.callId};to-tag=${tagOf(ack, 'from')};from-tag=peer`;
    const third = new FakePeer(peer.server, 'alice');
    third.tag = 'third';
    third.callId = 'third-call';
    third.invite({ Replaces: replaces, 'P-Asserted-Identity': '"Carol" <sip:203@example.com>' });
    await eventually(() => {
      expect(phone.incoming).toHaveLength(1);
    });
    expect(phone.incoming[0]?.continues).toEqual({
      callId: 'call-1',
      direction: 'in',
    });
    await phone.incoming[0]?.call.answer();
    expect(statusCode(await third.answer('INVITE', third.sequence))).toBe(200);
    const bye = await peer.request('BYE');
    expect(headerValue(bye, 'call-id')).toBe(peer.callId);
    expect(phone.end).toMatchObject({ reason: 'transferred' });
  });

  test.each([
    ['no call', 'unknown;to-tag=1;from-tag=2', 481],
    ['nothing that can be read', ';;;', 400],
  ])('that names %s is refused', async (_what, replaces, status) => {
    const { phone, peer } = await phoneAndPeer();
    peer.invite({ Replaces: replaces });
    expect(statusCode(await peer.answer('INVITE'))).toBe(status);
    expect(phone.incoming).toHaveLength(0);
  });

  test('is refused with 486 when it is for calls that ring only, and this one was answered', async () => {
    const { phone, peer } = await calledPeer();
    const ack = await peer.request('ACK');
    const third = new FakePeer(peer.server, 'alice');
    third.tag = 'third';
    third.callId = 'third-call';
    third.invite({ Replaces: `${peer.callId};to-tag=${tagOf(ack, 'from')};from-tag=peer;early-only` });
    expect(statusCode(await third.answer('INVITE', third.sequence))).toBe(486);
    expect(phone.incoming).toHaveLength(0);
  });

  test('takes over a call that still rings at the far end, which is cancelled', async () => {
    const { phone, peer } = await phoneAndPeer();
    phone.place('sip:peer@example.com');
    const invite = await peer.request('INVITE');
    peer.reply(invite, 180);
    await eventually(() => {
      expect(phone.told).toContain('farEndRings');
    });
    const third = new FakePeer(peer.server, 'alice');
    third.tag = 'third';
    third.callId = 'third-call';
    third.invite({ Replaces: `${peer.callId};to-tag=${tagOf(invite, 'from')};from-tag=peer;early-only` });
    await eventually(() => {
      expect(phone.incoming).toHaveLength(1);
    });
    await phone.incoming[0]?.call.answer();
    await third.answer('INVITE', third.sequence);
    await peer.request('CANCEL');
  });
});
