import { expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { Afterwards } from './afterwards.ts';
import { silentLogger } from './log.ts';

function manual() {
  const turns: (() => void)[] = [];
  const errors: unknown[] = [];
  const log = { ...silentLogger, error: (_message: string, fields?: unknown) => errors.push(fields) };
  const clock = new TestClock();
  return { turns, errors, clock, afterwards: new Afterwards({ clock, log, schedule: (task) => turns.push(task) }) };
}

test('work runs in order, once, when the turn is over', () => {
  const { turns, afterwards } = manual();
  const done: number[] = [];
  for (const step of [1, 2, 3]) afterwards.run(() => done.push(step));
  expect(done).toEqual([]);
  expect(turns).toHaveLength(1);
  turns[0]?.();
  expect(done).toEqual([1, 2, 3]);
  turns[0]?.();
  expect(done).toEqual([1, 2, 3]);
});

test('work that fails is logged and holds up no other', () => {
  const { turns, errors, afterwards } = manual();
  const done: string[] = [];
  afterwards.run(() => {
    throw new Error('full disk');
  });
  afterwards.run(() => done.push('next'));
  turns[0]?.();
  expect(done).toEqual(['next']);
  expect(errors).toHaveLength(1);
});

test('what work asks for has a turn of its own', () => {
  const { turns, afterwards } = manual();
  const done: string[] = [];
  afterwards.run(() => {
    afterwards.run(() => done.push('second'));
    done.push('first');
  });
  turns[0]?.();
  expect(done).toEqual(['first']);
  turns[1]?.();
  expect(done).toEqual(['first', 'second']);
});

test('a flush does at once what is due', () => {
  const { turns, afterwards } = manual();
  const done: string[] = [];
  afterwards.run(() => done.push('written'));
  afterwards.flush();
  expect(done).toEqual(['written']);
  turns[0]?.();
  expect(done).toEqual(['written']);
});

test('what is held waits for its release, and keeps its order', () => {
  const { turns, afterwards } = manual();
  const done: number[] = [];
  afterwards.run(() => done.push(1));
  const release = afterwards.hold(20);
  afterwards.run(() => done.push(2));
  turns.shift()?.();
  expect(done).toEqual([]);
  release();
  release();
  turns.shift()?.();
  expect(done).toEqual([1, 2]);
  expect(turns).toEqual([]);
});

test('nothing is held longer than it was asked for', () => {
  const { turns, clock, afterwards } = manual();
  const done: string[] = [];
  const release = afterwards.hold(20);
  afterwards.run(() => done.push('written'));
  clock.advance(19);
  expect(turns).toEqual([]);
  clock.advance(1);
  turns.shift()?.();
  expect(done).toEqual(['written']);
  // Too late to release: the next one holds all the same.
  const next = afterwards.hold(20);
  release();
  afterwards.run(() => done.push('next'));
  expect(turns).toEqual([]);
  next();
  expect(turns).toHaveLength(1);
});

test('two who hold are both waited for; a stop waits for nobody', () => {
  const { turns, afterwards } = manual();
  const done: string[] = [];
  const releases = [afterwards.hold(20), afterwards.hold(20)];
  afterwards.run(() => done.push('first'));
  releases[0]?.();
  expect(turns).toEqual([]);
  afterwards.flush();
  expect(done).toEqual(['first']);
  releases[1]?.();
  expect(turns).toEqual([]);
});
