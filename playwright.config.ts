import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e/specs',
  testMatch: '**/*.spec.ts',
  // Two cores and one lab per worker: more workers only make media late.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  // Under `npm run sabotage` every spec is to fail: no need to wait long for that.
  expect: { timeout: process.env['PARLEY_SABOTAGE'] === undefined ? 10_000 : 5_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  outputDir: 'test-results/e2e',
  // The snapshots of a trace show each step; filming the window beside them takes time from every spec.
  use: { trace: { mode: 'retain-on-failure', screenshots: false, sources: false }, screenshot: 'only-on-failure' },
});
