import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SavedRecording } from '../../src-shared/contract/calls.ts';
import { AppError } from '../../src-shared/errors.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { CallRecordings, recordingName } from './call-recordings.ts';

const bob = { id: 'one', party: { number: '1001', name: 'Bob Okafor' } };
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('recordings', () => {
  let folder: string;
  /** What the window was told each recording is of. */
  let told: (readonly string[])[];
  /** The recording that the window was told of last. */
  let id: string;
  /** Calls that show that they are recorded. */
  let shown: Set<string>;
  let lost: string[];
  let saved: SavedRecording[];
  let shownFiles: string[];
  let refuses: AppError | undefined;
  let format: 'opus' | 'wav';
  let recordings: CallRecordings;
  let clock: TestClock;
  /** Whether calls still run when this is the nth question. */
  let runs: (nth: number) => boolean;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-recordings-'));
    told = [];
    shown = new Set();
    lost = [];
    saved = [];
    shownFiles = [];
    refuses = undefined;
    clock = new TestClock();
    format = 'opus';
    runs = () => true;
    let asked = 0;
    recordings = new CallRecordings({
      folder: () => join(folder, 'new'),
      format: () => format,
      window: (recordingId, callIds) => {
        id = recordingId;
        told.push(callIds);
        return refuses === undefined ? Promise.resolve() : Promise.reject(refuses);
      },
      shown: (callId, isRecorded, words) => {
        if (isRecorded) shown.add(callId);
        else shown.delete(callId);
        if (words !== undefined) lost.push(words);
      },
      isRunning: () => runs((asked += 1)),
      saved: (recording) => saved.push(recording),
      showFile: (path) => shownFiles.push(path),
      clock,
      log: silentLogger,
    });
  });
  afterEach(async () => {
    await recordings.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const files = () => readdirSync(join(folder, 'new'));

  test('of a call that ended while the folder was slow are not begun, and leave no file', async () => {
    runs = () => false;
    await expect(recordings.start(bob, ['one'])).rejects.toMatchObject({ code: 'notFound' });
    expect(files()).toEqual([]);
    expect(told).toEqual([]);
  });

  test('of a call that ended before the window had heard of them end again', async () => {
    runs = (nth) => nth === 1;
    await recordings.start(bob, ['one']);
    expect(told).toEqual([['one'], []]);
    expect(shown).toEqual(new Set());
  });

  test('are written piece by piece in order, for this user alone', async () => {
    await recordings.start(bob, ['one']);
    await Promise.all([recordings.piece(id, base64('first '), false), recordings.piece(id, base64('second'), true)]);
    const [name = ''] = files();
    expect(readFileSync(join(folder, 'new', name), 'utf8')).toBe('first second');
    if (process.platform !== 'win32') expect(statSync(join(folder, 'new', name)).mode & 0o777).toBe(0o600);
    expect(saved).toEqual([{ recordingId: id, file: name, folder: join(folder, 'new') }]);
    recordings.show(id);
    expect(shownFiles).toEqual([join(folder, 'new', name)]);
    expect(() => {
      recordings.show('another');
    }).toThrow('does not know where');
    await expect(recordings.piece(id, base64('late'), true)).rejects.toMatchObject({ code: 'notFound' });
  });

  test('a WAV file gets its sizes when it is closed', async () => {
    format = 'wav';
    await recordings.start(bob, ['one']);
    await recordings.piece(id, Buffer.alloc(44, 0xff).toString('base64'), false);
    await recordings.piece(id, Buffer.alloc(100).toString('base64'), true);
    const [name = ''] = files();
    expect(name).toMatch(/Bob Okafor\.wav$/);
    const file = readFileSync(join(folder, 'new', name));
    expect([file.length, file.readUInt32LE(4), file.readUInt32LE(40)]).toEqual([144, 136, 100]);
  });

  test('nothing is recorded, and no file stays, when the window refuses', async () => {
    refuses = new AppError('media', 'No window is open.');
    await expect(recordings.start(bob, ['one'])).rejects.toBe(refuses);
    expect(files()).toEqual([]);
  });

  test('a folder that cannot be written to is said before anything begins', async () => {
    writeFileSync(join(folder, 'new'), 'a file is in the way');
    await expect(recordings.start(bob, ['one'])).rejects.toThrow('choose another folder');
    expect(told).toEqual([]);
  });

  test('end, in words, when another window takes the sound; what was written stays, and another one may begin', async () => {
    await recordings.start(bob, ['one']);
    await recordings.piece(id, base64('so far'), false);
    await recordings.windowChanged();
    expect(lost).toEqual([expect.stringContaining('the recording of this call ended')]);
    const [name = ''] = files();
    expect(readFileSync(join(folder, 'new', name), 'utf8')).toBe('so far');
    await expect(recordings.piece(id, base64('late'), true)).rejects.toMatchObject({ code: 'notFound' });
    await recordings.windowChanged();
    expect(lost).toHaveLength(1);
    clock.advance(1_000);
    await recordings.start(bob, ['one']);
    expect(told).toEqual([['one'], ['one']]);
  });

  test('stop asks the window once, and the last piece closes the file', async () => {
    await recordings.start(bob, ['one']);
    expect([...shown]).toEqual(['one']);
    await recordings.stop('one');
    expect([...shown]).toEqual([]);
    await recordings.piece(id, '', true);
    await recordings.stop('one');
    expect(told).toEqual([['one'], []]);
    // Nothing was said: there is no file to speak of.
    expect(files()).toEqual([]);
    expect(saved).toEqual([]);
    expect(lost).toEqual([]);
  });

  test('go along into a conference, stay with who is left in it, and end with the last', async () => {
    await recordings.start(bob, ['one']);
    recordings.joined(['one', 'two', 'three']);
    expect([...shown]).toEqual(['one', 'two', 'three']);
    // The call that it began with.
    recordings.left('one');
    recordings.left('three');
    expect([...shown]).toEqual(['two']);
    // The window ends it with the sound of the last.
    recordings.left('two');
    expect(told).toEqual([['one'], ['one', 'two', 'three'], ['two', 'three'], ['two']]);
    await recordings.piece(id, base64('all of it'), true);
    expect(files()).toHaveLength(1);
  });

  test('of two calls that are merged are both of both, and stop together', async () => {
    await recordings.start(bob, ['one']);
    await recordings.start({ id: 'two', party: { number: '1002' } }, ['two']);
    recordings.joined(['one', 'two']);
    // All of it is recorded already: no third file.
    await recordings.start(bob, ['one', 'two']);
    await recordings.stop('two');
    expect([...shown]).toEqual([]);
    expect(told).toEqual([['one'], ['two'], ['one', 'two'], ['one', 'two'], [], []]);
    expect(files()).toHaveLength(2);
  });

  test('one that the window ends by itself is not shown any more, in words', async () => {
    await recordings.start(bob, ['one']);
    await recordings.piece(id, base64('so far'), true);
    expect([...shown]).toEqual([]);
    expect(lost).toEqual([expect.stringContaining('ended before the call')]);
  });
});

test.each([
  ['Bob Okafor', 'Bob Okafor'],
  ['a/b\\c:d', 'a b c d'],
  ['..', 'call'],
])('a file is named by its call, whatever that is called: %s', (name, shown) => {
  const atMs = new Date(2026, 10, 22, 9, 7, 5).getTime();
  expect(recordingName({ number: '1', name }, atMs, 'opus')).toBe(`2026-11-22 09-07-05 ${shown}.webm`);
});

test('a file of a call whose number is withheld is named as the call is', () => {
  expect(recordingName({ number: 'anonymous' }, new Date(2026, 10, 22).getTime(), 'wav')).toContain(
    ' Unknown caller.wav',
  );
});
