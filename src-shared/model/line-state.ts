/**
 * What a colleague's phone does, as the phone server tells it (RFC 4235). `ringing`: somebody calls them; `held`: they
 * put their only call on hold, and the server says so; `unknown`: the server tells nothing, which is not `idle`.
 */
export const lineStateKinds = ['idle', 'ringing', 'inUse', 'held', 'unknown'] as const;
export type LineState = (typeof lineStateKinds)[number];

export interface WatchedLineState {
  /** Bare JID of the contact. */
  readonly jid: string;
  readonly state: LineState;
  /** The call that rings there can be taken from here. */
  readonly canTake?: true;
}

/** Messages that wait at the phone server (RFC 3842), told by it; absent counts are not known. */
export interface WaitingMessages {
  readonly waiting: boolean;
  readonly newCount?: number;
  readonly oldCount?: number;
}

export interface LineStates {
  /** Contacts whose phone is watched. */
  readonly lines: readonly WatchedLineState[];
  /** Absent: the phone server tells nothing of it. */
  readonly messages?: WaitingMessages;
}
