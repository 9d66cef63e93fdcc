import { describe, expect, test } from 'vitest';
import { callEndReasons } from '../../src-shared/model/call.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { activeCall, durationText, endWords, partyName, ringingCall } from './call-text.ts';
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
    ...changes,
  };
}

const incoming = call({ id: 'in', direction: 'in', state: 'ringing', capabilities: ['answer', 'decline'] });
const press = (key: string, ctrlKey = false) => ({ key, ctrlKey, metaKey: false, shiftKey: false, altKey: false });

describe('words', () => {
  test('a call without a name shows its number', () => {
    expect(partyName(call())).toBe('1001');
    expect(partyName(call({ party: { number: '1001', name: 'Bob' } }))).toBe('Bob');
  });

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

describe('which call', () => {
  test('rings and can be answered: an incoming one only', () => {
    expect(ringingCall([call({ state: 'ringing' }), incoming])).toBe(incoming);
    expect(ringingCall([call({ state: 'ringing' })])).toBeUndefined();
  });

  test('is active: the newest that lives and is not unanswered', () => {
    const older = call({ id: 'older' });
    const newer = call({ id: 'newer', state: 'calling' });
    expect(activeCall([older, newer, incoming, call({ id: 'gone', state: 'ended' })])).toBe(newer);
    expect(activeCall([incoming])).toBeUndefined();
  });
});

describe('keys', () => {
  test('F8 answers, and ends the running call first', () => {
    expect(callKey(press('F8'), [incoming], false)).toEqual({ does: 'answer', callId: 'in' });
    expect(callKey(press('F8'), [call(), incoming], false)).toEqual({
      does: 'endAndAnswer',
      endedId: 'one',
      callId: 'in',
    });
    expect(callKey(press('F8'), [call()], false)).toBeUndefined();
  });

  test('F9 declines what rings before it ends what runs', () => {
    expect(callKey(press('F9'), [call(), incoming], false)).toEqual({ does: 'decline', callId: 'in' });
    expect(callKey(press('F9'), [call()], false)).toEqual({ does: 'hangUp', callId: 'one' });
    expect(callKey(press('F9'), [call({ state: 'ended' })], false)).toBeUndefined();
  });

  test('Ctrl+M mutes and unmutes, where the device can', () => {
    expect(callKey(press('m', true), [call()], false)).toEqual({ does: 'mute', callId: 'one', muted: true });
    expect(callKey(press('m', true), [call({ muted: true })], false)).toMatchObject({ muted: false });
    expect(callKey(press('m', true), [call({ capabilities: [] })], false)).toBeUndefined();
    expect(callKey(press('m'), [call()], false)).toBeUndefined();
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
