import { lingui } from '@lingui/vite-plugin';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export interface ServedPage {
  readonly url: string;
  stop(): Promise<void>;
}

/** Bundles a page script as the renderer is bundled and serves it on loopback, a secure context. */
export async function servePage(script: string): Promise<ServedPage> {
  // In production the words are left out of the bundle, as the catalog has them; vite goes by this variable alone.
  process.env['NODE_ENV'] = 'development';
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [lingui({ macroTransform: true })],
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL(script, import.meta.url)), formats: ['es'], fileName: 'page' },
    },
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []));
  const code = outputs.map((one) => (one.type === 'chunk' ? one.code : '')).join('\n');
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? code : '<!doctype html><title>media</title><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve();
    });
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
