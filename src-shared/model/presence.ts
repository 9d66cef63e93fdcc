/**
 * Availability as people see it. `unknown` is not `offline`: it means that the server has not told us
 * (not subscribed, or chat is offline).
 */
export const presenceStates = ['available', 'busy', 'dnd', 'away', 'onphone', 'offline', 'unknown'] as const;
export type PresenceState = (typeof presenceStates)[number];

/** The states a person may choose. `offline` is "Appear offline". */
export const ownPresenceStates = ['available', 'busy', 'dnd', 'away', 'offline'] as const;
export type OwnPresenceState = (typeof ownPresenceStates)[number];

export interface Presence {
  readonly state: PresenceState;
  /** Free text that replaces the state word on a row. */
  readonly text?: string;
}
