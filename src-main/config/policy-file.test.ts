import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emptyPolicy, parsePolicy, readPolicy, systemPolicyProbe } from './policy-file.ts';

describe('what a policy file says', () => {
  const parse = (value: unknown): ReturnType<typeof parsePolicy> => parsePolicy(JSON.stringify(value), 'p.json');

  test('locks and seeds', () => {
    expect(
      parse({
        version: 1,
        lock: { 'phone.transport': 'tls', 'archive.enabled': true },
        seed: { 'account.address': 'alice@example.com' },
      }),
    ).toEqual({
      lock: { 'phone.transport': 'tls', 'archive.enabled': true },
      seed: { 'account.address': 'alice@example.com' },
      problems: [],
    });
  });

  test('a value that does not fit or a key that is not known costs itself only', () => {
    const policy = parse({
      version: 1,
      lock: { 'phone.registerExpiresS': 5, 'no.such': 1, 'phone.transport': 'tls', constructor: 1 },
      seed: { 'appearance.theme': 'blue' },
      extra: {},
    });
    expect(policy.lock).toEqual({ 'phone.transport': 'tls' });
    expect(policy.seed).toEqual({});
    expect(policy.problems).toEqual([
      'The policy file has a part “extra” that this version of Parley does not know.',
      'The policy file gives a value in “lock” that does not fit: phone.registerExpiresS takes a whole number from 60 to 7200 (s).',
      'The policy file names a setting in “lock” that this version of Parley does not know: no.such.',
      'The policy file names a setting in “lock” that this version of Parley does not know: constructor.',
      'The policy file gives a value in “seed” that does not fit: appearance.theme takes one of: system, light, dark.',
    ]);
  });

  test.each([
    ['no JSON', '{"version": 1,', 'is not JSON'],
    ['another version', '{"version": 2, "lock": {}}', 'must hold'],
    ['no version', '{"lock": {}}', 'must hold'],
    ['a list', '[]', 'must hold'],
    ['a lock that is no object', '{"version": 1, "lock": ["x"]}', 'must hold'],
  ])('%s is not honoured and said', (_, text, words) => {
    const policy = parsePolicy(text, 'p.json');
    expect(policy).toMatchObject({ lock: {}, seed: {} });
    expect(policy.problems).toHaveLength(1);
    expect(policy.problems[0]).toContain(words);
    expect(policy.problems[0]).toContain('p.json');
  });

  test('a byte order mark is no problem', () => {
    expect(parsePolicy('\ufeff{"version":1}', 'p').problems).toEqual([]);
  });
});

describe('whether a policy file is honoured', () => {
  test('not when the user could have written it, with the reason', () => {
    const policy = readPolicy('/p.json', () => ({ kind: 'changeable', why: 'others than root may write it' }));
    expect(policy).toMatchObject({ lock: {}, seed: {} });
    expect(policy.problems[0]).toContain('/p.json is not honoured: others than root may write it');
  });

  test('no file is no problem; one that cannot be read is', () => {
    expect(readPolicy('/p.json', () => ({ kind: 'absent' }))).toBe(emptyPolicy);
    expect(readPolicy('/p.json', () => ({ kind: 'unreadable', why: 'EACCES' })).problems[0]).toContain('EACCES');
  });

  test('when only an administrator could have written it', () => {
    const text = '{"version":1,"lock":{"archive.enabled":true}}';
    expect(readPolicy('/p.json', () => ({ kind: 'trusted', text })).lock).toEqual({ 'archive.enabled': true });
  });
});

describe('who could have written a file, on this system', () => {
  const isRoot = process.getuid?.() === 0;
  const probe = systemPolicyProbe('linux');
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'parley-policy-'));
    file = path.join(directory, 'policy.json');
    writeFileSync(file, '{"version":1}', { mode: 0o644 });
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const needsRoot = (context: { skip: () => void }): void => {
    if (isRoot) return;
    console.log('skipped: only root can make files that belong to root');
    context.skip();
  };

  test('no file at all, also below a file', () => {
    expect(probe(path.join(directory, 'none'))).toEqual({ kind: 'absent' });
    expect(probe(path.join(file, 'none'))).toEqual({ kind: 'absent' });
  });

  test('root alone: trusted', (context) => {
    needsRoot(context);
    expect(probe(file)).toEqual({ kind: 'trusted', text: '{"version":1}' });
  });

  test.each([0o664, 0o646, 0o666])('mode %o: changeable', (mode) => {
    chmodSync(file, mode);
    expect(probe(file)).toMatchObject({ kind: 'changeable' });
  });

  test('of an ordinary user: changeable', (context) => {
    if (isRoot) chownSync(file, 12_345, 12_345);
    else context.skip(false);
    expect(probe(file)).toEqual({ kind: 'changeable', why: 'it does not belong to root' });
  });

  test.each(['folder', 'folder above'])('in a %s that others may write: changeable', (which) => {
    const inner = path.join(directory, 'inner');
    mkdirSync(inner, { mode: 0o755 });
    const innerFile = path.join(inner, 'policy.json');
    writeFileSync(innerFile, '{}', { mode: 0o644 });
    chmodSync(which === 'folder' ? inner : directory, 0o777);
    expect(probe(innerFile)).toMatchObject({ kind: 'changeable' });
  });

  test('on Windows the access lists decide, of the file and of every folder above it', () => {
    const good = 'O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)';
    const asked: string[] = [];
    const windows = systemPolicyProbe('win32', (paths) => {
      asked.push(...paths);
      return paths.map(() => good);
    });
    expect(windows(file)).toEqual({ kind: 'trusted', text: '{"version":1}' });
    expect(asked).toEqual([file, directory, path.dirname(directory), path.parse(directory).root]);
    expect(windows(path.join(directory, 'none'))).toEqual({ kind: 'absent' });
    const others = systemPolicyProbe('win32', (paths) =>
      paths.map(() => good.replace('O:BA', 'O:S-1-5-21-1-2-3-1001')),
    );
    expect(others(file)).toEqual({ kind: 'changeable', why: 'it does not belong to the administrators' });
  });

  test('a folder under that name is no policy', () => {
    mkdirSync(path.join(directory, 'folder.json'));
    expect(probe(path.join(directory, 'folder.json')).kind).not.toBe('trusted');
  });
});
