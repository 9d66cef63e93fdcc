import { describe, expect, test } from 'vitest';
import { callEndReasons } from '../../src-shared/model/call.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { activeCall, heldCall, ringingCall } from '../../src-shared/model/calls-at-hand.ts';
import type { CallRecord } from '../../src-shared/model/history.ts';
import type { Person } from '../../src-shared/model/contact.ts';
import { callTargets, chosenIndex } from './call-targets.ts';
import {
  answerWords,
  durationText,
  endWords,
  isRingingHere,
  leaveRefusal,
  mergeable,
  stateWords,
  transferWords,
} from './call-text.ts';
import { dtmfDigits, dtmfPortions } from './digits.ts';
import { callKey } from './use-call-keys.ts';

function call(changes: Partial<Call> = {}): Call {
  return {
    id: 'one',
    deviceId: 'softphone',
    direction: 'out',
    state: 'connected',
    party: { number: '1001' },
    capabilities: ['hangUp', 'mute', 'dtmf'],
    startedAtMs: 0,
    muted: false,
    encrypted: false,
    farHolds: false,
    silenced: false,
    recording: false,
    autoAnswered: false,
    ...changes,
  };
}

const incoming = call({ id: 'in', direction: 'in', state: 'ringing', capabilities: ['answer', 'decline'] });
const press = (key: string, ctrlKey = false) => ({ key, ctrlKey, metaKey: false, shiftKey: false, altKey: false });

describe('words', () => {
  test('every end reason has a sentence of its own', () => {
    const words = callEndReasons.map((reason) => endWords(reason).message ?? endWords(reason).id);
    expect(new Set(words).size).toBe(callEndReasons.length);
  });

  test.each([
    [0, '00:00'],
    [59_999, '00:59'],
    [767_000, '12:47'],
    [3_723_000, '1:02:03'],
    [-5_000, '00:00'],
  ])('%i ms reads %s', (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text);
  });
});

test('the button says what becomes of the call that is on', () => {
  const words = (active: Call | undefined) => answerWords(active).message;
  expect(words(undefined)).toBe('Answer');
  expect(words(call({ state: 'held' }))).toBe('Answer');
  expect(words(call())).toBe('Hold and answer');
  expect(words(call({ state: 'calling' }))).toBe('End and answer');
  expect(words(call({ state: 'ringing' }))).toBe('End and answer');
});

describe('which call', () => {
  test('rings and can be answered: an incoming one only', () => {
    expect(ringingCall([call({ state: 'ringing' }), incoming])).toBe(incoming);
    expect(ringingCall([call({ state: 'ringing' })])).toBeUndefined();
  });

  test('was ignored: it rings here no longer, but can be answered where it stands, and says so', () => {
    const ignored = call({ ...incoming, silenced: true });
    expect(ringingCall([ignored])).toBeUndefined();
    expect(isRingingHere(ignored)).toBe(true);
    expect(isRingingHere(call({ state: 'ringing' }))).toBe(false);
    expect(stateWords(ignored).message).toBe('Incoming call, ignored');
  });

  test('is active: the newest that lives and is not unanswered', () => {
    const older = call({ id: 'older' });
    const newer = call({ id: 'newer', state: 'calling' });
    expect(activeCall([older, newer, incoming, call({ id: 'gone', state: 'ended' })])).toBe(newer);
    expect(activeCall([incoming])).toBeUndefined();
  });
});

