import { i18n } from '@lingui/core';
import { msg, plural } from '@lingui/core/macro';
import { expect, test } from 'vitest';
import { loadWords } from './i18n.ts';
import { pseudoMessages } from './pseudo-locale.ts';

test('every message of the catalog is bracketed, placeholders and tags kept', () => {
  const made = pseudoMessages({ a: ['Call ', ['name'], ' now'], b: ['<0>Enter</0> to send'] });
  expect(made['a']).toEqual(['⟦', 'Cáll ', ['name'], ' nów', '⟧']);
  expect(made['b']).toEqual(['⟦', '<0>Éntér</0> tó sénd', '⟧']);
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
