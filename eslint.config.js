import jsxA11y from 'eslint-plugin-jsx-a11y';
import lingui from 'eslint-plugin-lingui';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'out/',
      'dist/',
      'node_modules/',
      '.toolchain/',
      'test-results/',
      'playwright-report/',
      '.dependency-cruiser.cjs',
      'src-*/locales/',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: [
          'src-shared/tsconfig.json',
          'src-shared/tsconfig.test.json',
          'src-main/tsconfig.json',
          'src-main/shell-electron/preload/tsconfig.json',
          'src-renderer/tsconfig.json',
          'src-renderer/tsconfig.test.json',
          'e2e/tsconfig.json',
          'scripts/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals: the code runs by type stripping.' },
      ],
      'max-lines': ['error', { max: 600, skipBlankLines: false, skipComments: false }],
    },
  },
  {
    files: ['*.config.ts', '*.config.js', '**/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['src-renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks, lingui, 'jsx-a11y': jsxA11y },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.flatConfigs.strict.rules,
      'lingui/no-unlocalized-strings': [
        'error',
        {
          ignore: [
            '^(?![A-Z].*[a-z])\\S+$',
            '^[a-z0-9.:/#_\\- ]*$',
            // Names of keys, as KeyboardEvent.key and as printed on keyboards, and the product's own name.
            '^(Ctrl|Control|Alt|Shift|Meta|Enter|Space|Home|End|Escape|Tab)$',
            '^ ?Parley$',
            // Font stacks.
            '^"Segoe UI Variable',
            // Media queries.
            '^\\([a-z-]+: [a-z-]+\\)$',
          ],
          ignoreNames: [
            'className',
            'style',
            'id',
            'key',
            'role',
            'type',
            'name',
            'd',
            'viewBox',
            'fill',
            'stroke',
            { regex: { pattern: '^(data-|aria-(controls|keyshortcuts|live|labelledby|describedby))' } },
          ],
          ignoreFunctions: [
            '*.call',
            '*.publish',
            'console.*',
            '*.addEventListener',
            '*.removeEventListener',
            'Error',
            '*.subscribe',
            '*.onEvent',
            '*.querySelector',
            '*.querySelectorAll',
            '*.closest',
            '*.getElementById',
            '*.createElement',
            'matchMedia',
            '*.setAttribute',
            '*.getAttribute',
          ],
        },
      ],
      'lingui/t-call-in-function': 'error',
    },
  },
  {
    files: ['src-renderer/**/*.test.{ts,tsx}'],
    rules: { 'lingui/no-unlocalized-strings': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '*.config.js'],
    extends: [tseslint.configs.disableTypeChecked],
  },
);