describe('keys', () => {
  const held = call({ id: 'held', state: 'held', capabilities: ['hangUp', 'resume', 'transfer'] });
  const full = call({ capabilities: ['hangUp', 'mute', 'dtmf', 'hold', 'transfer', 'conference'] });

  test('F8 answers, whatever else is on: that goes on hold by itself', () => {
    expect(callKey(press('F8'), [incoming], false)).toEqual({ does: 'answer', callId: 'in' });
    expect(callKey(press('F8'), [call(), incoming], false)).toEqual({ does: 'answer', callId: 'in' });
    expect(callKey(press('F8'), [call()], false)).toBeUndefined();
  });

  test('F9 declines what rings before it ends what runs', () => {
    expect(callKey(press('F9'), [call(), incoming], false)).toEqual({ does: 'decline', callId: 'in' });
    expect(callKey(press('F9'), [call()], false)).toEqual({ does: 'hangUp', callId: 'one' });
    const conference = [call({ conferenceId: 'all' }), call({ id: 'two', conferenceId: 'all' })];
    expect(callKey(press('F9'), conference, false)).toEqual({ does: 'endConference', conferenceId: 'all' });
    expect(callKey(press('F9'), [call({ state: 'ended' })], false)).toBeUndefined();
  });

  test('what was ignored is answered and declined by a key only when nothing else is there for it', () => {
    const ignored = call({ ...incoming, id: 'ignored', silenced: true });
    expect(callKey(press('F8'), [ignored], false)).toEqual({ does: 'answer', callId: 'ignored' });
    expect(callKey(press('F9'), [ignored], false)).toEqual({ does: 'decline', callId: 'ignored' });
    expect(callKey(press('F8'), [ignored, incoming], false)).toEqual({ does: 'answer', callId: 'in' });
    expect(callKey(press('F9'), [ignored, incoming], false)).toEqual({ does: 'decline', callId: 'in' });
    expect(callKey(press('F8'), [call(), ignored], false)).toEqual({ does: 'answer', callId: 'ignored' });
    expect(callKey(press('F9'), [call(), ignored], false)).toEqual({ does: 'hangUp', callId: 'one' });
  });

  test('Ctrl+M mutes and unmutes, where the device can, and a conference as a whole', () => {
    expect(callKey(press('m', true), [call()], false)).toEqual({ does: 'mute', callIds: ['one'], muted: true });
    expect(callKey(press('m', true), [call({ muted: true })], false)).toMatchObject({ muted: false });
    expect(callKey(press('m', true), [call({ capabilities: [] })], false)).toBeUndefined();
    expect(callKey(press('m'), [call()], false)).toBeUndefined();
    const other = call({ id: 'two', conferenceId: 'c' });
    expect(callKey(press('m', true), [call({ conferenceId: 'c' }), other, held], false)).toEqual({
      does: 'mute',
      callIds: ['one', 'two'],
      muted: true,
    });
  });

  test('Ctrl+H holds and takes back, Ctrl+Shift+X swaps, Ctrl+Alt+T transfers', () => {
    expect(callKey(press('h', true), [full], false)).toEqual({ does: 'hold', callId: 'one' });
    expect(callKey(press('h', true), [held], false)).toEqual({ does: 'resume', callId: 'held' });
    expect(callKey(press('h', true), [call()], false)).toBeUndefined();
    const swap = { ...press('X', true), shiftKey: true };
    expect(callKey(swap, [held, full], false)).toEqual({ does: 'resume', callId: 'held' });
    expect(callKey(swap, [full], false)).toBeUndefined();
    const transfer = { ...press('t', true), altKey: true };
    expect(callKey(transfer, [held, full], false)).toEqual({ does: 'transfer', callId: 'one' });
    expect(callKey(transfer, [call()], false)).toBeUndefined();
  });
});

describe('where a call can go', () => {
  const person = (id: string, name: string, number: string): Person => ({
    id,
    source: 'directory',
    name,
    numbers: [{ kind: 'work', shown: number }],
    hasPhoto: false,
  });
  const nothing = {
    query: 'somebody',
    others: [],
    people: [],
    dialable: undefined,
    recent: [],
    except: [],
    matches: () => true,
  };

  test('calls on hold come first, nobody comes twice, the call itself never', () => {
    const held = call({ id: 'held', state: 'held', party: { number: '1002', name: 'Carol' } });
    const found = callTargets({
      ...nothing,
      others: [held],
      people: [person('c', 'Carol', '1002'), person('d', 'Dave', '1003'), person('b', 'Bob', '1001')],
      dialable: { dial: '1003', shown: '10 03' },
      except: ['1001'],
    });
    expect(found.map(({ key, call: other }) => [key, other?.id])).toEqual([
      ['held', 'held'],
      ['d 1003', undefined],
    ]);
  });

  test('a person has all numbers, each with what it is for, the typed one first; eight rows at most', () => {
    const carol: Person = {
      ...person('c', 'Carol', '6103'),
      numbers: [
        { kind: 'work', shown: '6103' },
        { kind: 'mobile', shown: '07700 900103', e164: '+447700900103' },
      ],
    };
    const dialable = { dial: '07700 900103', shown: '07700 900103' };
    const rows = (found: ReturnType<typeof callTargets>) => found.map(({ kind, target }) => [kind, target]);
    expect(rows(callTargets({ ...nothing, people: [carol] }))).toEqual([
      ['work', '6103'],
      ['mobile', '+447700900103'],
    ]);
    expect(rows(callTargets({ ...nothing, people: [carol], dialable }))[0]).toEqual(['mobile', '+447700900103']);
    const many = Array.from({ length: 20 }, (_, index) => person(`p${index}`, 'Somebody', `70${index}`));
    expect(callTargets({ ...nothing, people: many })).toHaveLength(8);
  });

  test('the choice stays with who was chosen when others come in above, and is the first when they are gone', () => {
    const bob = person('b', 'Bob', '1001');
    const before = callTargets({ ...nothing, people: [person('a', 'Ann', '1000'), bob] });
    const wanted = before[1]?.key;
    const after = callTargets({ ...nothing, people: [person('z', 'Zoe', '1009'), person('a', 'Ann', '1000'), bob] });
    expect(after[chosenIndex(after, wanted)]?.name).toBe('Bob');
    expect(after[chosenIndex(after, undefined)]?.name).toBe('Zoe');
    expect(chosenIndex(before, 'gone')).toBe(0);
    expect(chosenIndex([], wanted)).toBe(0);
  });

  test('who types a number means it: it is the first choice, with the name of whose it is, above those who only have its digits', () => {
    const dialable = { dial: '100', shown: '100' };
    const held = call({ id: 'held', state: 'held', party: { number: '1002', name: 'Carol' } });
    const typed = { ...nothing, query: '100', dialable, others: [held], people: [person('d', 'Dave', '1003')] };
    const rows = (found: ReturnType<typeof callTargets>) => found.map(({ name, target }) => [name, target]);
    expect(rows(callTargets(typed))).toEqual([
      [undefined, '100'],
      ['Carol', '1002'],
      ['Dave', '1003'],
    ]);
    const people = [...typed.people, person('e', 'Eve', '100')];
    expect(rows(callTargets({ ...typed, people }))).toEqual([
      ['Eve', '100'],
      ['Carol', '1002'],
      ['Dave', '1003'],
    ]);
    // A name in which there are digits is a name.
    expect(rows(callTargets({ ...typed, query: 'Room 100' })).at(-1)).toEqual([undefined, '100']);
  });

  test('who withholds the number cannot be called, but can be joined while on hold, each for themselves', () => {
    const held = (id: string) => call({ id, state: 'held', party: { number: 'anonymous' } });
    const recent = { id: 'r', number: 'anonymous', direction: 'in', startedAtMs: 1, missed: true } as CallRecord;
    const others = [held('one'), held('two')];
    const found = callTargets({ ...nothing, query: '', others, recent: [recent], except: ['anonymous'] });
    expect(found.map(({ key }) => key)).toEqual(['one', 'two']);
  });

  test('who has no number cannot be called; a bare number can', () => {
    const found = callTargets({
      ...nothing,
      people: [{ ...person('x', 'Nobody', ''), numbers: [] }],
      dialable: { dial: '+441', shown: '+44 1' },
    });
    expect(found).toMatchObject([{ target: '+441', name: undefined, number: '+44 1' }]);
  });
});

