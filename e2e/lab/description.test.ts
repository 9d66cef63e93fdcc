import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ACCOUNTS } from './accounts.ts';
import { labFromFile } from './description.ts';
import type { LabDescription } from './description.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-description-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(content: string): string {
  const path = join(folder, 'lab.json');
  writeFileSync(path, content);
  return path;
}

const description: LabDescription = {
  domain: 'example.org',
  caPath: null,
  accounts: [...ACCOUNTS.slice(0, 2)],
  xmpp: { host: 'xmpp.example.org', port: 5_222, colleagues: ['bob'] },
};

describe('servers of one’s own', () => {
  test('are read from a file of the printed shape; services may be missing', () => {
    expect(labFromFile(write(JSON.stringify(description)))).toEqual(description);
  });

  test('a file that is no JSON or not there says so', () => {
    expect(() => labFromFile(write('{'))).toThrow(/PARLEY_LAB: .*lab\.json cannot be read as JSON/);
    expect(() => labFromFile(join(folder, 'none.json'))).toThrow(/cannot be read as JSON/);
  });

  test('a file that describes no lab names the place of the fault', () => {
    const broken = { ...description, xmpp: { host: 'xmpp.example.org', port: 'many', colleagues: [] } };
    expect(() => labFromFile(write(JSON.stringify(broken)))).toThrow(/describes no lab[^]*xmpp\.port/);
  });
});
