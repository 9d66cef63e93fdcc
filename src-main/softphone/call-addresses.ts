import { Grammar } from 'sip.js';
import type { URI } from 'sip.js';
import { AppError } from '../../src-shared/errors.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { PhoneConfig } from '../account/account-config.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import { domainOf } from './make-wire.ts';

/** The SIP address of what a person dials, at our own server where it is a number; throws AppError `invalid`. */
export function addressOf(target: DialTarget, { aor }: Pick<PhoneConfig, 'aor'>): string {
  const address = target.kind === 'uri' ? target.dialled : addressOfNumber(target.dialled, aor);
  uriOf(address);
  return address;
}

/** RFC 3261 section 25.1 `user`: `#` has to be escaped. */
export function addressOfNumber(number: string, aor: string): string {
  return `sip:${number.replaceAll('#', '%23')}@${domainOf(aor)}`;
}

/** Throws AppError `invalid`. */
export function uriOf(address: string): URI {
  const uri = Grammar.URIParse(address);
  if (uri === undefined) throw new AppError('invalid', t('That address cannot be called. Check how it is written.'));
  return uri;
}

/** RFC 5630 section 5.1: a `sips:` address is never called over a connection that is not TLS. */
export function isReachable({ scheme }: URI, { transport }: Pick<PhoneConfig, 'transport'>): boolean {
  return scheme.toLowerCase() !== 'sips' || transport === 'tls' || transport === 'wss';
}

export const onlyEncryptedWords = msg(
  'An address that begins with sips: is only called over an encrypted connection, and the one to your phone server is not. Type it with sip: to call it all the same, or ask your administrator for TLS.',
);
