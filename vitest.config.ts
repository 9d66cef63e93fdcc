import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Units of which Debian's packages are a part: openssl, a codec's library. `npm test` runs the others before they are there. */
const withPrograms = [
  'src-main/account/client-certificate.test.ts',
  'src-main/media-gateway/g729.test.ts',
  'src-main/media-gateway/relay-voice.test.ts',
  'src-main/softphone/wires.test.ts',
];

export default defineConfig({
  plugins: [react(), lingui({ macroTransform: true })],
  resolve: {
    alias: {
      // require('electron') outside Electron would start a download.
      electron: fileURLToPath(new URL('src-main/shell-electron/fake-electron.ts', import.meta.url)),
    },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['src-*/**/*.test.{ts,tsx}', 'e2e/bench/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: withPrograms,
          // They share nothing that one could leave behind, and starting a process for each takes longer than most run.
          isolate: false,
        },
      },
      {
        extends: true,
        // Servers, sockets and native media: what one left behind would be another's fault.
        test: { name: 'lab', include: ['e2e/lab/**/*.test.ts', ...withPrograms] },
      },
    ],
    // Two cores: more workers only make timers late.
    maxWorkers: 2,
    // A guard against hanging, not a measure.
    testTimeout: 60_000,
    retry: 0,
  },
});
