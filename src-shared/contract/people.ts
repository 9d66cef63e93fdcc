import { z } from 'zod';
import type { Contact, Person, SubscriptionRequest } from '../model/contact.ts';
import { ownPresenceStates } from '../model/presence.ts';
import type { OwnPresenceState, Presence } from '../model/presence.ts';
import { limits } from '../limits.ts';
import { callToMain, topic } from './define.ts';
import { bareJid, changed, id } from './shapes.ts';

export interface Roster {
  readonly state: 'loading' | 'ready';
  readonly contacts: readonly Contact[];
  readonly requests: readonly SubscriptionRequest[];
}

/** Own presence: what the person chose and what others see (a call shows as `onphone`). */
export interface OwnPresence {
  readonly chosen: OwnPresenceState;
  readonly shown: Presence['state'];
  readonly text: string;
}

export interface SearchAnswer {
  readonly people: readonly Person[];
  /** More matches exist than were sent. */
  readonly truncated: boolean;
  /** Why the directory was not asked or did not answer, in plain words. */
  readonly problem?: string;
}

export const people = {
  'roster.add': callToMain(
    z.object({
      jid: bareJid,
      name: z.string().trim().max(200),
      groups: z.array(z.string().trim().min(1).max(100)).max(10),
    }),
    changed,
  ),
  'roster.update': callToMain(
    z.object({
      jid: bareJid,
      name: z.string().trim().max(200),
      groups: z.array(z.string().trim().min(1).max(100)).max(10),
    }),
    changed,
  ),
  /** Asks a contact whose presence one does not see to show it. */
  'roster.askPresence': callToMain(z.object({ jid: bareJid }), changed),
  'roster.remove': callToMain(z.object({ jid: bareJid }), changed),
  'roster.approve': callToMain(z.object({ jid: bareJid }), changed),
  'roster.deny': callToMain(z.object({ jid: bareJid }), changed),
  'presence.set': callToMain(
    z.object({ state: z.enum(ownPresenceStates), text: z.string().trim().max(limits.customPresenceCharacters) }),
    changed,
  ),
  /** `cache` answers at once from this computer; `directory` asks the server too and may take seconds. */
  'people.search': callToMain(
    z.object({ query: z.string().max(limits.searchContextCharacters), scope: z.enum(['cache', 'directory']) }),
    z.custom<SearchAnswer>(),
  ),
  /** Card of one person, from the cache first, refreshed from the directory. */
  'people.card': callToMain(
    z.union([z.object({ id }), z.object({ jid: bareJid })]),
    z.object({ person: z.custom<Person>().nullable() }),
  ),
  /** Photo as a data URL (JPEG or PNG), null when there is none. */
  'people.photo': callToMain(
    z.union([z.object({ id }), z.object({ jid: bareJid })]),
    z.object({ dataUrl: z.string().nullable() }),
  ),
  /** A line in the search box as a dial string, or null when it is not one. Emergency numbers are never called by a link alone. */
  'people.dialable': callToMain(
    z.object({ text: z.string().max(255) }),
    z.object({ dial: z.string().nullable(), shown: z.string().nullable(), isEmergency: z.boolean() }),
  ),
} as const;

export const peopleTopics = {
  roster: topic(z.custom<Roster>()),
  ownPresence: topic(z.custom<OwnPresence>()),
} as const;
