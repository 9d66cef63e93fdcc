import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { Archive } from './archive.ts';
import type { ArchiveSettings } from './archive.ts';

let folder: string;
let clock: TestClock;
let health: ServiceHealth[];
let settings: ArchiveSettings;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-archive-'));
  clock = new TestClock();
  health = [];
  settings = { enabled: true, folder: join(folder, 'archive') };
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function made(): Promise<Archive> {
  const archive = new Archive({
    style: 'linux',
    home: folder,
    documents: folder,
    own: 'alice@example.com',
    ownName: () => 'Alice Hargreaves',
    nameOf: () => 'Bob\nOkafor',
    settings: () => settings,
    health: { report: (report) => health.push(report) },
    clock,
    log: silentLogger,
  });
  await archive.start();
  return archive;
}

function message(body: string, changes: Partial<ChatMessage> = {}): ChatMessage {
  const sentAtMs = new Date(2026, 2, 9, 10, 24, 31).getTime();
  return { id: body, peer: 'bob@example.com', direction: 'in', body, sentAtMs, state: 'received', ...changes };
}

/** Lets the writing of the archive, which is real, come to its end. */
async function untilHealth(state: string): Promise<void> {
  await expect.poll(() => health.at(-1)?.state, { timeout: 10_000, interval: 2 }).toBe(state);
}

const file = (root = 'archive', day = '2026-03-09'): string =>
  join(folder, root, 'alice@example.com', 'bob@example.com', `${day}.txt`);

test('a conversation is one readable file a day: time, who, text', async () => {
  const archive = await made();
  archive.append([message('Grüße 🦜'), message('Hello', { direction: 'out', state: 'sent' })]);
  archive.append([message('Next day', { sentAtMs: new Date(2026, 2, 10, 0, 0, 1).getTime() })]);
  await archive.stop();
  expect(readFileSync(file(), 'utf8')).toBe(
    'Chat with Bob Okafor (bob@example.com), 2026-03-09\n\n' +
      '[10:24:31] Bob Okafor: Grüße 🦜\n[10:24:31] Alice Hargreaves: Hello\n',
  );
  expect(readFileSync(file('archive', '2026-03-10'), 'utf8')).toContain('[00:00:01] Bob Okafor: Next day\n');
});

test('a later start adds to the file', async () => {
  for (const body of ['one', 'two']) {
    const archive = await made();
    archive.append([message(body)]);
    await archive.stop();
  }
  expect(readFileSync(file(), 'utf8').match(/Chat with/g)).toHaveLength(1);
  expect(readFileSync(file(), 'utf8')).toMatch(/one\n.*two\n$/);
});

test('no text can pose as another message', async () => {
  const archive = await made();
  archive.append([message('yes\n[10:25:00] Alice Hargreaves: I agree\r\u2028[10:26:00] Alice Hargreaves: to all')]);
  await archive.stop();
  const lines = readFileSync(file(), 'utf8').split('\n');
  expect(lines.filter((line) => line.startsWith('['))).toHaveLength(1);
});

test('only the person may read it', async () => {
  const archive = await made();
  archive.append([message('secret')]);
  await archive.stop();
  expect(statSync(file()).mode & 0o077).toBe(0);
  expect(statSync(join(folder, 'archive')).mode & 0o077).toBe(0);
});

test('a burst is gathered into one write', async () => {
  const archive = await made();
  for (let index = 0; index < 500; index += 1) archive.append([message(`${index}`)]);
  expect(clock.pending).toBe(1);
  await archive.stop();
  expect(clock.pending).toBe(0);
  expect(readFileSync(file(), 'utf8').trim().split('\n')).toHaveLength(502);
});

test('switched off nothing is written, and the switch holds from the next message on', async () => {
  const archive = await made();
  archive.append([message('kept')]);
  settings = { ...settings, enabled: false };
  archive.settingsChanged();
  expect(health.at(-1)?.state).toBe('off');
  archive.append([message('not kept')]);
  settings = { enabled: true, folder: join(folder, 'elsewhere') };
  archive.settingsChanged();
  archive.append([message('moved')]);
  await archive.stop();
  expect(readFileSync(file(), 'utf8')).not.toContain('not kept');
  expect(readFileSync(file('elsewhere'), 'utf8')).toContain('moved');
  expect(readdirSync(folder).sort()).toEqual(['archive', 'elsewhere']);
});

describe('a folder that cannot be written to', () => {
  test('is said when it is chosen, not when the first message is lost', async () => {
    writeFileSync(join(folder, 'file'), '');
    const archive = await made();
    expect(health.at(-1)?.state).toBe('ok');
    settings = { enabled: true, folder: join(folder, 'file', 'archive') };
    archive.settingsChanged();
    await untilHealth('failed');
    settings = { enabled: true, folder: join(folder, 'not', 'there', 'yet') };
    archive.settingsChanged();
    expect(health.at(-1)?.state).toBe('ok');
    await archive.stop();
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('is said in plain words, and what was gathered is written when it can be again', async () => {
    // A file where the folder should be stands in the way of root, too.
    writeFileSync(join(folder, 'archive'), '');
    const archive = await made();
    archive.append([message('first')]);
    clock.advance(250);
    await untilHealth('failed');
    expect(health.at(-1)).toMatchObject({
      service: 'archive',
      message: 'The archive folder cannot be written to. New chats are not saved. Choose another folder.',
    });
    archive.append([message('second')]);
    unlinkSync(join(folder, 'archive'));
    clock.advance(30_000);
    await untilHealth('ok');
    expect(readFileSync(file(), 'utf8')).toMatch(/first\n.*second\n$/);
    await archive.stop();
  });

  test('is tried at once when the person asks, with something to write and without', async () => {
    writeFileSync(join(folder, 'archive'), '');
    const archive = await made();
    await untilHealth('failed');
    archive.retry();
    await archive.stop();
    expect(health.at(-1)?.state).toBe('failed');
    unlinkSync(join(folder, 'archive'));
    archive.retry();
    await untilHealth('ok');

    writeFileSync(join(folder, 'archive'), '');
    archive.append([message('kept')]);
    clock.advance(250);
    await untilHealth('failed');
    unlinkSync(join(folder, 'archive'));
    archive.retry();
    await untilHealth('ok');
    expect(readFileSync(file(), 'utf8')).toContain('kept');
    expect(clock.pending).toBe(0);
  });

  test('does not hold up the others', async () => {
    mkdirSync(join(folder, 'archive', 'alice@example.com'), { recursive: true });
    writeFileSync(join(folder, 'archive', 'alice@example.com', 'carol@example.com'), '');
    const archive = await made();
    archive.append([message('lost', { peer: 'carol@example.com' }), message('kept')]);
    await archive.stop();
    expect(readFileSync(file(), 'utf8')).toContain('kept');
    expect(health.at(-1)?.state).toBe('failed');
  });
});

// The device that is always full exists on Linux only.
test.skipIf(process.platform !== 'linux')('a full disk is said as such', async () => {
  const archive = await made();
  mkdirSync(join(folder, 'archive', 'alice@example.com', 'bob@example.com'), { recursive: true });
  const { symlinkSync } = await import('node:fs');
  symlinkSync('/dev/full', file());
  archive.append([message('no room')]);
  await archive.stop();
  expect(health.at(-1)).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('The disk is full.') as string,
  });
});
