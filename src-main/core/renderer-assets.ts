import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

/** Stands in index.html wherever a nonce belongs; both shells replace it with one that is fresh per response. */
export const noncePlaceholder = '__CSP_NONCE__';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.txt': 'text/plain; charset=utf-8',
};

export interface RendererAsset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** The name holds a hash of the content: it may be cached for good. */
  readonly immutable: boolean;
}

/**
 * The file of the renderer bundle behind the path of an address (percent-encoded, starting with `/`), or undefined when there is
 * none, when its type is not one that we serve, or when the path tries to leave the bundle.
 * In HTML the nonce is put in place of its placeholder.
 */
export async function readRendererAsset(
  root: string,
  urlPath: string,
  nonce: string,
): Promise<RendererAsset | undefined> {
  const file = assetFile(root, urlPath);
  if (file === undefined) return undefined;
  const contentType = contentTypes[extname(file)];
  if (contentType === undefined) return undefined;
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch {
    return undefined;
  }
  const body = contentType.startsWith('text/html')
    ? Buffer.from(content.toString('utf8').replaceAll(noncePlaceholder, nonce), 'utf8')
    : content;
  return { body: new Uint8Array(body), contentType, immutable: urlPath.startsWith('/assets/') };
}

/** The file that a path names inside `root`; undefined when it would lie outside. */
export function assetFile(root: string, urlPath: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  if (!decoded.startsWith('/') || decoded.includes('\0') || decoded.includes('\\')) return undefined;
  const base = normalize(root.endsWith(sep) ? root : root + sep);
  const file = normalize(join(base, decoded === '/' ? '/index.html' : decoded));
  return file.startsWith(base) ? file : undefined;
}
