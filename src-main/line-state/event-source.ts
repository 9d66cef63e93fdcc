/** A SUBSCRIBE (RFC 6665) as whoever wants to know something asks for it. */
export interface EventRequest {
  /** `sip:user@host`, or the person's own address of record. */
  readonly target: string;
  /** Event package, for example `dialog`. */
  readonly event: string;
  /** Media type of the notifications. */
  readonly accept: string;
  readonly expiresS: number;
}

/** Hears one subscription. After `ended` nothing more is told. */
export interface EventListener {
  /** The server tells the state of an active subscription; an empty body: there is nothing to tell of. */
  notified(body: string): void;
  /** The server took the subscription or its renewal, for so long. */
  accepted(expiresS: number): void;
  /** It is over: refused with this status, ended by the server (0), or not answered (408). */
  ended(end: EventEnd): void;
}

export interface EventEnd {
  /** SIP status of the refusal; 408 without an answer; 0 when the server ended it. */
  readonly status: number;
  /** The server asks to wait this long before the next try. */
  readonly retryAfterS?: number;
  /** Why the server ended it (RFC 6665 section 4.1.3), for example `noresource`. */
  readonly reason?: string;
}

/** One subscription as it is controlled. */
export interface EventSubscription {
  /** Asks for it to last on, and for the whole state anew. */
  refresh(): void;
  /** Ends it without waiting. Nothing is told any more. */
  stop(): void;
}

/** What can be subscribed to, over the one connection to the phone server. */
export interface EventSource {
  /** Undefined while there is no line. */
  subscribe(request: EventRequest, listener: EventListener): EventSubscription | undefined;
  /** Whether there is a line now, and which one: a new connection has the next number; undefined: none. */
  readonly connection: number | undefined;
  onConnectionChanged(listener: () => void): () => void;
  /** NOTIFY that nobody subscribed to (RFC 3842 section 3.5 in older servers). */
  onUnsolicited(listener: (event: string, body: string) => void): () => void;
}
