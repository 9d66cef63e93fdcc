import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { limits } from '../../src-shared/limits.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer } from './fake-sip-server.test-support.ts';
import { signallingLimits } from './signalling-limits.ts';

let server: FakeSipServer;
let alice: FakePhone;
let bob: FakePhone;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeSipServer();
  alice = new FakePhone(server, 'alice');
  bob = new FakePhone(server, 'bob');
  for (const phone of [alice, bob]) {
    await phone.softphone.start();
    await phone.softphone.connect('secret');
  }
  await eventually(() => {
    for (const phone of [alice, bob]) expect(phone.softphone.line().state).toBe('registered');
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const to = (user: string): DialTarget => {
  const address = `sip:${user}@example.com`;
  return { kind: 'uri', shown: address, dialled: address };
};
const invites = (): readonly string[] => server.sentBy('alice').filter((line) => line.startsWith('INVITE'));
const place = (callId: string, user: string): unknown =>
  alice.softphone.place(callId, to(user), (event) => alice.events.push(event));

test('a prepared call has its offer, and nobody hears of it; placed, it is that one call', async () => {
  alice.softphone.prepare('one', to('bob'));
  await vi.advanceTimersByTimeAsync(50);
  expect(alice.media.opened.map(({ offers }) => offers)).toEqual([1]);
  expect(invites()).toEqual([]);
  expect(bob.incoming).toEqual([]);
  place('one', 'bob');
  await eventually(() => {
    expect(alice.told).toContain('farEndRings');
  });
  expect(alice.media.opened.map(({ offers }) => offers)).toEqual([1]);
  expect(invites()).toHaveLength(1);
  await bob.incoming[0]?.call.answer();
  await eventually(() => {
    expect(alice.told).toContain('established');
  });
});

test('one that does not follow gives back what it took, says nothing, and keeps no other call from coming', async () => {
  alice.softphone.prepare('one', to('bob'));
  await vi.advanceTimersByTimeAsync(limits.preparedCallMs + 1);
  expect(alice.media.opened.map(({ isClosed }) => isClosed)).toEqual([true]);
  expect(alice.told).toEqual([]);
  expect(invites()).toEqual([]);
  // It comes after all: made anew.
  place('one', 'bob');
  await eventually(() => {
    expect(alice.told).toContain('farEndRings');
  });
  expect(alice.media.opened).toHaveLength(2);
});

test('another call takes its place', async () => {
  alice.softphone.prepare('one', to('carol'));
  alice.softphone.prepare('two', to('carol'));
  expect(alice.media.opened.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  place('three', 'bob');
  expect(alice.media.opened.map(({ isClosed }) => isClosed)).toEqual([true, true, false]);
  await eventually(() => {
    expect(invites()).toEqual(['INVITE sip:bob@example.com SIP/2.0']);
  });
});

test('what was made for another connection, or by a media process that died, is not used', async () => {
  alice.softphone.prepare('one', to('bob'));
  server.disconnect('alice');
  await eventually(() => {
    expect(alice.softphone.line().state).not.toBe('registered');
  });
  await eventually(() => {
    expect(alice.softphone.line().state).toBe('registered');
  });
  place('one', 'bob');
  expect(alice.media.opened.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  alice.softphone.prepare('two', to('bob'));
  alice.media.die();
  expect(alice.media.opened.at(-1)?.isClosed).toBe(true);
});

test('signing out gives back what was made, and without a line nothing is made', async () => {
  alice.softphone.prepare('one', to('bob'));
  await alice.softphone.disconnect();
  expect(alice.media.opened.map(({ isClosed }) => isClosed)).toEqual([true]);
  // It was no call: no window has a leg of it to close.
  expect(alice.window.asked).toEqual([]);
  alice.softphone.prepare('two', to('bob'));
  expect(alice.media.opened).toHaveLength(1);
});

test('the server is asked meanwhile whether it lives, if it was silent', async () => {
  const questions = (): number => server.sentBy('alice').filter((line) => line.startsWith('OPTIONS ')).length;
  const before = questions();
  await vi.advanceTimersByTimeAsync(signallingLimits.freshSignMs);
  alice.softphone.prepare('one', to('bob'));
  await eventually(() => {
    expect(questions()).toBe(before + 1);
  });
});

test('its INVITE leaves within the placing, in the words of that moment', async () => {
  alice.softphone.prepare('one', to('bob'));
  await vi.advanceTimersByTimeAsync(50);
  expect(invites()).toEqual([]);
  place('one', 'bob');
  expect(invites()).toEqual(['INVITE sip:bob@example.com SIP/2.0']);
});

test('wanted at once, before its offer is there, it leaves as soon as that is', async () => {
  alice.softphone.prepare('one', to('bob'));
  place('one', 'bob');
  expect(invites()).toEqual([]);
  await eventually(() => {
    expect(alice.told).toContain('farEndRings');
  });
  expect(invites()).toHaveLength(1);
  expect(alice.media.opened).toHaveLength(1);
});

test('what is discarded leaves no word on the wire, not later either, and no call', async () => {
  const before = server.sentBy('alice').filter((line) => !line.startsWith('OPTIONS')).length;
  alice.softphone.prepare('one', to('bob'));
  await vi.advanceTimersByTimeAsync(50);
  await vi.advanceTimersByTimeAsync(limits.preparedCallMs + 40_000);
  const said = server.sentBy('alice').slice(before);
  expect(said.filter((line) => /^(INVITE|ACK|CANCEL|BYE) /.test(line))).toEqual([]);
  expect(alice.told).toEqual([]);
  expect(bob.incoming).toEqual([]);
});

test('without an offer it comes to nothing, and the call itself says why', async () => {
  alice.media.onOpened = ({ session }) => {
    Object.assign(session, { createOffer: () => Promise.reject(new Error('the media process is gone')) });
  };
  alice.softphone.prepare('one', to('bob'));
  await vi.advanceTimersByTimeAsync(50);
  expect(alice.told).toEqual([]);
  place('one', 'bob');
  await eventually(() => {
    expect(alice.events.at(-1)).toMatchObject({ type: 'end', reason: 'mediaFailed' });
  });
  alice.media.onOpened = () => undefined;
  alice.events.length = 0;
  place('two', 'bob');
  await eventually(() => {
    expect(alice.told).toContain('farEndRings');
  });
  expect(invites()).toHaveLength(1);
});

test('a call that takes the place of another one is made anew: what was prepared would call somebody besides', async () => {
  alice.softphone.prepare('one', to('bob'));
  await vi.advanceTimersByTimeAsync(50);
  alice.softphone.place('one', to('bob'), (event) => alice.events.push(event), 'ringing;to-tag=a;from-tag=b');
  await eventually(() => {
    expect(invites()).toHaveLength(1);
  });
  const invite = server.passages.find(({ message }) => message.startLine.startsWith('INVITE'));
  expect(invite?.message.headers).toContainEqual({ name: 'Replaces', value: 'ringing;to-tag=a;from-tag=b' });
  expect(alice.media.opened).toHaveLength(2);
  expect(alice.media.opened[0]?.isClosed).toBe(true);
});
