import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import { eventually } from '../eventually.test-support.ts';
import { calledByPeer, calledPeer, phoneAndPeer } from '../fake-peer.test-support.ts';
import type { FakePeer } from '../fake-peer.test-support.ts';
import { fakeSdp } from '../fake-window.test-support.ts';
import { headerTokens, headerValue, sdpOf, statusCode } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const otherSdp = fakeSdp.replace('4000', '5000');
const reliable = { Require: '100rel', RSeq: '7' };

async function calling(): Promise<Awaited<ReturnType<typeof phoneAndPeer>> & { invite: SipMessage }> {
  const both = await phoneAndPeer();
  both.phone.place('sip:peer@example.com');
  return { ...both, invite: await both.peer.request('INVITE') };
}

async function ringsWith(peer: FakePeer): Promise<SipMessage> {
  const is180 = (answer: SipMessage): boolean => statusCode(answer) === 180;
  await eventually(() => {
    expect(peer.answers('INVITE').some(is180)).toBe(true);
  });
  const answer = peer.answers('INVITE').find(is180);
  if (answer === undefined) throw new Error('no 180');
  peer.hear(answer);
  return answer;
}

describe('early media', () => {
  test('of a 183 is heard before the answer, and the SDP of the 200 goes before it', async () => {
    const { phone, peer, invite } = await calling();
    const media = phone.media.opened[0];
    peer.reply(invite, 183, {}, fakeSdp);
    await eventually(() => {
      expect(media?.answers).toEqual([fakeSdp]);
    });
    peer.reply(invite, 200, {}, otherSdp);
    await peer.request('ACK');
    expect(media?.answers).toEqual([fakeSdp, otherSdp]);
    expect(phone.told).toContain('established');
  });

  test('183, then 180, then a 200 without SDP is a call with the sound of the 183', async () => {
    const { phone, peer, invite } = await calling();
    peer.reply(invite, 183, {}, fakeSdp);
    peer.reply(invite, 180);
    await eventually(() => {
      expect(phone.told).toContain('farEndRings');
    });
    peer.reply(invite, 200);
    await peer.request('ACK');
    expect(phone.told).toContain('established');
    expect(phone.end).toBeUndefined();
  });

  test('of the branch that is answered is the one that stays', async () => {
    const { phone, peer, invite } = await calling();
    const media = phone.media.opened[0];
    peer.tag = 'one';
    peer.reply(invite, 183, {}, fakeSdp);
    peer.tag = 'two';
    peer.reply(invite, 183, {}, otherSdp);
    peer.tag = 'one';
    peer.reply(invite, 200);
    await peer.request('ACK');
    expect(media?.answers.at(-1)).toBe(fakeSdp);
    expect(phone.told).toContain('established');
  });
});

