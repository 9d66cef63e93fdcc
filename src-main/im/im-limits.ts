/** Numbers of the XMPP connection: unit in the name, reason beside it. Those of the product stand in src-shared/limits.ts. */
export const imLimits = {
  /** Largest element accepted from the server: a roster of thousands or a photo fits, a flood does not. */
  stanzaBytes: 1024 * 1024,
  /** Deepest nesting accepted; real stanzas stay below 20, and walks over an element are recursive. */
  stanzaDepth: 100,
  /** Bytes read ahead of the work; beyond it the socket is paused, so that TCP slows the sender. */
  readAheadBytes: 256 * 1024,
  /** Received data is worked through in pieces of this size (bytes), after each of which the time is looked at. */
  pieceBytes: 8 * 1024,
  /** Work on received data gives the loop back after this time (milliseconds). */
  sliceMs: 5,
  /** Everything from the first packet to the bound session; slow links with three TLS round trips fit. */
  handshakeMs: 15_000,
  /** How long the server may take over an acknowledgement before the link counts as dead (milliseconds). */
  ackTimeoutMs: 8_000,
  /** Acknowledgements are asked for at most once in this time (milliseconds), so that a burst costs one. */
  ackDelayMs: 50,
  /** Stanzas after which an acknowledgement is asked for at once. */
  ackEveryStanzas: 100,
  /** Stanzas that may wait for an acknowledgement; more wait in the outbox. */
  ackWindow: 500,
  /** Silence after which the link is probed (milliseconds); below the 5 minutes of common NAT tables. */
  keepAliveMs: 60_000,
  /** Answer to an iq (milliseconds). */
  iqTimeoutMs: 15_000,
  /** Iteration counts of SCRAM: the floor of RFC 7677 section 4, and a ceiling of a second or so of work. */
  scramMinIterations: 4_096,
  scramMaxIterations: 2_000_000,
  /** Messages per page of the server's archive; what servers commonly allow. */
  catchUpPageMessages: 100,
  /** Pages fetched after one connection: 100,000 messages; what is left comes with the next. */
  catchUpPages: 1_000,
  /** Pages of old messages at the first sign-in on this computer. */
  firstCatchUpPages: 3,
  /** Who appears offline gets nothing from the server; its archive is asked this often instead (milliseconds). */
  invisiblePollMs: 30_000,
  /** Rows of one transaction of received messages end after this time (milliseconds). */
  transactionMs: 10,
  /** `composing` is repeated by some clients and never ended by others: forgotten after this time (milliseconds). */
  typingMs: 30_000,
  /** Nothing typed for this long is a pause (milliseconds); XEP-0085 section 5.4 suggests 5 seconds. */
  composingMs: 5_000,
} as const;
