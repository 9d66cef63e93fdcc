import { app, shell } from 'electron';
import type { WebContents } from 'electron';
import { isOwnUrl } from './origin.ts';

/** Links that the system's own programs may open. Never file:, never our own scheme. */
const externalProtocols: readonly string[] = ['https:', 'http:', 'mailto:'];

export function isExternalLink(address: string): boolean {
  try {
    return externalProtocols.includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** A window shows our page and nothing else: links go to the browser, new windows and embedded pages nowhere. */
export function guardNavigation(onBlocked: (address: string) => void): void {
  app.on('web-contents-created', (_event, contents) => {
    guardContents(contents, onBlocked);
  });
}

function guardContents(contents: WebContents, onBlocked: (address: string) => void): void {
  const openOutside = (address: string): void => {
    if (isExternalLink(address)) void shell.openExternal(address);
    else onBlocked(address);
  };
  contents.on('will-navigate', (event) => {
    if (isOwnUrl(event.url)) return;
    event.preventDefault();
    openOutside(event.url);
  });
  contents.on('will-redirect', (event) => {
    if (isOwnUrl(event.url)) return;
    event.preventDefault();
    onBlocked(event.url);
  });
  contents.on('will-frame-navigate', (event) => {
    if (event.isMainFrame || isOwnUrl(event.url)) return;
    event.preventDefault();
    onBlocked(event.url);
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
    onBlocked('webview');
  });
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}