describe('reliable provisional answers (RFC 3262)', () => {
  test('are offered and acknowledged by PRACK, once', async () => {
    const { phone, peer, invite } = await calling();
    expect(headerTokens(invite, 'supported')).toContain('100rel');
    peer.reply(invite, 183, reliable, fakeSdp);
    const prack = await peer.request('PRACK');
    expect(headerValue(prack, 'rack')).toBe(`7 ${headerValue(invite, 'cseq') ?? ''}`);
    peer.reply(prack, 200);
    peer.reply(invite, 183, reliable, fakeSdp);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(peer.requests('PRACK')).toHaveLength(1);
    peer.reply(invite, 200);
    await peer.request('ACK');
    expect(phone.media.opened[0]?.answers).toEqual([fakeSdp]);
    expect(phone.told).toContain('established');
  });

  test('with sound that is of no use leave the call without any, so the 200 that says the same ends it in words', async () => {
    const { phone, peer, invite } = await calling();
    const media = phone.media.opened[0];
    if (media === undefined) throw new Error('no media');
    const useless = new AppError('unsupported', 'no codec');
    Object.assign(media, { agrees: useless, unusable: useless });
    peer.reply(invite, 183, reliable, fakeSdp);
    peer.reply(await peer.request('PRACK'), 200);
    peer.reply(invite, 200);
    await peer.request('ACK');
    await peer.request('BYE');
    await eventually(() => {
      expect(phone.end?.reason).toBe('mediaFailed');
    });
    expect(phone.told).not.toContain('established');
  });

  test('without Contact are acknowledged too, and the ACK goes where the 200 says', async () => {
    const { peer, invite } = await calling();
    peer.reply(invite, 180, { ...reliable, Contact: '' });
    await peer.request('PRACK');
    peer.reply(invite, 200, { Contact: '<sip:answered@203.0.113.9>' }, fakeSdp);
    expect((await peer.request('ACK')).startLine).toBe('ACK sip:answered@203.0.113.9 SIP/2.0');
  });

  test('let the far end offer anew by UPDATE before it answers', async () => {
    const { phone, peer, invite } = await calling();
    peer.reply(invite, 183, reliable, fakeSdp);
    peer.reply(await peer.request('PRACK'), 200);
    peer.ask('UPDATE', {}, otherSdp);
    const answer = await peer.answer('UPDATE');
    expect([statusCode(answer), sdpOf(answer)]).toEqual([200, fakeSdp]);
    peer.reply(invite, 200);
    await peer.request('ACK');
    expect(phone.media.opened[0]?.answers).toEqual([fakeSdp]);
    expect(phone.told).toContain('established');
  });

  test('of ours are sent when the caller requires them, without opening the microphone, until the PRACK', async () => {
    const { phone, peer } = await phoneAndPeer();
    peer.invite({ Require: '100rel', Supported: '100rel, timer' });
    const ringing = await ringsWith(peer);
    expect(headerTokens(ringing, 'require')).toContain('100rel');
    expect(sdpOf(ringing)).toBeUndefined();
    expect(phone.window.asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_600);
    expect(peer.answers('INVITE').filter((answer) => statusCode(answer) === 180)).toHaveLength(3);
    peer.ask('PRACK', { RAck: '1 1 INVITE' });
    expect(statusCode(await peer.answer('PRACK'))).toBe(481);
    const rseq = headerValue(ringing, 'rseq') ?? '';
    peer.ask('PRACK', { RAck: `${rseq} ${headerValue(ringing, 'cseq') ?? ''}` });
    expect(statusCode(await peer.answer('PRACK'))).toBe(200);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(peer.answers('INVITE').filter((answer) => statusCode(answer) === 180)).toHaveLength(3);
    await phone.incoming[0]?.call.answer();
    await eventually(() => {
      expect(peer.answers('INVITE').map(statusCode)).toContain(200);
    });
  });

  test('of ours that nobody acknowledges refuse the call with 504', async () => {
    const { phone, peer } = await phoneAndPeer();
    peer.invite({ Require: '100rel' });
    await ringsWith(peer);
    await vi.advanceTimersByTimeAsync(33_000);
    expect(peer.answers('INVITE').map(statusCode)).toContain(504);
    expect(phone.end?.reason).toBe('network');
  });
});

describe('a call that forks', () => {
  test('and is answered twice stays with the first; the other one gets ACK and BYE', async () => {
    const { phone, peer, invite } = await calling();
    peer.tag = 'first';
    peer.reply(invite, 200, {}, fakeSdp);
    await peer.request('ACK');
    peer.tag = 'second';
    peer.reply(invite, 200, {}, otherSdp);
    await peer.request('ACK', 2);
    const bye = await peer.request('BYE');
    expect(bye.startLine).toBe('BYE sip:second@198.51.100.1 SIP/2.0');
    expect(phone.end).toBeUndefined();
  });

  test('whose 200 is repeated gets the ACK again and no BYE', async () => {
    const { phone, peer, invite } = await calledPeer();
    peer.reply(invite, 200, {}, fakeSdp);
    await peer.request('ACK', 2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peer.requests('BYE')).toHaveLength(0);
    expect(phone.end).toBeUndefined();
  });
});

describe('hanging up while it is answered', () => {
  test('sends ACK and BYE to a 200 that crosses the CANCEL', async () => {
    const { phone, peer } = await phoneAndPeer();
    const call = phone.place('sip:peer@example.com');
    const invite = await peer.request('INVITE');
    peer.reply(invite, 180);
    await eventually(() => {
      expect(phone.told).toContain('farEndRings');
    });
    await call.hangUp();
    await peer.request('CANCEL');
    peer.reply(invite, 200, {}, fakeSdp);
    await peer.request('ACK');
    await peer.request('BYE');
  });

  test('before any answer sends CANCEL as soon as there is one (RFC 3261 section 9.1)', async () => {
    const { phone, peer } = await phoneAndPeer();
    const call = phone.place('sip:peer@example.com');
    const invite = await peer.request('INVITE');
    await call.hangUp();
    await vi.advanceTimersByTimeAsync(500);
    expect(peer.requests('CANCEL')).toHaveLength(0);
    peer.reply(invite, 100);
    await peer.request('CANCEL');
  });

  test('leaves nothing behind when the CANCEL is never followed by an end', async () => {
    const { phone, peer } = await phoneAndPeer();
    const call = phone.place('sip:peer@example.com');
    const invite = await peer.request('INVITE');
    peer.reply(invite, 180);
    await vi.advanceTimersByTimeAsync(100);
    await call.hangUp();
    peer.reply(await peer.request('CANCEL'), 200);
    const acked = peer.requests('ACK').length;
    await vi.advanceTimersByTimeAsync(33_000);
    // SIP.js acknowledges the 487 that was made up for it: the INVITE is over for it.
    expect(peer.requests('ACK')).toHaveLength(acked + 1);
  });
});

