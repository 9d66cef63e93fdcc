import { useSyncExternalStore } from 'react';

/** The last request that failed without a place of its own to say so, mostly about a call, in words, until it is dismissed or the next one works. */
let problem: string | undefined;
const listeners = new Set<() => void>();

export function setCallProblem(words: string | undefined): void {
  if (problem === words) return;
  problem = words;
  for (const listener of listeners) listener();
}

export function useCallProblem(): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => problem,
  );
}
