import { i18n } from '@lingui/core';
import { msg, plural } from '@lingui/core/macro';
import { expect, test } from 'vitest';
import { pseudoMessages, wordMark } from '../src-shared/pseudo-locale.ts';
import { t } from '../src-shared/words.ts';
import { loadWords } from './i18n.ts';

test('every message of the catalog is bracketed, placeholders and tags kept', () => {
  const made = pseudoMessages({ a: ['Call ', ['name'], ' now'], b: ['<0>Enter</0> to send'] }, 'pseudo');
  expect(made['a']).toEqual(['⟦', 'Cáll ', ['name'], ' nów', '⟧']);
  expect(made['b']).toEqual(['⟦', '<0>Éntér</0> tó sénd', '⟧']);
});

test('marks stand behind every word of a message, not of its values', () => {
  loadWords('?locale=marked');
  const name = 'Nadia Haddad';
  expect(i18n._(msg`${name} called`)).toBe(`Nadia Haddad called${wordMark}`);
});

test('the macros, the catalog and the switch work together', () => {
  const name = 'Nadia';
  loadWords('');
  expect(i18n._(msg`${name} called`)).toBe('Nadia called');
  loadWords('?locale=pseudo');
  expect(i18n._(msg`${name} called`)).toBe('⟦Nadia cálléd⟧');
  const missed = 2;
  expect(i18n._(msg`${plural(missed, { one: '# missed call', other: '# missed calls' })}`)).toMatch(/^⟦2 m.*⟧$/);
});

test('what window and service share is said in the language of the window', () => {
  loadWords('?locale=pseudo');
  expect(t('Something went wrong. The log has the details.')).toMatch(/^⟦Sóméthíng /);
  loadWords('');
  expect(t('Something went wrong. The log has the details.')).toMatch(/^Something /);
});
