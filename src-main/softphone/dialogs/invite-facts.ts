import type { Invitation } from 'sip.js';
import { callerIdentity } from '../caller-identity.ts';
import type { CallerIdentity } from '../caller-identity.ts';
import { headerValues, parseSipMessage } from '../sip-message.ts';
import { assertedParty } from './asserted-party.ts';
import { diversionOf } from './diversion.ts';
import type { Diversion } from './diversion.ts';

/** What an INVITE says of the call beyond its session. */
export interface InviteFacts {
  readonly caller: CallerIdentity;
  readonly diverted?: Diversion;
}

/** Reads an incoming INVITE. What the network asserts of the caller goes before what the caller writes. */
export function inviteFacts(invitation: Invitation, ownDomain: string): InviteFacts {
  const message = parseSipMessage(invitation.request.data);
  const claimed = callerIdentity(invitation.remoteIdentity, undefined, ownDomain);
  if (message === undefined) return { caller: claimed };
  const asserted = assertedParty(message, ownDomain);
  const diverted = diversionOf(headerValues(message, 'diversion'), headerValues(message, 'history-info'), ownDomain);
  return {
    caller: { ...claimed, ...asserted },
    ...(diverted === undefined ? {} : { diverted }),
  };
}
