import { expect, test } from '@playwright/test';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the build put into the window, read from the files that both shells serve. */
const bundle = fileURLToPath(new URL('../../out/renderer/', import.meta.url));
const scripts = globSync('**/*.js', { cwd: bundle });
const text = (file: string) => readFileSync(`${bundle}${file}`, 'utf8');

/** Names that zod keeps through minification: they are properties and strings. */
const zodMarks = ['ZodError', 'safeParseAsync', '_zod', 'invalid_union'];

test('the renderer bundle holds no zod', () => {
  expect(scripts.length).toBeGreaterThan(0);
  for (const file of scripts) {
    for (const mark of zodMarks) expect(text(file), `${mark} in ${file}`).not.toContain(mark);
  }
  // The marks are those of the zod in use: the service's bundle, which has it, shows them.
  const main = fileURLToPath(new URL('../../out/main/', import.meta.url));
  const service = globSync('*.js', { cwd: main }).map((file) => readFileSync(`${main}${file}`, 'utf8'));
  for (const mark of zodMarks) {
    expect(
      service.some((code) => code.includes(mark)),
      `${mark} in the service`,
    ).toBe(true);
  }
});

test('the page holds no script of its own and carries the place for the nonce', () => {
  const html = text('index.html');
  expect(html).toContain('__CSP_NONCE__');
  expect(html.match(/<script[^>]*>/g)?.every((tag) => tag.includes(' src='))).toBe(true);
  expect(html).not.toMatch(/ on\w+=|<style|javascript:/i);
});

test('nothing in the bundle comes from Node or makes code from text', () => {
  for (const file of scripts) {
    expect(text(file), file).not.toMatch(/["'](?:node:|electron["'])/);
    expect(text(file), file).not.toMatch(/\bnew Function\(/);
  }
});
