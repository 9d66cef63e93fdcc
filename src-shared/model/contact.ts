import type { Presence } from './presence.ts';

export const phoneNumberKinds = ['work', 'mobile', 'home', 'other'] as const;
export type PhoneNumberKind = (typeof phoneNumberKinds)[number];

export interface PhoneNumber {
  readonly kind: PhoneNumberKind;
  /** As the source wrote it, digits without any grouping as people write them; this is what a person sees. */
  readonly shown: string;
  /** E.164 with leading "+", where it can be derived. */
  readonly e164?: string;
}

/** RFC 6121 section 2.1.2.5. */
export const subscriptionStates = ['none', 'to', 'from', 'both'] as const;
export type SubscriptionState = (typeof subscriptionStates)[number];

/** One entry of the roster (RFC 6121 section 2). */
export interface Contact {
  /** Bare JID, lower case: the key. */
  readonly jid: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly subscription: SubscriptionState;
  /** We asked for the subscription and wait for approval. */
  readonly pendingOut: boolean;
  readonly presence: Presence;
}

/** True for a contact whose presence one does not see and has not asked for: after "Allow", a refusal, or an end. */
export function mayAskPresence({ subscription, pendingOut }: Pick<Contact, 'subscription' | 'pendingOut'>): boolean {
  return !pendingOut && (subscription === 'none' || subscription === 'from');
}

/** Somebody who asks to see our presence. */
export interface SubscriptionRequest {
  readonly jid: string;
  readonly name?: string;
  readonly receivedAtMs: number;
}

export const personSources = ['contacts', 'directory', 'recent'] as const;
export type PersonSource = (typeof personSources)[number];

/** A person as search and contact cards show one: merged from roster, directory cache and directory. */
export interface Person {
  /** Stable within its source: directory DN hash, or `jid:` + bare JID. */
  readonly id: string;
  readonly source: PersonSource;
  readonly name: string;
  readonly jid?: string;
  readonly mail?: string;
  readonly title?: string;
  readonly department?: string;
  readonly company?: string;
  readonly office?: string;
  readonly numbers: readonly PhoneNumber[];
  readonly hasPhoto: boolean;
}
