/**
 * States of a call as every view sees them; the transitions stand in src-main/calls/call-machine.ts.
 * `calling`: INVITE sent; `ringing`: the far end rings, or this computer rings for an incoming call;
 * `connecting`: answered here, 200 on its way; `connected`; `held`: this person put it on hold; `ended` stays in the
 * list for a moment. At most one call, or one conference, has this person's attention.
 */
export const callStates = ['calling', 'ringing', 'connecting', 'connected', 'held', 'ended'] as const;
export type CallState = (typeof callStates)[number];

/** What the device behind a call can do now; a control is shown only for what is named here. */
export const callCapabilities = [
  'answer',
  'decline',
  /** The call rings on, but not here. */
  'ignore',
  /** Sends a ringing call to another number. */
  'divert',
  'hangUp',
  'mute',
  'dtmf',
  'hold',
  'resume',
  'transfer',
  /** Can be mixed with another call. */
  'conference',
  /** Can leave its conference. */
  'split',
  'park',
  'record',
] as const;
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
  /** Handed over to somebody else; who did it (this person or the far end) is said by `notice`. */
  'transferred',
  /** Sent on while it rang, by this person or by a rule of theirs. */
  'diverted',
  'mediaFailed',
  'notAllowed',
  'network',
  'failed',
] as const;
export type CallEndReason = (typeof callEndReasons)[number];

export interface CallParty {
  /** As typed, or as the lookup rules show the number of a caller; without the host part where it is a number. */
  readonly number: string;
  readonly name?: string;
  /** E.164 where known. */
  readonly e164?: string;
  /** Bare JID where the directory knows one, for photo and presence. */
  readonly jid?: string;
}

/** A transfer that is under way, or the one that failed last. It ends with the call when it succeeds. */
export interface CallTransfer {
  readonly kind: 'blind' | 'attended';
  /** As people read it: a name or a number. */
  readonly target: string;
  readonly state: 'asking' | 'trying' | 'ringing' | 'failed';
  /** Nothing was heard of it for a while, while it is under way: the far end may not tell how it ends. */
  readonly quiet?: true;
  /** Plain words of a failure: what happened and where the call is now. */
  readonly message?: string;
}

/** Who sent a call on before it came here (Diversion, RFC 5806; History-Info, RFC 7044). */
export interface CallDiversion {
  readonly name?: string;
  readonly number: string;
  /** The reason as the header has it, for example `no-answer`. */
  readonly reason?: string;
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
  /** Since when it is on hold; only while it is. */
  readonly heldAtMs?: number;
  readonly endReason?: CallEndReason;
  /** Plain words beside the reason or during the call, for example that the microphone is refused. */
  readonly notice?: string;
  readonly muted: boolean;
  /** The far end put this person on hold. */
  readonly farHolds: boolean;
  /** Ignored: it rings on elsewhere, no longer here. */
  readonly silenced: boolean;
  readonly recording: boolean;
  /** Emergency services call back, or may be the ones who do: it rings whatever the presence and rules say. */
  readonly fromEmergency?: true;
  /** Answered by this program because the caller asked for it and the settings allow it. */
  readonly autoAnswered?: boolean;
  /** Calls with the same id are mixed in the window. */
  readonly conferenceId?: string;
  readonly transfer?: CallTransfer;
  /** Id of the held call that this person asks about in this one. */
  readonly consultsFor?: string;
  /** Id of the call whose place this one takes, because the far end transferred this person. */
  readonly replaces?: string;
  readonly diverted?: CallDiversion;
  /** Placed for a call that others have or for a code of the phone server, not to talk to whoever was dialled. */
  readonly isService?: true;
  /** What went to the server after the dialling rules, or came from it before the lookup rules; only where it is another number. */
  readonly dialled?: string;
  /** Media protected between this computer and the server by TLS signalling and SRTP. */
  readonly encrypted: boolean;
  readonly codec?: string;
}
