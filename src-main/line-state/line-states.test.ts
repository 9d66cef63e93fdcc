import { beforeEach, describe, expect, test } from 'vitest';
import type { WaitingMessages } from '../../src-shared/model/line-state.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { FakeEvents } from './fake-events.test-support.ts';
import { LineStates } from './line-states.ts';
import { MessageWaiting } from './message-waiting.ts';
import { watchedContacts } from './watched-contacts.ts';

const inUse = '<dialog-info version="0" state="full"><dialog id="1"><state>confirmed</state></dialog></dialog-info>';

let clock: TestClock;
let events: FakeEvents;
let lines: LineStates;
let states: Record<string, string>;
let publications: number;

beforeEach(() => {
  clock = new TestClock();
  events = new FakeEvents();
  publications = 0;
  lines = new LineStates({
    source: events,
    clock,
    random: () => 0.5,
    log: silentLogger,
    publish: (watched) => {
      publications += 1;
      states = Object.fromEntries(watched.map(({ jid, state }) => [jid, state]));
    },
  });
  lines.start();
});

function watch(...users: readonly string[]): void {
  lines.setContacts(users.map((user) => ({ jid: `${user}@x.test`, addresses: [`sip:${user}@x.test`] })));
}

function asked(): readonly string[] {
  return events.asked.map(({ request }) => request.target);
}

describe('watching', () => {
  test('asks a few at a time, a moment apart, and goes on as the answers come', () => {
    watch('a', 'b', 'c', 'd', 'e', 'f');
    expect(asked()).toHaveLength(1);
    clock.advance(1_000);
    expect(asked()).toHaveLength(4);
    events.accept('sip:a@x.test');
    clock.advance(50);
    expect(asked()).toHaveLength(5);
  });

  test('never watches more than a roster may hold', () => {
    watch(...Array.from({ length: 250 }, (_, index) => `u${String(index)}`));
    for (let round = 0; round < 400; round += 1) {
      for (const { listener } of events.asked.slice(-4)) listener.accepted(3_600);
      clock.advance(50);
    }
    expect(new Set(asked()).size).toBe(200);
  });

  test('tells what the server tells, and unknown before that', () => {
    watch('a', 'b');
    expect(states).toEqual({ 'a@x.test': 'unknown', 'b@x.test': 'unknown' });
    events.accept('sip:a@x.test');
    events.of('sip:a@x.test').listener.notified(inUse);
    expect(states).toEqual({ 'a@x.test': 'inUse', 'b@x.test': 'unknown' });
    clock.advance(50);
    events.of('sip:b@x.test').listener.notified('');
    expect(states['b@x.test']).toBe('idle');
    events.of('sip:a@x.test').listener.notified('garbage');
    expect(states['a@x.test']).toBe('inUse');
  });

  test('asks for everything when a document was lost', () => {
    watch('a');
    events.of('sip:a@x.test').listener.notified(inUse.replace('full', 'partial').replace('"0"', '"4"'));
    expect(events.of('sip:a@x.test').refreshes).toBe(1);
    expect(states['a@x.test']).toBe('unknown');
  });

  test('renews before the time that the server gave runs out', () => {
    watch('a');
    events.accept('sip:a@x.test', 100);
    clock.advance(84_000);
    expect(events.of('sip:a@x.test').refreshes).toBe(0);
    clock.advance(1_000);
    expect(events.of('sip:a@x.test').refreshes).toBe(1);
    events.accept('sip:a@x.test', 100);
    clock.advance(85_000);
    expect(events.of('sip:a@x.test').refreshes).toBe(2);
    expect(asked()).toHaveLength(1);
  });

  test('stops watching who left the roster, and leaves the others alone', () => {
    watch('a', 'b');
    clock.advance(50);
    watch('b');
    expect(events.of('sip:a@x.test').isStopped).toBe(true);
    expect(events.of('sip:b@x.test').isStopped).toBe(false);
    expect(states).toEqual({ 'b@x.test': 'unknown' });
    events.of('sip:a@x.test').listener.notified(inUse);
    expect(states).toEqual({ 'b@x.test': 'unknown' });
  });
});

