import { setupI18n } from '@lingui/core';
import { compileMessage, compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sayInEnglish } from '../src-shared/words.ts';
import { bareWords } from './bare-words.ts';
import { inRoot } from './paths.ts';
import { saidWords } from './said-words.ts';

const files = globSync(['src-main/**/*.ts', 'src-shared/**/*.ts'], { cwd: inRoot() });
const sources = files
  .filter((file) => !file.includes('.test'))
  .map((file) => ({ file: file.replaceAll('\\', '/'), code: readFileSync(inRoot(file), 'utf8') }));

test('no word that the service shows to a person bypasses the catalog', () => {
  expect(sources.flatMap(({ file, code }) => bareWords(file, code))).toEqual([]);
});

test('a word that bypasses the catalog is found', () => {
  const found = (code: string) =>
    bareWords('src-main/x.ts', `import { msg, t } from '../src-shared/words.ts';\n${code}`).length;
  expect(found("throw new AppError('invalid', 'no', 'Details stay as they are.');")).toBe(1);
  expect(found('throw new AppError("invalid", `No ${name}.`);')).toBe(1);
  expect(found("health.report({ service: 'chat', message: 'Chat is offline.' });")).toBe(1);
  expect(found("menu.push({ label: 'Quit' });")).toBe(1);
  expect(found("return isGone ? 'This call is over.' : undefined;")).toBe(1);
  expect(found('const gone = () => `${t("Nobody answered.")} Call again.`;')).toBe(2);
  expect(found("const gone = t('This call is over.');")).toBe(1);
  expect(found("const gone = () => t('Not measured. {note}', { note: 'The window gave no figure.' });")).toBe(1);
  expect(found("const gone = msg('This call is over.'); log.info('Nobody answered.', { gone });")).toBe(0);
  expect(found("throw new Error('A session without a call.');")).toBe(0);
});

test('English is said as lingui says it, for every text there is', () => {
  const i18n = setupI18n({ locale: 'en', messages: { en: {} } });
  i18n.setMessagesCompiler(compileMessage);
  const texts = sources.flatMap(({ file, code }) => saidWords(file, code));
  expect(texts.length).toBeGreaterThan(300);
  for (const { message, values } of texts) {
    expect(() => compileMessageOrThrow(message)).not.toThrow();
    for (const count of [0, 1, 2, 1_234]) {
      const given = Object.fromEntries(Object.keys(values).map((name) => [name, count]));
      expect(sayInEnglish(message, given)).toBe(i18n._(message, given));
    }
  }
});
