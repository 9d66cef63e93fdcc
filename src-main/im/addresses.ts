import { jid } from '@xmpp/client';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';

/** A person's bare JID, lower case (RFC 7622); undefined for what is no `local@domain` address. */
export function bareAddress(address: string | undefined): string | undefined {
  if (address === undefined || address.length > 3071) return undefined;
  try {
    const bare = jid(address).bare();
    return bare.local === '' ? undefined : bare.toString();
  } catch {
    return undefined;
  }
}

/** The part behind the slash, or an empty text. */
export function resourceOf(address: string): string {
  const slash = address.indexOf('/');
  return slash < 0 ? '' : address.slice(slash + 1);
}

export function domainOf(address: string): string {
  return address.slice(address.indexOf('@') + 1).split('/', 1)[0] ?? '';
}

/** The bare JID of an address that a person named. @throws AppError `invalid` */
export function chatAddress(address: string): string {
  const bare = bareAddress(address);
  if (bare === undefined)
    throw new AppError('invalid', t('This is not a chat address. It looks like name@example.com.'));
  return bare;
}
