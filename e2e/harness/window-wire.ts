import type { Page } from '@playwright/test';

/** What is changed in the messages between the window and its service; each is the JSON text of one. */
export interface WireChanges {
  readonly toWindow?: (text: string) => string;
  readonly toService?: (text: string) => string;
}

/**
 * Loads the window anew with a wire that says something else in places: for what a person cannot bring about in a browser,
 * or not in time. The service behind it is the real one, and so are its answers.
 */
export async function changeWire(page: Page, changes: WireChanges): Promise<void> {
  await page.routeWebSocket(/./, (window) => {
    const service = window.connectToServer();
    service.onMessage((message) => {
      window.send(typeof message === 'string' ? (changes.toWindow?.(message) ?? message) : message);
    });
    window.onMessage((message) => {
      service.send(typeof message === 'string' ? (changes.toService?.(message) ?? message) : message);
    });
  });
  await page.reload();
}
