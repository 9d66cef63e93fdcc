import type { SipMessage } from '../sip-message.ts';
import { withAllowedMethods } from './allowed-methods.ts';
import { keepBestChallenge } from './best-challenge.ts';
import { fixBareReferTo } from './bare-refer-to.ts';
import { unwrapMultipart } from './multipart.ts';
import { withoutGruu } from './no-gruu.ts';
import { withoutRegistrationParts } from './registration-only.ts';
import { fixOddContact } from './odd-contact.ts';
import { fixForeignRequestUri } from './foreign-request-uri.ts';
import { withSecureContact } from './secure-contact.ts';
import { fixTelIdentities } from './tel-identity.ts';
import { fixUnquotedNames } from './unquoted-name.ts';
import { fixUserlessRequestUri } from './userless-request-uri.ts';

/**
 * What real servers send and SIP.js does not take, mended in this order before SIP.js sees it.
 * `contactUser` is the user part of our Contact.
 */
export function mendIncoming(message: SipMessage, contactUser: string): SipMessage {
  const steps: readonly ((message: SipMessage) => SipMessage)[] = [
    (current) => fixForeignRequestUri(current, contactUser),
    (current) => fixUserlessRequestUri(current, contactUser),
    fixTelIdentities,
    fixBareReferTo,
    fixUnquotedNames,
    fixOddContact,
    unwrapMultipart,
    keepBestChallenge,
  ];
  return steps.reduce((current, step) => step(current), message);
}

/** What SIP.js sends and servers do not take well. */
export function mendOutgoing(message: SipMessage): SipMessage {
  return withSecureContact(withAllowedMethods(withoutRegistrationParts(withoutGruu(message))));
}
