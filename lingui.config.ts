import { createBabelExtractor } from '@lingui/cli/api/extractors/babel';
import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-po';
import { saidWords } from './scripts/said-words.ts';

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en'],
  catalogs: [
    {
      path: '<rootDir>/src-renderer/locales/{locale}',
      include: ['src-renderer', 'src-main', 'src-shared'],
      exclude: ['**/*.test.*', '**/*.test-support.*'],
    },
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