describe('what goes wrong', () => {
  test('a server that does not know the event package is not asked again and again', () => {
    watch('a', 'b', 'c', 'd', 'e', 'f');
    clock.advance(150);
    for (const user of ['a', 'b', 'c', 'd']) events.refuse(`sip:${user}@x.test`, { status: 489 });
    clock.advance(3_000_000);
    expect(asked()).toHaveLength(4);
    expect(new Set(Object.values(states))).toEqual(new Set(['unknown']));
    // Much later once more, in case somebody changed the server.
    clock.advance(4_000_000);
    expect(asked().length).toBeGreaterThan(4);
  });

  test('one phone that does not exist does not keep the others from being watched', () => {
    watch('a', 'b', 'c', 'd', 'e', 'f');
    for (const user of ['a', 'b', 'c', 'd', 'e']) {
      events.refuse(`sip:${user}@x.test`, { status: 404 });
      clock.advance(50);
    }
    expect(asked()).toHaveLength(6);
    clock.advance(3_000_000);
    expect(asked()).toHaveLength(6);
  });

  test('where the first address is none, the next one is tried', () => {
    lines.setContacts([{ jid: 'a@x.test', addresses: ['sip:a@x.test', 'sip:6101@x.test'] }]);
    events.refuse('sip:a@x.test', { status: 404 });
    clock.advance(50);
    events.of('sip:6101@x.test').listener.notified(inUse);
    expect(states).toEqual({ 'a@x.test': 'inUse' });
  });

  test('a server in trouble is asked later and later, and never sooner than it says', () => {
    watch('a');
    events.refuse('sip:a@x.test', { status: 503, retryAfterS: 30 });
    clock.advance(29_999);
    expect(asked()).toHaveLength(1);
    clock.advance(1);
    expect(asked()).toHaveLength(2);
    const gaps: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const before = asked().length;
      events.refuse('sip:a@x.test', { status: 408 });
      let waitedMs = 0;
      while (asked().length === before) {
        clock.advance(500);
        waitedMs += 500;
      }
      gaps.push(waitedMs);
    }
    expect(gaps).toEqual([...gaps].sort((left, right) => left - right));
    expect(gaps.at(-1)).toBeLessThanOrEqual(300_000);
  });

  test('what the server ends is asked for anew, unless it says that this is for good', () => {
    watch('a', 'b');
    clock.advance(50);
    for (const user of ['a', 'b']) {
      events.accept(`sip:${user}@x.test`);
      events.of(`sip:${user}@x.test`).listener.notified(inUse);
    }
    events.refuse('sip:a@x.test', { status: 0, reason: 'deactivated' });
    events.refuse('sip:b@x.test', { status: 0, reason: 'noresource' });
    expect(states).toEqual({ 'a@x.test': 'unknown', 'b@x.test': 'unknown' });
    clock.advance(5_000);
    expect(asked()).toEqual(['sip:a@x.test', 'sip:b@x.test', 'sip:a@x.test']);
  });

  test('without a line everything is unknown; over the next one everything is asked anew', () => {
    watch('a');
    events.accept('sip:a@x.test');
    events.of('sip:a@x.test').listener.notified(inUse);
    const old = events.of('sip:a@x.test').listener;
    events.connect(undefined);
    expect(states).toEqual({ 'a@x.test': 'unknown' });
    clock.advance(10_000_000);
    expect(asked()).toHaveLength(1);
    events.connect(2);
    expect(asked()).toHaveLength(2);
    old.notified(inUse);
    expect(states).toEqual({ 'a@x.test': 'unknown' });
  });

  test('what did not change is not published', () => {
    watch('a');
    const before = publications;
    events.of('sip:a@x.test').listener.notified(inUse);
    events.of('sip:a@x.test').listener.notified(inUse.replace('"0"', '"1"'));
    expect(publications).toBe(before + 1);
  });

  test('a stopped watch leaves no timer', () => {
    watch('a', 'b');
    events.accept('sip:a@x.test');
    lines.stop();
    expect(clock.pending).toBe(0);
    expect(events.of('sip:a@x.test').isStopped).toBe(true);
  });
});

describe('waiting messages', () => {
  let waiting: WaitingMessages | undefined;
  let messages: MessageWaiting;

  beforeEach(() => {
    waiting = undefined;
    messages = new MessageWaiting({
      source: events,
      aor: 'sip:alice@x.test',
      clock,
      random: () => 0.5,
      log: silentLogger,
      publish: (told) => {
        waiting = told;
      },
    });
    messages.start();
  });

  test('are subscribed to', () => {
    events.of('sip:alice@x.test').listener.notified('Messages-Waiting: yes\r\nVoice-Message: 3/1\r\n');
    expect(waiting).toEqual({ waiting: true, newCount: 3, oldCount: 1 });
    events.connect(undefined);
    expect(waiting).toBeUndefined();
  });

  test('are told by servers that tell unasked, and the refused subscription is left alone', () => {
    events.refuse('sip:alice@x.test', { status: 489 });
    events.tellUnasked('message-summary', 'Messages-Waiting: yes\r\nVoice-Message: 1/0');
    expect(waiting).toEqual({ waiting: true, newCount: 1, oldCount: 0 });
    events.tellUnasked('check-sync', 'Messages-Waiting: no');
    expect(waiting?.waiting).toBe(true);
    clock.advance(3_000_000);
    expect(events.asked).toHaveLength(1);
  });

  test('are asked for again when the server was in trouble', () => {
    events.refuse('sip:alice@x.test', { status: 503 });
    clock.advance(2_000);
    expect(events.asked).toHaveLength(2);
    messages.stop();
    lines.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('whose phone can be watched', () => {
  const people = new Map([
    ['bob@x.test', '+442079460101'],
    ['eve@y.test', '+442079460104'],
    ['far@y.test', '+4930901820'],
  ]);
  const phone = {
    aor: 'sip:alice@x.test',
    dial: (number: string) => ({
      kind: 'number' as const,
      shown: number,
      dialled: number.startsWith('+442079460') ? `6${number.slice(-3)}` : number,
    }),
    extensionDigits: () => 4,
    byJid: (jid: string) => {
      const e164 = people.get(jid);
      return e164 === undefined ? undefined : { name: jid, e164 };
    },
  };

  test('everybody of the same domain by name and extension, others by extension only', () => {
    expect(watchedContacts(['bob@x.test', 'eve@y.test', 'far@y.test', 'who@x.test', 'alice@x.test'], phone)).toEqual([
      { jid: 'bob@x.test', addresses: ['sip:bob@x.test', 'sip:6101@x.test'] },
      { jid: 'eve@y.test', addresses: ['sip:6104@x.test'] },
      { jid: 'who@x.test', addresses: ['sip:who@x.test'] },
    ]);
  });

  test('extensions come first where the own address is one', () => {
    const [bob] = watchedContacts(['bob@x.test'], { ...phone, aor: 'sip:6100@x.test' });
    expect(bob?.addresses).toEqual(['sip:6101@x.test', 'sip:bob@x.test']);
  });
});
