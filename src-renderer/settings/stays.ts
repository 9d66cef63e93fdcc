import { useSyncExternalStore } from 'react';

let stays: readonly string[] = [];
const listeners = new Set<() => void>();

/** The shell is gone once one is signed out: the sign-in page says what stays on this computer. */
export function keepForSignInPage(sentences: readonly string[]): void {
  stays = sentences;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the last sign-out left on this computer, in plain words. Empty before one. */
export function useStays(): readonly string[] {
  return useSyncExternalStore(subscribe, () => stays);
}
