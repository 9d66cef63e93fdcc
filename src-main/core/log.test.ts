import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { Redactor, redacted } from './log-redaction.ts';
import { Log } from './log.ts';
import type { LogLevel } from './log.ts';
import { RotatingFile } from './rotating-file.ts';

let directory: string;
let clock: TestClock;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'parley-log-'));
  clock = new TestClock();
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('the log', () => {
  function makeLog(level: LogLevel = 'debug'): { log: Log; lines: string[]; redactor: Redactor } {
    const lines: string[] = [];
    const redactor = new Redactor();
    return { log: new Log({ clock, redactor, level, file: { append: (line) => lines.push(line) } }), lines, redactor };
  }

  test('writes time, level, component, message and fields', () => {
    const { log, lines } = makeLog();
    log.component('softphone').warn('registration failed', { server: 'pbx.test:5060', code: 503 });
    expect(lines).toEqual([
      '2026-01-01T00:00:00.000Z WARN  softphone registration failed {"server":"pbx.test:5060","code":503}',
    ]);
  });

  test('leaves out what is below its level, and the level can change', () => {
    const { log, lines } = makeLog('warn');
    const logger = log.component('x');
    logger.debug('no');
    logger.info('no');
    logger.error('yes');
    log.setLevel('debug');
    logger.debug('yes');
    expect(lines.map((line) => line.slice(-3))).toEqual(['yes', 'yes']);
  });

  test('redacts message, fields by name, fields by content, errors and their causes', () => {
    const { log, lines, redactor } = makeLog();
    redactor.registerSecret('hunter2-canary');
    const error = new Error('bind failed for hunter2-canary', { cause: new Error('hunter2-canary again') });
    log.component('x').error('got hunter2-canary', {
      password: 'anything',
      nested: { list: ['a hunter2-canary', { clientSecret: 5 }] },
      text: 'Authorization: Digest response="abc"\r\nTo: x',
      error,
    });
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).not.toContain('anything');
    expect(lines[0]).not.toContain('abc');
    expect(lines[0]).not.toContain('"clientSecret":5');
    expect(lines[0]).toContain('To: x');
    expect(lines[0]?.split(redacted).length).toBeGreaterThan(6);
  });

  test('an entry is one line whatever it holds, so none can be forged', () => {
    const { log, lines } = makeLog();
    log.component('x').info('one\n2026-01-01T00:00:00.000Z ERROR y forged\r\n\u001b[2J', { a: 'b\nc' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\n\r\u001b]/);
  });

  test('takes any value: cycles, depth, bytes, errors with fields, functions, long texts', () => {
    const { log, lines } = makeLog();
    const cycle: Record<string, unknown> = { name: 'c' };
    cycle['self'] = cycle;
    log.component('x').info('values', {
      cycle,
      deep: { a: { b: { c: { d: { e: 1 } } } } },
      bytes: new Uint8Array(5),
      error: Object.assign(new Error('e'), { code: 'ECONNREFUSED', password: 'p4ssw0rd' }),
      work: () => undefined,
      big: 10n,
      map: new Map([['k', 1]]),
      nothing: undefined,
    });
    const line = lines[0] ?? '';
    for (const part of ['[circular]', '[object]', '[5 bytes]', 'ECONNREFUSED', '[function]', '"big":"10"', '"k":1']) {
      expect(line).toContain(part);
    }
    expect(line).not.toContain('p4ssw0rd');
    log.component('x').info('y'.repeat(1_000_000));
    expect(lines[1]?.length).toBeLessThan(20_000);
    expect(lines[1]).toContain('[cut]');
  });

  test('a getter that throws costs the fields, not the message', () => {
    const { log, lines } = makeLog();
    const trap = {
      get broken(): string {
        throw new Error('trap');
      },
    };
    log.component('x').info('kept', { trap });
    expect(lines[0]).toContain('kept');
  });
});

describe('the rotating file', () => {
  test('begins a new file when full and keeps so many', () => {
    const file = new RotatingFile({ directory, name: 'parley', clock, maxBytes: 100, keptFiles: 2 });
    for (let index = 0; index < 40; index += 1) file.append(`line ${index} ${'x'.repeat(20)}`);
    file.close();
    expect(readdirSync(directory).sort()).toEqual(['parley.1.log', 'parley.2.log', 'parley.log']);
    for (const name of readdirSync(directory)) {
      expect(readFileSync(path.join(directory, name)).length).toBeLessThanOrEqual(100);
    }
    const newest = readFileSync(path.join(directory, 'parley.log'), 'utf8').trim().split('\n').at(-1);
    expect(newest).toContain('line 39');
  });

  test('goes on in the file of last time', () => {
    const options = { directory, name: 'parley', clock, maxBytes: 100, keptFiles: 2 };
    const before = new RotatingFile(options);
    before.append('before');
    before.close();
    const after = new RotatingFile(options);
    after.append('after');
    expect(readFileSync(after.file, 'utf8')).toBe('before\nafter\n');
    after.append('z'.repeat(99));
    expect(readFileSync(path.join(directory, 'parley.1.log'), 'utf8')).toBe('before\nafter\n');
    after.close();
  });

  test('each line is in the file when append returns', () => {
    const file = new RotatingFile({ directory, name: 'parley', clock });
    file.append('now');
    expect(readFileSync(file.file, 'utf8')).toBe('now\n');
    file.close();
  });

  test('is readable by its user only', () => {
    if (process.platform === 'win32') {
      console.log('skipped: Windows has no file modes');
      return;
    }
    const file = new RotatingFile({ directory: path.join(directory, 'new'), name: 'parley', clock });
    file.append('x');
    expect(mode(file.file)).toBe(0o600);
    expect(mode(path.join(directory, 'new'))).toBe(0o700);
    file.close();
  });

  test('what cannot be written is counted and said when it can', () => {
    const blocked = path.join(directory, 'logs');
    writeFileSync(blocked, 'a file where the folder should be');
    const file = new RotatingFile({ directory: blocked, name: 'parley', clock });
    file.append('lost 1');
    file.append('lost 2');
    rmSync(blocked);
    mkdirSync(blocked);
    file.append('lost 3: too soon');
    clock.advance(10_000);
    file.append('kept');
    expect(readFileSync(file.file, 'utf8')).toBe('[3 lines could not be written]\nkept\n');
    file.close();
  });

  test('gives the last lines across files', () => {
    const file = new RotatingFile({ directory, name: 'parley', clock, maxBytes: 16, keptFiles: 2 });
    for (const line of ['one', 'two', 'three', 'four', 'five']) file.append(line);
    expect(file.tail(3)).toBe('three\nfour\nfive');
    file.close();
    expect(new RotatingFile({ directory, name: 'none', clock }).tail(3)).toBe('');
  });
});

function mode(file: string): number {
  return statSync(file).mode & 0o777;
}
