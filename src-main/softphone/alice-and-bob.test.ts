import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer, statusesFrom } from './fake-sip-server.test-support.ts';
import { headerKey, headerValue, isResponse, methodOf, statusCode } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Two {
  readonly server: FakeSipServer;
  readonly alice: FakePhone;
  readonly bob: FakePhone;
}

async function registered(phone: FakePhone): Promise<void> {
  await eventually(() => {
    expect(phone.softphone.line().state).toBe('registered');
  });
}

async function twoPhones(protocol: 'UDP' | 'TCP' = 'TCP'): Promise<Two> {
  const server = new FakeSipServer(protocol);
  const alice = new FakePhone(server, 'alice');
  const bob = new FakePhone(server, 'bob');
  for (const phone of [alice, bob]) {
    await phone.softphone.start();
    await phone.softphone.connect('secret');
    await registered(phone);
  }
  return { server, alice, bob };
}

async function ringing({ alice, bob }: Two) {
  const call = alice.place('sip:bob@example.com');
  await eventually(() => {
    expect(bob.incoming).toHaveLength(1);
    expect(alice.told).toContain('farEndRings');
  });
  const incoming = bob.incoming[0];
  if (incoming === undefined) throw new Error('no call');
  return { call, incoming };
}

async function talking(two: Two) {
  const calls = await ringing(two);
  await calls.incoming.call.answer();
  await eventually(() => {
    expect(two.alice.told).toContain('established');
    expect(two.bob.told).toContain('established');
  });
  return calls;
}

