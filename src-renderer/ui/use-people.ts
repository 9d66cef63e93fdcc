import { useCallback, useEffect, useSyncExternalStore } from 'react';
import type { Contact } from '../../src-shared/model/contact.ts';
import { usePhotoCache, useTopic } from '../bridge/client-context.tsx';
import type { PhotoKey } from './photo-cache.ts';

/** The photo of a person as a data URL; null when there is none, undefined while it is not known. */
export function usePhoto(key: PhotoKey | undefined): string | null | undefined {
  const cache = usePhotoCache();
  const read = useCallback(() => (key === undefined ? null : cache.peek(key)), [cache, key]);
  const photo = useSyncExternalStore(cache.subscribe, read);
  useEffect(() => {
    if (key !== undefined) cache.want(key);
  });
  return photo;
}

const byJid = new WeakMap<readonly Contact[], ReadonlyMap<string, Contact>>();

/** The roster by bare JID, built once for each snapshot. */
export function contactsByJid(contacts: readonly Contact[]): ReadonlyMap<string, Contact> {
  let map = byJid.get(contacts);
  if (map === undefined) {
    map = new Map(contacts.map((contact) => [contact.jid, contact]));
    byJid.set(contacts, map);
  }
  return map;
}

/** The contact with this bare JID, if the roster has one. */
export function useContact(jid: string | undefined): Contact | undefined {
  const roster = useTopic('roster');
  if (jid === undefined || roster === undefined) return undefined;
  return contactsByJid(roster.contacts).get(jid);
}
