import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-po';

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en'],
  catalogs: [{ path: '<rootDir>/src-renderer/locales/{locale}', include: ['src-renderer'], exclude: ['**/*.test.*'] }],
  format: formatter({ lineNumbers: false }),
});
