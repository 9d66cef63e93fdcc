import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { fileURLToPath } from 'node:url';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Packages with native code or with files of their own: loaded from node_modules, never bundled. */
export const nativePackages = ['better-sqlite3', 'node-datachannel', 'koffi'];

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      // Pure-JS dependencies are bundled: Node then starts in half the time.
      externalizeDeps: false,
      rolldownOptions: {
        external: [...nativePackages, 'electron', /^node:/],
        input: {
          electron: path('src-main/shell-electron/main.ts'),
          browser: path('src-main/shell-browser/main.ts'),
          'media-gateway': path('src-main/media-gateway/process.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: path('src-main/shell-electron/preload/preload.ts') },
        // A sandboxed preload is loaded as CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: path('src-renderer'),
    build: {
      outDir: path('out/renderer'),
      // electron-vite leaves it off; a small bundle starts sooner and holds less memory.
      minify: true,
      // One window, one bundle, loaded from this computer.
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: { input: path('src-renderer/index.html') },
    },
    plugins: [react(), lingui({ macroTransform: true })],
  },
});
