import { describe, expect, test } from 'vitest';
import { foldText, indexWords, searchWords } from './fold.ts';

describe('text as search compares it', () => {
  test.each([
    ['Müller', 'muller'],
    ['MULLER', 'muller'],
    ['Łukasz Żak', 'lukasz zak'],
    ['Weiß', 'weiss'],
    ['Sørensen', 'sorensen'],
    ['Yıldız İnci', 'yildiz inci'],
    ['Olúṣẹ́gun', 'olusegun'],
    ['ｆｕｌｌ', 'full'],
    ['أحمد', 'احمد'],
    ['Ångström', 'angstrom'],
  ])('%s is %s', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  test('marks that carry letters stay: a Devanagari name is not cut to its consonants', () => {
    expect(foldText('मीरा')).toBe('मीरा'.normalize('NFKD').normalize('NFC'));
    expect(searchWords('が')).toEqual(['が']);
  });

  test('words are letters and digits; everything else separates them', () => {
    expect(searchWords('  "Anna"* OR (maria-luise) \0 😀 {x}:y^2 ')).toEqual([
      'anna',
      'or',
      'maria',
      'luise',
      'x',
      'y',
      '2',
    ]);
    expect(searchWords('😀 *** ""')).toEqual([]);
  });

  test('characters that are written without spaces are words of their own', () => {
    expect(searchWords('王秀英')).toEqual(['王', '秀', '英']);
  });

  test('a name with an apostrophe is found with it, without it and by its second half', () => {
    expect(indexWords("O'Neill")).toEqual(['oneill', 'o', 'neill']);
    expect(searchWords('o’neill')).toEqual(['oneill']);
  });

  test('a page pasted by mistake costs no more than a name', () => {
    const words = searchWords('lorem '.repeat(10_000) + 'x'.repeat(100_000));
    expect(words.length).toBeLessThanOrEqual(24);
    expect(searchWords('x'.repeat(100_000))[0]?.length).toBeLessThan(50);
  });
});
