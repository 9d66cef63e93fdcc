/** What was written and not sent, by peer. Lives as long as the window. */
const drafts = new Map<string, string>();
const listeners = new Set<() => void>();

export function draftOf(peer: string): string {
  return drafts.get(peer) ?? '';
}

export function keepDraft(peer: string, text: string): void {
  if (draftOf(peer) === text) return;
  if (text === '') drafts.delete(peer);
  else drafts.set(peer, text);
  for (const listener of listeners) listener();
}

/** For useSyncExternalStore. */
export function onDraftChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