describe('a call', () => {
  test('rings, is answered, and ends on both sides when bob hangs up', async () => {
    const two = await twoPhones();
    const { incoming } = await talking(two);
    expect(incoming.number).toBe('alice');
    expect(two.alice.events.find((event) => event.type === 'established')).toMatchObject({ codec: 'PCMA' });
    await incoming.call.hangUp();
    await eventually(() => {
      expect(two.alice.end?.reason).toBe('remoteHungUp');
    });
    expect(two.bob.end?.reason).toBe('hungUp');
    expect(two.alice.media.opened[0]?.isClosed).toBe(true);
    expect(two.bob.media.opened[0]?.isClosed).toBe(true);
  });

  test('sends its INVITE without waiting for the window', async () => {
    const two = await twoPhones();
    two.alice.window.hangsAt = 'media.offer';
    two.alice.place('sip:bob@example.com');
    await eventually(() => {
      expect(two.bob.incoming).toHaveLength(1);
    });
    expect(two.alice.window.asked).not.toContain('media.answer');
  });

  test('asks nothing of the window before its INVITE is out', async () => {
    const two = await twoPhones();
    let askedBefore: readonly string[] | undefined;
    two.server.loses = (from, message) => {
      if (from === 'alice' && methodOf(message) === 'INVITE') askedBefore ??= [...two.alice.window.asked];
      return false;
    };
    two.alice.place('sip:bob@example.com');
    await eventually(() => {
      expect(two.alice.window.asked).toContain('media.offer');
    });
    expect(askedBefore).toEqual([]);
  });

  test('is acknowledged before its media are there (RFC 3261 section 13.2.2.4)', async () => {
    const two = await twoPhones();
    const { incoming } = await ringing(two);
    const media = two.alice.media.opened[0];
    if (media === undefined) throw new Error('no media');
    let apply: (() => void) | undefined;
    media.applying = new Promise((resolve) => {
      apply = resolve;
    });
    await incoming.call.answer();
    await eventually(() => {
      expect(two.server.sentBy('alice').some((line) => line.startsWith('ACK '))).toBe(true);
    });
    // What the answer says shows at once; the window is told to send when it is in force.
    expect(two.alice.events.find((event) => event.type === 'established')).toMatchObject({ codec: 'PCMA' });
    expect(two.alice.window.asked.filter((name) => name === 'media.start')).toHaveLength(1);
    apply?.();
    await eventually(() => {
      expect(two.alice.window.asked.filter((name) => name === 'media.start')).toHaveLength(2);
    });
    expect(two.alice.told.filter((type) => type === 'media')).toEqual([]);
  });

  test('whose answer fails after it was acknowledged is ended by BYE, in words', async () => {
    const two = await twoPhones();
    const { incoming } = await ringing(two);
    const media = two.alice.media.opened[0];
    if (media === undefined) throw new Error('no media');
    let fail: ((error: Error) => void) | undefined;
    media.applying = new Promise((_resolve, reject) => {
      fail = reject;
    });
    await incoming.call.answer();
    await eventually(() => {
      expect(two.alice.told).toContain('established');
    });
    fail?.(new AppError('media', 'The sound could not be set up.'));
    await eventually(() => {
      expect(two.alice.end).toMatchObject({ reason: 'mediaFailed', notice: 'The sound could not be set up.' });
      expect(two.bob.end?.reason).toBe('remoteHungUp');
    });
    expect(two.server.sentBy('alice').filter((line) => line.startsWith('BYE '))).toHaveLength(1);
  });

  test('whose answer cannot be read is acknowledged and ended, and never shown as connected', async () => {
    const two = await twoPhones();
    const { incoming } = await ringing(two);
    const media = two.alice.media.opened[0];
    if (media === undefined) throw new Error('no media');
    media.unusable = new AppError('unsupported', 'No shared sound.');
    await incoming.call.answer();
    await eventually(() => {
      expect(two.alice.end?.reason).toBe('mediaFailed');
    });
    expect(two.alice.told).not.toContain('established');
    const sent = two.server.sentBy('alice').map((line) => line.split(' ')[0]);
    expect(sent.filter((method) => method !== 'SIP/2.0').slice(-2)).toEqual(['ACK', 'BYE']);
  });

  test('opens the microphone for a call that is placed and again with the codec agreed on', async () => {
    const two = await twoPhones();
    await talking(two);
    expect(two.alice.window.asked.filter((name) => name === 'media.start').length).toBeGreaterThanOrEqual(1);
    expect(two.bob.window.asked).toEqual(['media.offer', 'media.start', 'media.answer', 'media.start']);
  });

  test('opens no microphone while it rings here', async () => {
    const two = await twoPhones();
    await ringing(two);
    expect(two.bob.window.asked).toEqual([]);
  });

  test('that bob declines is refused at his device only, with 486', async () => {
    const two = await twoPhones();
    const { incoming } = await ringing(two);
    await incoming.call.decline();
    await eventually(() => {
      expect(two.alice.end?.reason).toBe('busy');
    });
    expect(two.bob.end?.reason).toBe('declined');
    expect(statusesFrom(two.server, 'bob')).toContain(486);
  });

  test('that alice gives up is cancelled at bob', async () => {
    const two = await twoPhones();
    const { call } = await ringing(two);
    await call.hangUp();
    await eventually(() => {
      expect(two.bob.end?.reason).toBe('cancelled');
    });
    expect(two.alice.end?.reason).toBe('hungUp');
  });

  test('that another phone took is not one that bob missed (RFC 3326)', async () => {
    const two = await twoPhones();
    const { call } = await ringing(two);
    two.server.rewrites = (_from, message) =>
      methodOf(message) === 'CANCEL' && !isResponse(message)
        ? {
            ...message,
            headers: [...message.headers, { name: 'Reason', value: 'SIP;cause=200;text="Call completed elsewhere"' }],
          }
        : message;
    await call.hangUp();
    await eventually(() => {
      expect(two.bob.end?.reason).toBe('answeredElsewhere');
    });
  });

  test('beyond the room in the call list is busy', async () => {
    const two = await twoPhones();
    two.bob.takesCalls = false;
    two.alice.place('sip:bob@example.com');
    await eventually(() => {
      expect(two.alice.end?.reason).toBe('busy');
    });
  });

  test('shows ringing though the 180 has no Contact', async () => {
    const two = await twoPhones();
    two.server.rewrites = (_from, message) =>
      statusCode(message) === 180
        ? { ...message, headers: message.headers.filter((header) => headerKey(header.name) !== 'contact') }
        : message;
    const { incoming } = await ringing(two);
    await incoming.call.answer();
    await eventually(() => {
      expect(two.alice.told).toContain('established');
    });
    const ack = two.server.passages.find(({ message }) => message.startLine.startsWith('ACK '));
    const invited = two.server.passages.find(
      ({ message }) => statusCode(message) === 200 && methodOf(message) === 'INVITE',
    );
    const contact = headerValue(invited?.message ?? { startLine: '', headers: [], body: '' }, 'contact');
    expect(contact).toContain(ack?.message.startLine.split(' ')[1]);
  });

  test('goes on after the connection broke and came back', async () => {
    const two = await twoPhones();
    const { call } = await talking(two);
    two.server.disconnect('alice');
    expect(two.alice.softphone.line().state).toBe('registering');
    await registered(two.alice);
    expect(two.alice.end).toBeUndefined();
    await call.hangUp();
    await eventually(() => {
      expect(two.bob.end?.reason).toBe('remoteHungUp');
    });
  });

  test('cannot be placed without a line, in words', () => {
    const server = new FakeSipServer();
    const alice = new FakePhone(server, 'alice');
    expect(() => alice.place('sip:bob@example.com')).toThrow(new AppError('offline', 'Phone is off. Sign in to call.'));
  });

  test('sends digits by its media', async () => {
    const two = await twoPhones();
    const { call } = await talking(two);
    expect(call.capabilities('connected')).toContain('dtmf');
    await call.dtmf('12#');
    expect(two.alice.media.opened[0]?.digits).toEqual(['12#']);
  });
});

