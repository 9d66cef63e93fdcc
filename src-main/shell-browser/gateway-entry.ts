import { fileURLToPath } from 'node:url';

/** The gateway's entry beside ours: built, or its source when we run from source. */
export function gatewayEntry(ownUrl: string): string {
  const fromSource = ownUrl.endsWith('.ts');
  return fileURLToPath(new URL(fromSource ? '../media-gateway/process.ts' : './media-gateway.js', ownUrl));
}
