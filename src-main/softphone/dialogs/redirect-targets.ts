import { addressParameters, addressUri, splitHeaderList } from '../header-list.ts';

/**
 * Where a 3xx sends a call (RFC 3261 section 8.1.3.4): the addresses of its Contacts, those of the highest `q` first
 * (section 20.10), each once. What cannot be called is left out.
 */
export function redirectTargets(contactHeaders: readonly string[]): readonly string[] {
  const ranked = contactHeaders.flatMap(splitHeaderList).map((value) => {
    const q = Number(addressParameters(value).get('q') ?? 1);
    return { uri: addressUri(value).replace(/\?.*$/, ''), q: Number.isFinite(q) ? q : 0 };
  });
  const callable = ranked.filter(({ uri }) => /^(sips?|tel):[^\s<>"]+$/i.test(uri));
  const sorted = callable.sort((one, other) => other.q - one.q).map(({ uri }) => uri);
  return [...new Set(sorted)];
}
