/**
 * Every limit of the product: unit in the name, reason beside it.
 * Administrators may change those that a policy key exists for; the rest are the product's own.
 */
export const limits = {
  /** Rows kept per history tab (Chats, Voice Messages, Calls): a list to act on, not an archive. */
  historyRowsPerTab: 50,
  /** Roster size: the presence traffic and the list stay within what a person can oversee. */
  contacts: 200,
  /** Presence of everybody in a room is fanned out to everybody. */
  roomParticipants: 100,
  roomHistoryMessages: 100,
  /** Search bases of the directory: each costs a query per search. */
  ldapSearchBases: 5,
  /** Characters of the LDAP search context field, as existing deployments limit it. */
  searchContextCharacters: 255,
  customPresenceStates: 4,
  customPresenceCharacters: 64,
  /** Characters of one chat message; servers commonly refuse stanzas above 256 kB. */
  chatMessageCharacters: 20_000,
  /** Messages in one page of a conversation. */
  chatPageMessages: 100,
  /** People that one search answer shows. */
  searchResults: 50,
  /** Requests to the window have this deadline (milliseconds): a frozen window must not hold a call. */
  rendererCallDeadlineMs: 3_000,
  /** Calls from the window have this deadline (milliseconds); signing in over slow links is the longest. */
  mainCallDeadlineMs: 30_000,
  /** A topic is sent at most once in this time (milliseconds), on average. */
  topicIntervalMs: 50,
  /** Snapshots of a topic that may go out faster after a quiet time: the steps of a call follow closely. */
  topicBurst: 4,
  /** Bytes of events a slow window may leave unacknowledged before they are dropped and the gap is flagged. */
  eventBacklogBytes: 512 * 1024,
  /** A window that reloads may take the media lease back within this time (milliseconds). */
  leaseReclaimMs: 10_000,
  /** Ended calls stay in the list with their reason (milliseconds). */
  endedCallLingerMs: 3_000,
  /** A call that this computer answers by itself is announced so long before the microphone opens (milliseconds). */
  autoAnswerNoticeMs: 800,
  /** After an emergency call its call-back has to get through, and comes from any number: so long every call rings. */
  emergencyCallBackMs: 30 * 60_000,
  /** Rows of one store transaction, so that the service process never blocks for long. */
  transactionRows: 200,
  /** A call that a press announces is not expected any more after this time (milliseconds). */
  preparedCallMs: 3_000,
  /** Simultaneous calls on the one line. */
  calls: 8,
  /** Microphones, speakers or ringers that a person ranks. */
  rankedDevices: 8,
} as const;
