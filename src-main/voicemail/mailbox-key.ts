import type { VoicemailConfig } from '../account/account-config.ts';
import { formatServer } from '../core/server-list.ts';

/** What tells one mailbox from all others: whose it is, what it is called, and where. Ids of messages count within it only. */
export function mailboxKey({ user, mailbox, servers }: Pick<VoicemailConfig, 'user' | 'mailbox' | 'servers'>): string {
  return JSON.stringify([user, mailbox, servers.map(formatServer).sort()]);
}
