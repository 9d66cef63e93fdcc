import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { inAscii, withoutBuiltinImports } from './quick-load-plugin.ts';

const ascii = /^[\0-\x7f]*$/;
/** The value of an expression, as text, so that values of another context compare. */
const valueOf = (code: string): string => JSON.stringify(runInNewContext(code));

test.each([
  '"Größe, 電話, 🎧"',
  '`${"é"}–${1 + 1}`',
  '"a\\\\é"',
  '"\\é"',
  '/^[ä-ü]\\é+$/.test("öé")',
  '/^\\p{L}🎧$/u.test("é🎧")',
  '(() => { const größe = 3; return { größe }; })()',
])('%s says the same in ASCII', (code) => {
  expect(inAscii(code)).toMatch(ascii);
  expect(valueOf(inAscii(code))).toBe(valueOf(code));
});

test("Node's own modules are taken without an import statement, under the same names", () => {
  const imports = [
    'import { join, posix as slashes } from "node:path";',
    'import os, { release } from "node:os";',
    'import * as net from "node:net";',
  ];
  const code = withoutBuiltinImports(imports.join('\n'));
  expect(code).not.toContain('import');
  const names = 'join("a", "b") + slashes.sep + typeof os.cpus + typeof release + typeof net.connect';
  expect(runInNewContext(`${code}\n${names}`, { process })).toBe('a/b/functionfunctionfunction');
});

test('an import of anything else stays', () => {
  const imports = [
    'import { t } from "./words.js";',
    'import Database from "better-sqlite3";',
    'import "node:process";',
  ];
  expect(withoutBuiltinImports(imports.join('\n'))).toBe(imports.join('\n'));
});
