import { describe, expect, test } from 'vitest';
import { NetstringParser, encodeNetstring } from './netstring.ts';

describe('netstrings', () => {
  const texts = ['{"event":true}', '', 'Schäfer 王', '12:3,'];
  const stream = Buffer.concat(texts.map(encodeNetstring));

  test('a stream fed byte by byte gives the same texts as one fed whole', () => {
    const parser = new NetstringParser();
    const found = [...stream].flatMap((byte) => parser.push(Buffer.from([byte])));
    expect(found).toEqual(texts);
    expect(new NetstringParser().push(stream)).toEqual(texts);
  });

  test('lengths count bytes, not characters', () => {
    expect(encodeNetstring('ä').toString('latin1').startsWith('2:')).toBe(true);
  });

  test.each(['x:abc,', '3:abcd', ':,', '99999999:', '-1:,'])('%s is refused', (text) => {
    expect(() => new NetstringParser().push(Buffer.from(text))).toThrow('not a netstring');
  });
});
