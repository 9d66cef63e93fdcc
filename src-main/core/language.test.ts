import { afterEach, expect, test } from 'vitest';
import { wordMark } from '../../src-shared/pseudo-locale.ts';
import { msg, speakBy, t } from '../../src-shared/words.ts';
import { chooseLanguage } from './language.ts';

afterEach(() => {
  speakBy();
});

test('a pseudo-locale of the environment is spoken, constants and plurals too; what is no locale changes nothing', async () => {
  const busy = msg('{name} is busy.');
  expect(await chooseLanguage({ PARLEY_LOCALE: 'klingon' })).toBe(undefined);
  expect(t(busy, { name: 'Bob' })).toBe('Bob is busy.');
  expect(await chooseLanguage({ PARLEY_LOCALE: 'pseudo' })).toBe('pseudo');
  expect(t(busy, { name: 'Bob' })).toBe('⟦Bob ís búsy.⟧');
  expect(await chooseLanguage({ PARLEY_LOCALE: 'marked' })).toBe('marked');
  expect(t(busy, { name: 'Bob' })).toBe(`Bob is${wordMark} busy${wordMark}.`);
  expect(t('{count, plural, one {# call} other {# calls}}', { count: 2 })).toBe(`2 calls${wordMark}`);
});