describe('the microphone', () => {
  test('that is refused while alice calls cancels the call in words', async () => {
    const two = await twoPhones();
    await ringing(two);
    two.alice.softphone.windowLeg('call-1', 'micDenied', 'NotAllowedError');
    await eventually(() => {
      expect(two.bob.end?.reason).toBe('cancelled');
    });
    expect(two.alice.end).toMatchObject({ reason: 'mediaFailed' });
    expect(two.alice.end?.notice).toMatch(/may not use your microphone/);
  });

  test.each([
    ['micMissing', /No microphone was found/],
    ['micBusy', /used by another program/],
  ] as const)('that is %s during a call ends it on both sides', async (state, words) => {
    const two = await twoPhones();
    await talking(two);
    two.alice.softphone.windowLeg('call-1', state, '');
    await eventually(() => {
      expect(two.bob.end?.reason).toBe('remoteHungUp');
    });
    expect(two.alice.end?.notice).toMatch(words);
  });

  test('that is refused when bob answers leaves alice with "unavailable" and bob with words', async () => {
    const two = await twoPhones();
    const { incoming } = await ringing(two);
    two.bob.window.failures.set('media.start', new AppError('media', 'Parley may not use your microphone.'));
    await expect(incoming.call.answer()).rejects.toThrow('Parley may not use your microphone.');
    await eventually(() => {
      expect(two.alice.end?.reason).toBe('unavailable');
    });
    expect(two.bob.end).toMatchObject({ reason: 'mediaFailed', notice: 'Parley may not use your microphone.' });
  });

  test('whose question is still being read does not keep the caller waiting', async () => {
    const two = await twoPhones();
    const { incoming } = await ringing(two);
    two.bob.window.failures.set('media.start', new AppError('timeout', 'That took too long.'));
    await incoming.call.answer();
    await eventually(() => {
      expect(two.alice.told).toContain('established');
    });
  });

  test('of no window: an incoming call rings on and says why it cannot be answered', async () => {
    const two = await twoPhones();
    two.bob.window.isAvailable = false;
    const { incoming } = await ringing(two);
    await expect(incoming.call.answer()).rejects.toThrow(/No Parley window/);
    expect(two.bob.end).toBeUndefined();
    two.bob.window.isAvailable = true;
    await incoming.call.answer();
    await eventually(() => {
      expect(two.alice.told).toContain('established');
    });
  });
});

