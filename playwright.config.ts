import { defineConfig } from '@playwright/test';

/** Tags of specs in which another phone or the relay takes part. */
const withPhones = /@(baresip|linphone|rtpengine)/;

export default defineConfig({
  testDir: 'e2e/specs',
  testMatch: '**/*.spec.ts',
  projects: [
    // First, so that one worker plays phones all the time while the other goes through the rest.
    { name: 'calls', grep: withPhones, workers: 1 },
    { name: 'window', grepInvert: withPhones },
  ],
  // Two cores and one lab per worker. `npm test` takes two, of which one plays phones: two with phones make media late.
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
