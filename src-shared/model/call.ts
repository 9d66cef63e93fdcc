/**
 * States of a call as every view sees them; the transitions stand in src-main/calls/call-machine.ts.
 * `calling`: INVITE sent; `ringing`: the far end rings, or this computer rings for an incoming call;
 * `connecting`: answered here, 200 on its way; `connected`; `ended` stays in the list for a moment.
 */
export const callStates = ['calling', 'ringing', 'connecting', 'connected', 'ended'] as const;
export type CallState = (typeof callStates)[number];

/** What the device behind a call can do now; a control is shown only for what is named here. */
export const callCapabilities = ['answer', 'decline', 'hangUp', 'mute', 'dtmf', 'hold', 'transfer'] as const;
export type CallCapability = (typeof callCapabilities)[number];

/** Why a call ended, for words and for history. */
export const callEndReasons = [
  'hungUp',
  'remoteHungUp',
  'busy',
  'declined',
  'noAnswer',
  'notFound',
  'unavailable',
  'cancelled',
  'answeredElsewhere',
  'mediaFailed',
  'notAllowed',
  'network',
  'failed',
] as const;
export type CallEndReason = (typeof callEndReasons)[number];

export interface CallParty {
  /** As dialled or as received, without the host part where it is a number. */
  readonly number: string;
  readonly name?: string;
  /** E.164 where known. */
  readonly e164?: string;
  /** Bare JID where the directory knows one, for photo and presence. */
  readonly jid?: string;
}

export interface Call {
  readonly id: string;
  /** Which device carries the call. Another device comes with desk phone control. */
  readonly deviceId: string;
  readonly direction: 'in' | 'out';
  readonly state: CallState;
  readonly party: CallParty;
  readonly capabilities: readonly CallCapability[];
  readonly startedAtMs: number;
  readonly connectedAtMs?: number;
  readonly endedAtMs?: number;
  readonly endReason?: CallEndReason;
  /** Plain words beside the reason or during the call, for example that the microphone is refused. */
  readonly notice?: string;
  readonly muted: boolean;
  /** Media protected between this computer and the server by TLS signalling and SRTP. */
  readonly encrypted: boolean;
  readonly codec?: string;
}
