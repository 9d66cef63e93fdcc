import { expect, test } from 'vitest';
import { serviceFields, trustSettings } from './service-settings.ts';
import { settingWords } from './setting-words.ts';

test('every setting of a page has words', () => {
  const names = [...serviceFields.flatMap((fields) => fields.names), ...trustSettings];
  expect(names.filter((name) => settingWords[name] === undefined)).toEqual([]);
});
