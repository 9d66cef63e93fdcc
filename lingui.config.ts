import { createBabelExtractor } from '@lingui/cli/api/extractors/babel';
import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-po';
import { saidWords } from './scripts/said-words.ts';

const exclude = ['**/*.test.*', '**/*.test-support.*'];

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en'],
  // One for each program that speaks: the window loads none of the service's words. Both say those of src-shared.
  catalogs: [
    { path: '<rootDir>/src-renderer/locales/{locale}', include: ['src-renderer', 'src-shared'], exclude },
    { path: '<rootDir>/src-main/locales/{locale}', include: ['src-main', 'src-shared'], exclude },
  ],
  extractors: [
    {
      // No macros there: see src-shared/words.ts.
      match: (file) => /src-(main|shared)\/.*\.ts$/.test(file),
      extract: (file, code, found) => {
        for (const { id, message, line, values } of saidWords(file, code))
          found({ id, message, placeholders: values, origin: [file, line] });
      },
    },
    createBabelExtractor(),
  ],
  format: formatter({ lineNumbers: false }),
});
