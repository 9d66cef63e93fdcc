import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeyFileSecrets } from './key-file-secrets.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-secrets-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const text = (name: string) => readFileSync(join(directory, name), 'utf8');

test('a secret survives the process and is not readable in the file', async () => {
  await new KeyFileSecrets(directory).set('phone', 'correct horse');
  expect(await new KeyFileSecrets(directory).get('phone')).toBe('correct horse');
  expect(text('secrets.json')).not.toContain('correct horse');
  expect(await new KeyFileSecrets(directory).get('chat')).toBeUndefined();
});

test('it says plainly that the operating system does not protect them', () => {
  expect(new KeyFileSecrets(directory)).toMatchObject({ plainText: true, backend: 'a key file on this computer' });
});

test('both files are for this user only, also after a backup restored them wider', async () => {
  const secrets = new KeyFileSecrets(directory);
  await secrets.set('phone', 'one');
  expect(statSync(join(directory, 'secrets.key')).mode & 0o777).toBe(0o600);
  chmodSync(join(directory, 'secrets.key'), 0o644);
  await secrets.set('phone', 'two');
  expect(statSync(join(directory, 'secrets.key')).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, 'secrets.json')).mode & 0o777).toBe(0o600);
});

test('the same secret is never sealed the same way twice', async () => {
  const secrets = new KeyFileSecrets(directory);
  await secrets.set('phone', 'same');
  const first = text('secrets.json');
  await secrets.set('phone', 'same');
  expect(text('secrets.json')).not.toBe(first);
});

test('a secret moved under another name does not open', async () => {
  const secrets = new KeyFileSecrets(directory);
  await secrets.set('phone', 'one');
  writeFileSync(join(directory, 'secrets.json'), text('secrets.json').replace('phone', 'chat'));
  await expect(secrets.get('chat')).rejects.toThrow('no longer opens');
});

test('an exchanged key opens nothing, says so, and takes a new secret', async () => {
  const secrets = new KeyFileSecrets(directory);
  await secrets.set('phone', 'one');
  writeFileSync(join(directory, 'secrets.key'), Buffer.alloc(32));
  await expect(secrets.get('phone')).rejects.toThrow('no longer opens');
  await secrets.set('phone', 'two');
  expect(await secrets.get('phone')).toBe('two');
});

test('a damaged file is said and left as it is', async () => {
  writeFileSync(join(directory, 'secrets.json'), 'garbage');
  await expect(new KeyFileSecrets(directory).get('phone')).rejects.toThrow('is damaged. Parley left it as it is');
  await expect(new KeyFileSecrets(directory).set('phone', 'x')).rejects.toThrow('is damaged');
  expect(text('secrets.json')).toBe('garbage');
});

test('writes at the same time all arrive', async () => {
  const secrets = new KeyFileSecrets(directory);
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => secrets.set(name, name)));
  await secrets.delete('b');
  expect(await Promise.all(['a', 'b', 'c', 'd'].map((name) => secrets.get(name)))).toEqual(['a', undefined, 'c', 'd']);
});
