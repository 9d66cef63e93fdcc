import type { CallForward } from '../../src-shared/contract/calls.ts';
import type { DivertReason } from './call-device.ts';

/** What becomes of a call that comes in. */
export type IncomingRuling =
  | { readonly kind: 'ring'; readonly sendOn?: SendOn }
  | { readonly kind: 'answer' }
  | { readonly kind: 'divert'; readonly target: string; readonly reason: DivertReason }
  /** `isSentOn`: the phone server, which hears that this person is busy, sends the caller on. */
  | { readonly kind: 'refuse'; readonly isSentOn?: true };

/** Where a call goes that nobody answers. */
export interface SendOn {
  readonly target: string;
  readonly afterS: number;
}

export interface IncomingSituation {
  readonly doNotDisturb: boolean;
  readonly forward: CallForward;
  /** Where calls of a busy line go is known to the phone server: it waits to hear of it. */
  readonly serverSendsBusyOn: boolean;
  /** The settings let a caller ask for it. */
  readonly autoAnswer: boolean;
  /** This person chose "Do not disturb" as presence: calls ring without a sound, and no microphone opens by itself. */
  readonly quiet: boolean;
  /** The caller asks to be answered without a hand. */
  readonly wantsAnswer: boolean;
  /** A call has this person's attention. */
  readonly busy: boolean;
  /** There is no room for another call. */
  readonly full: boolean;
  /** Emergency services that call back (RFC 7090) pass everything. */
  readonly fromEmergency: boolean;
  /**
   * This person called emergency services a short time ago. Few networks mark the call-back, and its number is mostly
   * another one than was called: no rule keeps any caller away. Asked for only where one would.
   */
  readonly expectsCallBack: () => boolean;
}

/**
 * The rules of a desk phone, in this order: emergency services ring always, and for a time after a call to them
 * everybody does; all calls are sent on; do not disturb refuses; a busy or full line sends on or refuses; a caller who
 * may is answered; the rest rings.
 */
export function rulingOf(situation: IncomingSituation): IncomingRuling {
  if (situation.fromEmergency) return { kind: 'ring' };
  const ruling = rulingByRules(situation);
  const ringsHere = ruling.kind === 'answer' || (ruling.kind === 'ring' && ruling.sendOn === undefined);
  return ringsHere || situation.full || !situation.expectsCallBack() ? ruling : { kind: 'ring' };
}

function rulingByRules(situation: IncomingSituation): IncomingRuling {
  const { forward, busy, full } = situation;
  if (forward.always !== undefined) return { kind: 'divert', target: forward.always, reason: 'unconditional' };
  if (situation.doNotDisturb) {
    return forward.busy === undefined
      ? { kind: 'refuse' }
      : { kind: 'divert', target: forward.busy, reason: 'do-not-disturb' };
  }
  if ((busy || full) && forward.busy !== undefined) {
    return { kind: 'divert', target: forward.busy, reason: 'user-busy' };
  }
  if ((busy || full) && situation.serverSendsBusyOn) return { kind: 'refuse', isSentOn: true };
  if (full) return { kind: 'refuse' };
  if (situation.wantsAnswer && situation.autoAnswer && !busy && !situation.quiet) return { kind: 'answer' };
  return {
    kind: 'ring',
    ...(forward.noAnswer === undefined ? {} : { sendOn: forward.noAnswer }),
  };
}