describe('a BYE of the far end', () => {
  test('is answered and not answered with another BYE', async () => {
    const { phone, peer } = await calledPeer();
    peer.ask('BYE');
    expect(statusCode(await peer.answer('BYE'))).toBe(200);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(phone.end?.reason).toBe('remoteHungUp');
    expect(peer.requests('BYE')).toHaveLength(0);
    expect(phone.softphone.dropped).toBe(0);
  });

  test('that is a CANCEL is answered, and the INVITE with 487', async () => {
    const { phone, peer } = await phoneAndPeer();
    const invite = peer.invite();
    await ringsWith(peer);
    const via = /^Via: (.*)$/m.exec(invite)?.[1]?.trim() ?? '';
    peer.ask('CANCEL', { Via: via, To: '<sip:alice@example.com>' }, '', 'sip:alice@example.com');
    await vi.advanceTimersByTimeAsync(100);
    expect(peer.answers('CANCEL').map(statusCode)).toEqual([200]);
    expect(peer.answers('INVITE').map(statusCode).at(-1)).toBe(487);
    expect(phone.end?.reason).toBe('cancelled');
    expect(phone.softphone.dropped).toBe(0);
  });

  test('before its ACK came is no reason for one either', async () => {
    const { phone, peer } = await phoneAndPeer();
    peer.invite();
    await eventually(() => {
      expect(phone.incoming).toHaveLength(1);
    });
    await phone.incoming[0]?.call.answer();
    await peer.answer('INVITE');
    peer.ask('BYE');
    expect(statusCode(await peer.answer('BYE'))).toBe(200);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(phone.end?.reason).toBe('remoteHungUp');
    expect(peer.requests('BYE')).toHaveLength(0);
    expect(phone.softphone.dropped).toBe(0);
  });
});

describe('an INVITE without SDP', () => {
  test('is answered with an offer, and the ACK brings the answer', async () => {
    const { phone, peer } = await phoneAndPeer();
    peer.invite({}, '');
    await eventually(() => {
      expect(phone.incoming).toHaveLength(1);
    });
    await phone.incoming[0]?.call.answer();
    expect(sdpOf(await peer.answer('INVITE'))).toBeDefined();
    peer.ask('ACK', {}, otherSdp);
    await eventually(() => {
      expect(phone.media.opened[0]?.answers).toEqual([otherSdp]);
    });
    expect(phone.end).toBeUndefined();
  });

  test('whose ACK brings no answer ends with BYE', async () => {
    const { phone, peer } = await phoneAndPeer();
    peer.invite({}, '');
    await eventually(() => {
      expect(phone.incoming).toHaveLength(1);
    });
    await phone.incoming[0]?.call.answer();
    await peer.answer('INVITE');
    peer.ask('ACK');
    await peer.request('BYE');
    expect(phone.end).toBeDefined();
  });

  test('in a call is answered with an offer as well', async () => {
    const { phone, peer } = await calledByPeer();
    peer.ask('INVITE');
    expect(sdpOf(await peer.answer('INVITE'))).toBeDefined();
    peer.ask('ACK', {}, otherSdp);
    await eventually(() => {
      expect(phone.media.opened[0]?.answers).toEqual([otherSdp]);
    });
    expect(phone.end).toBeUndefined();
  });

  test('from a caller that requires 100rel is not told to ring, but can be answered', async () => {
    const { phone, peer } = await phoneAndPeer();
    peer.invite({ Require: '100rel' }, '');
    await eventually(() => {
      expect(phone.incoming).toHaveLength(1);
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peer.answers('INVITE').map(statusCode)).toEqual([100]);
    await phone.incoming[0]?.call.answer();
    expect(sdpOf(await peer.answer('INVITE'))).toBeDefined();
  });
});

describe('a missing Contact', () => {
  test('in the 200 is no reason to drop the call', async () => {
    const { phone, peer, invite } = await calling();
    peer.reply(invite, 200, { Contact: '' }, fakeSdp);
    expect((await peer.request('ACK')).startLine).toBe('ACK sip:peer@example.com SIP/2.0');
    expect(phone.told).toContain('established');
  });

  test('in a re-INVITE leaves the far end where it was', async () => {
    const { phone, peer } = await calledByPeer();
    peer.ask('INVITE', { Contact: '' }, otherSdp);
    expect(statusCode(await peer.answer('INVITE'))).toBe(200);
    peer.ask('ACK');
    await phone.incoming[0]?.call.hangUp();
    expect((await peer.request('BYE')).startLine).toBe('BYE sip:peer@198.51.100.1 SIP/2.0');
  });
});
