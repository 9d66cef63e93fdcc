/** Catalogs are compiled by @lingui/vite-plugin. */
declare module '*.po' {
  import type { Messages } from '@lingui/core';
  export const messages: Messages;
}

/** What the preload of the Electron shell exposes; absent in the browser shell. */
interface ParleyPreload {
  /** As Node names it: `win32`, `darwin`, `linux`. */
  readonly platform: string;
}

interface Window {
  readonly parley?: ParleyPreload;
}