describe('several calls', () => {
  const held = call({ id: 'held', state: 'held', capabilities: ['conference'] });
  const on = call({ capabilities: ['conference'] });

  test('can be made one when both can be mixed', () => {
    expect(mergeable([held, on])).toEqual([on, held]);
    expect(mergeable([held, call({ capabilities: [] })])).toBeUndefined();
    expect(mergeable([on])).toBeUndefined();
  });

  test('have their turn one after the other: swap brings back who waits longest, merge joins who was held last', () => {
    const waiting = (id: string, heldAtMs: number) =>
      call({ id, state: 'held', heldAtMs, capabilities: ['conference'] });
    const second = waiting('second', 2_000);
    expect(heldCall([waiting('first', 1_000), second, on])?.id).toBe('first');
    expect(mergeable([waiting('first', 1_000), second, on])?.map(({ id }) => id)).toEqual(['one', 'second']);
    // After that swap, whoever was active waits shortest.
    expect(heldCall([on, second, waiting('third', 3_000)])?.id).toBe('second');
  });

  test('made one of two can be left to one another; of more they cannot, in words', () => {
    expect(leaveRefusal([on, held])).toBeUndefined();
    expect(leaveRefusal([on, held, call({ id: 'three' })])?.message).toMatch(/Only two people can talk on without you/);
  });

  test('of whose transfer nothing is heard say so, and what to do', () => {
    const transfer = { kind: 'blind', target: 'Dave', state: 'ringing' } as const;
    expect(transferWords(transfer)?.message).toContain('is being rung');
    expect(transferWords({ ...transfer, quiet: true })?.message).toContain('end this call, or take it back');
  });

  test('that are on hold for a transfer are not swapped', () => {
    const transfer = { kind: 'blind', target: 'Dave', state: 'trying' } as const;
    expect(heldCall([call({ id: 'gone', state: 'held', transfer })])).toBeUndefined();
  });

  test('the active one goes before those on hold', () => {
    expect(activeCall([on, held])).toBe(on);
    expect(activeCall([held])).toBe(held);
  });
});

describe('digits', () => {
  test('what is pasted keeps its digits and loses the rest', () => {
    expect(dtmfDigits('PIN: 44-10 #')).toBe('4410#');
    expect(dtmfDigits('a b c d *')).toBe('ABCD*');
    expect(dtmfDigits('hello')).toBe('');
  });

  test('long ones leave in portions that the contract takes', () => {
    expect(dtmfPortions('')).toEqual([]);
    expect(dtmfPortions('1'.repeat(33)).map((portion) => portion.length)).toEqual([32, 1]);
  });
});
