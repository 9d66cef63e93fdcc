/** The scheme of the window; registered as standard and secure, so that it has an origin and a microphone. */
export const windowScheme = 'parley';
const windowHost = 'app';

/** The page of the window. */
export const windowUrl = `${windowScheme}://${windowHost}/`;

/** The page of the window of incoming calls: the same bundle, told by its address to draw nothing else. */
export const incomingUrl = `${windowUrl}?window=incoming`;

/** A page that is to speak a language of its own. */
export function speaking(address: string, locale: string | undefined): string {
  if (locale === undefined) return address;
  return `${address}${address.includes('?') ? '&' : '?'}locale=${locale}`;
}

/** Whether an address is inside our own origin. Compared by its parts: Node knows no origin of our scheme. */
export function isOwnUrl(address: string): boolean {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return false;
  }
  return url.protocol === `${windowScheme}:` && url.host === windowHost && url.username === '' && url.port === '';
}
