import { expect, test } from 'vitest';
import { networkSettings, serviceFields } from './service-settings.ts';
import { settingWords } from './setting-words.ts';

test('every setting of a page has words', () => {
  const names = [...serviceFields.flatMap((fields) => fields.names), ...networkSettings];
  expect(names.filter((name) => settingWords[name] === undefined)).toEqual([]);
});
