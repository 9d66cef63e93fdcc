/** Layers: src-renderer -> src-shared <- src-main; inside src-main: shell-* -> app.ts -> services -> core -> src-shared. */
const services =
  '^src-main/(account|calls|softphone|media-gateway|directory|im|archive|presence|line-state|voicemail|history|video|config)/';
/** Files of src-main itself that are types for everybody; the others put the program together. */
const portsForAll = '^src-main/(host|window-media|app-port)\\.ts$';
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shared-stands-alone',
      severity: 'error',
      from: { path: '^src-shared', pathNot: '\\.test(-support)?\\.ts$' },
      to: { path: '^(src-main|src-renderer|e2e|scripts)' },
    },
    {
      name: 'shared-npm',
      comment: 'zod and birpc only',
      severity: 'error',
      from: { path: '^src-shared', pathNot: '\\.test(-support)?\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: 'node_modules/(zod|birpc|libphonenumber-js)' },
    },
    {
      name: 'renderer-never-main',
      severity: 'error',
      from: { path: '^src-renderer' },
      to: { path: '^(src-main|e2e|scripts)' },
    },
    {
      name: 'renderer-never-node',
      severity: 'error',
      from: { path: '^src-renderer', pathNot: '\\.test\\.tsx?$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-no-zod',
      comment: 'contract types only',
      severity: 'error',
      from: { path: '^src-renderer', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^src-shared/contract', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'main-never-renderer',
      severity: 'error',
      from: { path: '^src-main' },
      to: { path: '^(src-renderer|e2e|scripts)' },
    },
    {
      name: 'electron-in-its-shell',
      severity: 'error',
      from: { pathNot: '^(src-main/shell-electron|e2e|scripts|electron\\.vite)' },
      to: { path: 'node_modules/electron/' },
    },
    {
      name: 'core-knows-no-service',
      severity: 'error',
      from: { path: '^src-main/core', pathNot: '\\.test(-support)?\\.ts$' },
      to: { path: `${services}|^src-main/(shell-|[^/]+\\.ts$)`, pathNot: portsForAll },
    },
    {
      name: 'services-import-types-of-services',
      comment: 'only app.ts, and account-services.ts for one account, construct services',
      severity: 'error',
      from: {
        path: '^src-main/([^/]+)/',
        pathNot: '^src-main/(core|shell-electron|shell-browser)/|\\.test(-support)?\\.ts$',
      },
      to: { path: services, pathNot: '^src-main/$1/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'services-know-no-shell-and-no-app',
      severity: 'error',
      from: { path: services },
      to: { path: '^src-main/(shell-|[^/]+\\.ts$)', pathNot: portsForAll },
    },
    {
      name: 'lab-stands-alone',
      severity: 'error',
      from: { path: '^e2e/lab', pathNot: '\\.(test|test-support)\\.ts$' },
      to: { path: '^(src-main|src-renderer|scripts)' },
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(out|dist)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
