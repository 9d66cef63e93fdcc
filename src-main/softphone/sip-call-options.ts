import type { Invitation, Inviter, Referral } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import type { DigitMode } from '../account/account-config.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import type { Afterwards } from '../core/afterwards.ts';
import type { Logger } from '../core/log.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia } from './call-media.ts';
import type { HeldInvites } from './held-invites.ts';
import type { CallDialogs } from './dialogs/call-dialogs.ts';
import type { SipCall } from './sip-call.ts';

/** What a call of the softphone is built from. */
export interface SipCallOptions {
  readonly callId: string;
  readonly media: CallMedia;
  readonly window: WindowMedia;
  readonly clock: Clock;
  readonly log: Logger;
  /** For what can wait until the far end has had its word. */
  readonly afterwards: Pick<Afterwards, 'run' | 'hold'>;
  readonly dialogs: CallDialogs;
  /** Where the INVITE of a call waits that was announced only. */
  readonly held: HeldInvites;
  /** A session to an address that a 3xx names; undefined when that cannot be called. */
  readonly redirect: (uri: string) => Inviter | undefined;
  /** The same call once more, with what the dialog has learned from a refusal. */
  readonly again: (session: Inviter) => Inviter | undefined;
  /** Own address of record, `sip:user@domain`. */
  readonly aor: string;
  /** As the account is set now: it may change while the call runs. */
  readonly digitMode: () => DigitMode;
  readonly addressOf: (target: DialTarget) => string;
  /** The far end transfers us. */
  readonly onRefer: (call: SipCall, session: Inviter | Invitation, referral: Referral) => void;
  /** Told once, when the call is over for good. */
  readonly onOver: () => void;
}
