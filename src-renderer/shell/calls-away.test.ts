import { expect, test } from 'vitest';
import type { SettingState } from '../../src-shared/contract/system.ts';
import { callsAway } from './calls-away.ts';

const locked = (key: string) => ({ key, locked: true }) as SettingState;

test('while calls ring here nothing is said, whatever becomes of those that nobody answers', () => {
  expect(callsAway(undefined, [])).toBeUndefined();
  const forward = { busy: '6103', noAnswer: { target: '6104', afterS: 20 } };
  expect(callsAway({ forward, doNotDisturb: false }, [])).toBeUndefined();
});
test('calls that are sent on are said before calls that are refused: they never come to that', () => {
  const away = callsAway({ forward: { always: '6102' }, doNotDisturb: true }, []);
  expect(away).toEqual({ target: '6102', key: 'calls.forwardAlways', off: '', locked: false, more: true });
});
test('what is switched off last makes calls ring again', () => {
  expect(callsAway({ forward: { always: '6102' }, doNotDisturb: false }, [])?.more).toBe(false);
  expect(callsAway({ forward: {}, doNotDisturb: true }, [])?.more).toBe(false);
});
test('refused calls go to the number for a busy line where there is one', () => {
  expect(callsAway({ forward: {}, doNotDisturb: true }, [])?.target).toBeUndefined();
  expect(callsAway({ forward: { busy: '6103' }, doNotDisturb: true }, [])?.target).toBe('6103');
});
test('what the organization holds cannot be switched off', () => {
  const list = { forward: {}, doNotDisturb: true };
  expect(callsAway(list, [locked('calls.forwardAlways')])?.locked).toBe(false);
  expect(callsAway(list, [locked('calls.doNotDisturb')])?.locked).toBe(true);
});
