import { defineConfig } from '@playwright/test';

/** Tags of specs in which another phone or the relay takes part. */
const withPhones = /@(baresip|linphone|rtpengine)/;

export default defineConfig({
  testDir: 'e2e/specs',
  testMatch: '**/*.spec.ts',
  projects: [
    { name: 'window', grepInvert: withPhones },
    { name: 'calls', grep: withPhones },
  ],
  // Two cores and one lab per worker: more workers only make media late. `npm test` takes two for the specs without calls.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  // Under `npm run sabotage` every spec is to fail: no need to wait long for that.
  expect: { timeout: process.env['PARLEY_SABOTAGE'] === undefined ? 10_000 : 5_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  outputDir: 'test-results/e2e',
  // A trace takes a tenth of the time of every spec: `npx playwright test SPEC --trace on` writes one of what has failed.
  use: { trace: 'off', screenshot: 'only-on-failure' },
});
