import { useSyncExternalStore } from 'react';

export const sections = ['contacts', 'chats', 'calls', 'voicemail', 'settings'] as const;
export type Section = (typeof sections)[number];

/** Where the window is. `item` is what the detail pane shows: a bare JID, an id, a settings page. */
export interface Route {
  readonly section: Section;
  readonly item?: string;
}

/** `#/chats/alice%40example.com` as a route; anything unknown is the contact list. */
export function parseRoute(hash: string): Route {
  const [section = '', ...rest] = hash.replace(/^#?\/?/, '').split('/');
  const known = sections.find((name) => name === section);
  if (known === undefined) return { section: 'contacts' };
  const item = rest.join('/');
  if (item === '') return { section: known };
  try {
    return { section: known, item: decodeURIComponent(item) };
  } catch {
    // A hand-written address with a stray percent sign.
    return { section: known, item };
  }
}

export function formatRoute(route: Route): string {
  return route.item === undefined ? `#/${route.section}` : `#/${route.section}/${encodeURIComponent(route.item)}`;
}

const listeners = new Set<() => void>();

/** Goes there at once: views draw before the next frame, so that whoever navigates can move the focus. */
export function navigate(route: Route): void {
  const hash = formatRoute(route);
  if (location.hash === hash) return;
  history.pushState(null, '', hash);
  moved();
}

/** The last item that each section showed, so that coming back finds it. Lives as long as the window. */
const lastItem = new Map<Section, string>();

/** The section as it was left. */
export function rememberedRoute(section: Section): Route {
  const item = lastItem.get(section);
  return item === undefined ? { section } : { section, item };
}

function moved(): void {
  const route = parseRoute(location.hash);
  if (route.item === undefined) lastItem.delete(route.section);
  else lastItem.set(route.section, route.item);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  // Links, back and forward; `navigate` tells by itself.
  if (listeners.size === 0) window.addEventListener('hashchange', moved);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('hashchange', moved);
  };
}

let parsedHash = '';
let parsed: Route = { section: 'contacts' };

function current(): Route {
  if (location.hash !== parsedHash) {
    parsedHash = location.hash;
    parsed = parseRoute(parsedHash);
  }
  return parsed;
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}
