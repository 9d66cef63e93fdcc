import { protocol } from 'electron';
import { newNonce, securityHeaders } from '../core/content-policy.ts';
import { readRendererAsset } from '../core/renderer-assets.ts';
import { isOwnUrl, windowScheme } from './origin.ts';

/** Before the program is ready: afterwards Electron refuses it. */
export function registerWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: windowScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the renderer bundle, each response with a nonce and a Content-Security-Policy of its own. */
export function serveWindow(rendererDirectory: string): void {
  protocol.handle(windowScheme, (request) => answerWindowRequest(rendererDirectory, request));
}

export async function answerWindowRequest(rendererDirectory: string, request: Request): Promise<Response> {
  const nonce = newNonce();
  const headers = securityHeaders(nonce, []);
  const plain = { ...headers, 'Content-Type': 'text/plain; charset=utf-8' };
  if (!isOwnUrl(request.url)) return new Response('Not found.', { status: 404, headers: plain });
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return new Response('Only GET.', { status: 405, headers: plain });
  }
  const asset = await readRendererAsset(rendererDirectory, new URL(request.url).pathname, nonce);
  if (asset === undefined) return new Response('Not found.', { status: 404, headers: plain });
  return new Response(request.method === 'HEAD' ? null : asset.body, {
    headers: { ...headers, 'Content-Type': asset.contentType, 'Cache-Control': 'no-store' },
  });
}
