import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Grammar } from 'sip.js';
import { expect, test } from 'vitest';
import { decodeSipGrammarOnce } from './sip-grammar-plugin.ts';

const file = join(dirname(createRequire(import.meta.url).resolve('sip.js')), 'grammar', 'pegjs', 'dist', 'grammar.js');

/** The parser's module as the plugin leaves it, and how often its table is decoded. */
async function mendedGrammar(): Promise<{
  parse: (text: string, options: { startRule: string; data?: unknown }) => unknown;
  decodings: () => number;
}> {
  const mended = decodeSipGrammarOnce().transform(readFileSync(file, 'utf8'), file);
  if (mended === undefined) throw new Error('the plugin took it for another file');
  const counted = mended.code
    .replace(
      /from "(\.[^"]*)"/g,
      (_whole, path: string) => `from ${JSON.stringify(`file://${join(dirname(file), path)}`)}`,
    )
    .replace(
      'function peg$decode(s) {',
      'function peg$decode(s) { globalThis.decodings = (globalThis.decodings ?? 0) + 1;',
    );
  const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(counted)}`)) as {
    parse: (text: string, options: { startRule: string }) => unknown;
  };
  return { parse: module.parse, decodings: () => Number(Reflect.get(globalThis, 'decodings')) };
}

test('the table is decoded once, and what is parsed stays the same', async () => {
  const { parse, decodings } = await mendedGrammar();
  const read = (text: string, startRule: string): unknown => {
    const options: { startRule: string; data?: unknown } = { startRule };
    parse(text, options);
    return options.data;
  };
  const name = '"Alice Hargreaves" <sip:alice@parley.test;transport=tcp>;tag=4ul6kja0o3';
  expect(String(read(name, 'Name_Addr_Header'))).toBe(String(Grammar.nameAddrHeaderParse(name)));
  const afterFirst = decodings();
  expect(afterFirst).toBeGreaterThan(100);
  expect(read('SIP/2.0 200 OK', 'Request_Response')).toEqual(Grammar.parse('SIP/2.0 200 OK', 'Request_Response'));
  expect(decodings()).toBe(afterFirst);
});

test('another parser than the known one fails the build', () => {
  expect(() => decodeSipGrammarOnce().transform('export const parse = 1;', file)).toThrow('not as expected');
  expect(decodeSipGrammarOnce().transform('export const parse = 1;', '/src/main.ts')).toBeUndefined();
});
