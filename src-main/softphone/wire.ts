import type { LocalAddress } from './via-identity.ts';

/** What a wire tells. `text` is one whole message; keep-alives stay inside the wire. */
export interface WireListener {
  message(text: string): void;
  /** Something that is no SIP came in and was dropped. */
  dropped(why: string): void;
  /** The wire is gone; only after `open` resolved, at most once, and not after `close`. */
  closed(error: Error): void;
}

/**
 * One way to carry SIP messages to one server: UDP, TCP, TLS, WebSocket, or a fake in tests.
 * A wire is opened once; a new connection is a new wire.
 */
export interface Wire {
  /** The transport as Via names it (RFC 3261 section 20.42, RFC 7118 section 5.2). */
  readonly protocol: 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS';
  /** True when messages can get lost, so that they have to be repeated (RFC 3261 section 17). */
  readonly unreliable: boolean;
  /** True when our address stands in Via and Contact; over WebSocket a placeholder does. */
  readonly addressed: boolean;
  /** Connects. Rejects with an error whose message is fit for "Copy details". */
  open(listener: WireListener): Promise<LocalAddress>;
  send(text: string): Promise<void>;
  /** Ends the wire and frees its socket; never rejects. */
  close(): Promise<void>;
}

export type WireFactory = () => Wire;
