import type { LocalAddress } from './via-identity.ts';

/** What a wire tells. `text` is one whole message. */
export interface WireListener {
  message(text: string): void;
  /** The server answered `ping`. */
  pong(): void;
  /** Something that is no SIP came in and was dropped, or the network said that a datagram was. */
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
  /**
   * Asks the far end of the connection for a sign of life below SIP: CRLF on streams (RFC 5626 section 4.4.1), a ping
   * frame on WebSockets (RFC 6455 section 5.5.2). Missing where there is none. Servers need not answer.
   */
  ping?(): void;
  /** Ends the wire and frees its socket; never rejects. Of a far end that `isDead` no answer is waited for. */
  close(isDead?: boolean): Promise<void>;
}

export type WireFactory = () => Wire;