describe('sound', () => {
  test('whose first leg does not come up gets a second one', async () => {
    const two = await twoPhones();
    two.alice.window.failuresOnce.set('media.answer', new Error('without ICE transport'));
    await talking(two);
    expect(two.alice.media.opened[0]?.legs).toBe(1);
    expect(two.alice.end).toBeUndefined();
  });

  test('whose legs do not come up at all ends the call in words', async () => {
    const two = await twoPhones();
    two.alice.window.failures.set('media.answer', new Error('without ICE transport'));
    two.alice.place('sip:bob@example.com');
    await eventually(() => {
      expect(two.alice.end).toMatchObject({ reason: 'mediaFailed' });
    });
    expect(two.alice.end?.notice).toMatch(/could not be started/);
    expect(two.alice.window.asked.filter((name) => name === 'media.offer')).toHaveLength(2);
  });

  test('comes back after a reload of the window, and only for calls that have it', async () => {
    const two = await twoPhones();
    const { incoming } = await ringing(two);
    two.bob.window.reload();
    expect(two.bob.window.asked).toEqual([]);
    await incoming.call.answer();
    two.bob.window.reload();
    await eventually(() => {
      expect(two.bob.media.opened[0]?.legs).toBe(2);
    });
    expect(two.bob.end).toBeUndefined();
  });

  test('that fails is restored, but not for ever', async () => {
    const two = await twoPhones();
    await talking(two);
    for (let failures = 1; failures <= 3; failures += 1) {
      two.alice.softphone.windowLeg('call-1', 'failed', 'ICE');
      await eventually(() => {
        expect(two.alice.media.opened[0]?.legs).toBe(1 + failures);
      });
    }
    expect(two.alice.end).toBeUndefined();
    two.alice.softphone.windowLeg('call-1', 'failed', 'ICE');
    expect(two.alice.end).toMatchObject({ reason: 'mediaFailed', detail: 'ICE' });
  });

  test('that never connects, which neither end says, is built anew; one that does stays', async () => {
    const two = await twoPhones();
    await talking(two);
    const [media] = two.alice.media.opened;
    if (media === undefined) throw new Error('no media');
    media.rendererLeg = 'connecting';
    await vi.advanceTimersByTimeAsync(4_000);
    await eventually(() => {
      expect(media.legs).toBe(2);
    });
    media.rendererLeg = 'connected';
    await vi.advanceTimersByTimeAsync(20_000);
    expect(media.legs).toBe(2);
    expect(two.alice.end).toBeUndefined();
  });

  test.each([
    ['turnRefused', /did not accept its user name or password/],
    ['turnSilent', /does not answer/],
  ] as const)('that goes on without TURN says why (%s)', async (state, words) => {
    const two = await twoPhones();
    await talking(two);
    two.alice.softphone.windowLeg('call-1', state, 'turn:turn.example.com: 401');
    const last = two.alice.events.at(-1);
    expect(last?.type === 'notice' ? last.notice : undefined).toMatch(words);
    expect(two.alice.end).toBeUndefined();
  });

  test('that has no window for a while says so, and takes it back when it sounds again', async () => {
    const two = await twoPhones();
    await talking(two);
    two.alice.softphone.windowLeg('call-1', 'live', '');
    two.alice.window.isAvailable = false;
    two.alice.softphone.windowLeg('call-1', 'failed', 'ICE');
    await eventually(() => {
      const last = two.alice.events.at(-1);
      expect(last?.type === 'notice' ? last.notice : undefined).toMatch(/no sound now/);
    });
    two.alice.window.isAvailable = true;
    two.alice.window.reload();
    await eventually(() => {
      expect(two.alice.events.at(-1)).toEqual({ type: 'notice' });
    });
  });

  test('stays muted in the leg that takes the place of a lost one', async () => {
    const two = await twoPhones();
    const { call } = await talking(two);
    await call.mute(true);
    two.alice.window.reload();
    await eventually(() => {
      expect(two.alice.window.asked.filter((name) => name === 'media.mute')).toHaveLength(2);
    });
  });

  test('is offered anew when the media process dies, and has sound again within two seconds', async () => {
    const two = await twoPhones();
    await talking(two);
    const offers = (): readonly string[] => two.server.sentBy('alice').filter((line) => line.startsWith('INVITE'));
    const before = two.alice.told.length;
    two.alice.media.die();
    await eventually(() => {
      expect(offers()).toHaveLength(2);
      expect(two.alice.media.opened[0]).toMatchObject({ offers: 2, legs: 2 });
      // What was said about the loss is taken back.
      expect(two.alice.told.slice(before)).toEqual(['notice']);
    }, 2_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(two.alice.end).toBeUndefined();
    expect(offers()).toHaveLength(2);
  });

  test('whose media process died while it rang is offered anew as soon as it is answered', async () => {
    const two = await twoPhones();
    const { incoming } = await ringing(two);
    two.alice.media.die();
    await incoming.call.answer();
    await eventually(() => {
      expect(two.server.sentBy('alice').filter((line) => line.startsWith('INVITE'))).toHaveLength(2);
    });
    expect(two.alice.media.opened[0]).toMatchObject({ offers: 2, legs: 2 });
    expect(two.alice.end).toBeUndefined();
  });

  test('that cannot be restored within two seconds ends the call in words', async () => {
    const two = await twoPhones();
    await talking(two);
    two.server.loses = (from, message) => from === 'alice' && methodOf(message) === 'INVITE';
    two.alice.media.die();
    await vi.advanceTimersByTimeAsync(1_900);
    expect(two.alice.end).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    expect(two.alice.end).toMatchObject({ reason: 'mediaFailed' });
    expect(two.alice.end?.notice).toMatch(/could not be restored/);
  });

  test('without a codec in common ends the call in words', async () => {
    const two = await twoPhones();
    const { incoming } = await ringing(two);
    const media = two.alice.media.opened[0];
    if (media === undefined) throw new Error('no media');
    media.agrees = new AppError('unsupported', 'no codec');
    await incoming.call.answer();
    await eventually(() => {
      expect(two.alice.end?.reason).toBe('mediaFailed');
    });
    expect(two.alice.end).toMatchObject({ notice: expect.stringContaining('no kind of sound in common') as string });
  });
});

/** Random numbers that are the same in every run. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('over UDP with 30 % of the messages lost', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('a call is established (seed %i)', async (seed) => {
    const two = await twoPhones('UDP');
    const random = mulberry32(seed);
    two.server.loses = () => random() < 0.3;
    two.alice.place('sip:bob@example.com');
    await eventually(() => {
      expect(two.bob.incoming).toHaveLength(1);
    }, 32_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await two.bob.incoming[0]?.call.answer();
    await eventually(() => {
      expect(two.alice.told).toContain('established');
      expect(two.bob.told).toContain('established');
    }, 32_000);
    expect(two.server.passages.some(({ lost }) => lost)).toBe(true);
    await two.bob.incoming[0]?.call.hangUp();
    await eventually(() => {
      expect(two.alice.end?.reason).toBe('remoteHungUp');
    }, 32_000);
  });
});
