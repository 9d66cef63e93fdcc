import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { loadQuickly } from './scripts/quick-load-plugin.ts';
import { decodeSipGrammarOnce } from './scripts/sip-grammar-plugin.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Packages with native code or with files of their own: loaded from node_modules, never bundled. */
export const nativePackages = ['better-sqlite3', 'node-datachannel', 'koffi'];

/** The page names the part that draws, so that it is fetched together with the part that asks what to draw. */
function preloadWindow(): Plugin {
  return {
    name: 'parley-preload-window',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const parts = Object.values(bundle ?? {}).filter(
          (part) => part.type === 'chunk' && part.facadeModuleId?.endsWith('/src-renderer/window.tsx'),
        );
        return parts.map(({ fileName }) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `./${fileName}` },
          injectTo: 'head' as const,
        }));
      },
    },
  };
}

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
    plugins: [decodeSipGrammarOnce(), loadQuickly()],
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
      // One window, two bundles (what asks and what draws), loaded from this computer.
      chunkSizeWarningLimit: 2_000,
      // All of it belongs to the first view.
      cssCodeSplit: false,
      rolldownOptions: { input: path('src-renderer/index.html') },
    },
    plugins: [react(), lingui({ macroTransform: true }), preloadWindow()],
  },
});
