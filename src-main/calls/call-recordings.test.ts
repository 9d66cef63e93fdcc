import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { CallRecordings, recordingName } from './call-recordings.ts';

const bob = { id: 'one', party: { number: '1001', name: 'Bob Okafor' } };
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('recordings', () => {
  let folder: string;
  let told: [string, boolean][];
  let lost: string[];
  let refuses: AppError | undefined;
  let format: 'opus' | 'wav';
  let recordings: CallRecordings;
  let clock: TestClock;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-recordings-'));
    told = [];
    lost = [];
    refuses = undefined;
    clock = new TestClock();
    format = 'opus';
    recordings = new CallRecordings({
      folder: () => join(folder, 'new'),
      format: () => format,
      window: (callId, on) => {
        told.push([callId, on]);
        return refuses === undefined ? Promise.resolve() : Promise.reject(refuses);
      },
      lost: (_callId, words) => lost.push(words),
      clock,
      log: silentLogger,
    });
  });
  afterEach(async () => {
    await recordings.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const files = () => readdirSync(join(folder, 'new'));

  test('are written piece by piece in order, for this user alone', async () => {
    await recordings.start(bob);
    await Promise.all([
      recordings.piece('one', base64('first '), false),
      recordings.piece('one', base64('second'), true),
    ]);
    const [name = ''] = files();
    expect(readFileSync(join(folder, 'new', name), 'utf8')).toBe('first second');
    if (process.platform !== 'win32') expect(statSync(join(folder, 'new', name)).mode & 0o777).toBe(0o600);
    await expect(recordings.piece('one', base64('late'), true)).rejects.toMatchObject({ code: 'notFound' });
  });

  test('a WAV file gets its sizes when it is closed', async () => {
    format = 'wav';
    await recordings.start(bob);
    await recordings.piece('one', Buffer.alloc(44, 0xff).toString('base64'), false);
    await recordings.piece('one', Buffer.alloc(100).toString('base64'), true);
    const [name = ''] = files();
    expect(name).toMatch(/Bob Okafor\.wav$/);
    const file = readFileSync(join(folder, 'new', name));
    expect([file.length, file.readUInt32LE(4), file.readUInt32LE(40)]).toEqual([144, 136, 100]);
  });

  test('nothing is recorded, and no file stays, when the window refuses', async () => {
    refuses = new AppError('media', 'No window is open.');
    await expect(recordings.start(bob)).rejects.toBe(refuses);
    expect(files()).toEqual([]);
  });

  test('a folder that cannot be written to is said before anything begins', async () => {
    writeFileSync(join(folder, 'new'), 'a file is in the way');
    await expect(recordings.start(bob)).rejects.toThrow('choose another folder');
    expect(told).toEqual([]);
  });

  test('end, in words, when another window takes the sound; what was written stays, and another one may begin', async () => {
    await recordings.start(bob);
    await recordings.piece('one', base64('so far'), false);
    await recordings.windowChanged();
    expect(lost).toEqual([expect.stringContaining('the recording of this call ended')]);
    const [name = ''] = files();
    expect(readFileSync(join(folder, 'new', name), 'utf8')).toBe('so far');
    await expect(recordings.piece('one', base64('late'), true)).rejects.toMatchObject({ code: 'notFound' });
    await recordings.windowChanged();
    expect(lost).toHaveLength(1);
    clock.advance(1_000);
    await recordings.start(bob);
    expect(told).toEqual([
      ['one', true],
      ['one', true],
    ]);
  });

  test('stop asks the window once, and the last piece closes the file', async () => {
    await recordings.start(bob);
    await recordings.stop('one');
    await recordings.piece('one', '', true);
    await recordings.stop('one');
    expect(told).toEqual([
      ['one', true],
      ['one', false],
    ]);
    expect(files()).toEqual([]);
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
