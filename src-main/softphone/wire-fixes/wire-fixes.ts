import type { SipMessage } from '../sip-message.ts';
import { keepBestChallenge } from './best-challenge.ts';
import { withoutGruu } from './no-gruu.ts';
import { fixSipsRequestUri } from './sips-request-uri.ts';
import { fixTelIdentities } from './tel-identity.ts';
import { fixUnquotedNames } from './unquoted-name.ts';
import { fixUserlessRequestUri } from './userless-request-uri.ts';

/**
 * What real servers send and SIP.js does not take, mended in this order before SIP.js sees it.
 * `contactUser` is the user part of our Contact.
 */
export function mendIncoming(message: SipMessage, contactUser: string): SipMessage {
  const steps: readonly ((message: SipMessage) => SipMessage)[] = [
    fixSipsRequestUri,
    (current) => fixUserlessRequestUri(current, contactUser),
    fixTelIdentities,
    fixUnquotedNames,
    keepBestChallenge,
  ];
  return steps.reduce((current, step) => step(current), message);
}

/** What SIP.js sends and servers do not take well. */
export function mendOutgoing(message: SipMessage): SipMessage {
  return withoutGruu(message);
}
