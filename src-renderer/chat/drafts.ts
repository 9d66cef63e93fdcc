/** What was written and not sent, by peer, of the account that is shown. */
let drafts = new Map<string, string>();
let account: string | undefined;
const listeners = new Set<() => void>();

/** Kept with the window, so that a reload loses nothing; it ends with the window. */
const keyOf = (accountId: string) => `parley.drafts.${accountId}`;

/** From now on the drafts are those of this account; nobody sees those of another. */
export function showDraftsOf(accountId: string | undefined): void {
  if (account === accountId) return;
  account = accountId;
  drafts = accountId === undefined ? new Map<string, string>() : readDrafts(accountId);
  tell();
}

export function draftOf(peer: string): string {
  return drafts.get(peer) ?? '';
}

export function keepDraft(peer: string, text: string): void {
  if (draftOf(peer) === text) return;
  if (text === '') drafts.delete(peer);
  else drafts.set(peer, text);
  if (account !== undefined) writeDrafts(account);
  tell();
}

/** Nothing of the account is to stay on this computer. */
export function forgetDrafts(accountId: string): void {
  sessionStorage.removeItem(keyOf(accountId));
  if (account !== accountId) return;
  drafts = new Map();
  tell();
}

/** For useSyncExternalStore. */
export function onDraftChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}

function readDrafts(accountId: string): Map<string, string> {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(keyOf(accountId)) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return new Map();
    return new Map(Object.entries(stored).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return new Map();
  }
}

function writeDrafts(accountId: string): void {
  try {
    sessionStorage.setItem(keyOf(accountId), JSON.stringify(Object.fromEntries(drafts)));
  } catch {
    // The storage is full: this draft lives as long as the page.
  }
}
