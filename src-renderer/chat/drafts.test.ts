import { beforeEach, describe, expect, test, vi } from 'vitest';
import type * as Drafts from './drafts.ts';

const bob = 'bob@example.com';

/** The module anew, as after a reload of the page. */
async function reload(): Promise<typeof Drafts> {
  vi.resetModules();
  return await import('./drafts.ts');
}

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  return () => {
    vi.unstubAllGlobals();
  };
});

describe('a draft', () => {
  test('is of one account, and comes back with it', async () => {
    const drafts = await reload();
    drafts.showDraftsOf('alice');
    drafts.keepDraft(bob, 'half a sentence');
    drafts.showDraftsOf('carol');
    expect(drafts.draftOf(bob)).toBe('');
    drafts.showDraftsOf('alice');
    expect(drafts.draftOf(bob)).toBe('half a sentence');
  });

  test('outlives a reload, until it is sent', async () => {
    let drafts = await reload();
    drafts.showDraftsOf('alice');
    drafts.keepDraft(bob, 'half a sentence');
    drafts = await reload();
    drafts.showDraftsOf('alice');
    expect(drafts.draftOf(bob)).toBe('half a sentence');
    drafts.keepDraft(bob, '');
    drafts = await reload();
    drafts.showDraftsOf('alice');
    expect(drafts.draftOf(bob)).toBe('');
  });

  test('goes with its account', async () => {
    let drafts = await reload();
    drafts.showDraftsOf('alice');
    drafts.keepDraft(bob, 'half a sentence');
    drafts.forgetDrafts('alice');
    expect(drafts.draftOf(bob)).toBe('');
    drafts = await reload();
    drafts.showDraftsOf('alice');
    expect(drafts.draftOf(bob)).toBe('');
  });

  test('that is stored as nonsense is none', async () => {
    sessionStorage.setItem('parley.drafts.alice', '{"bob@example.com":5,"x');
    const drafts = await reload();
    drafts.showDraftsOf('alice');
    expect(drafts.draftOf(bob)).toBe('');
  });
});
