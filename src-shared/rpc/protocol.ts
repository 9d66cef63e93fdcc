import type { AppErrorData } from '../errors.ts';

/**
 * What travels inside birpc, the same in both directions and on every wire. Expected failures are values:
 * birpc's own error channel is never used for them, so that no stack or text of a bug leaks.
 */
export type Envelope =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: AppErrorData };

/** Functions that main offers to the window. */
export interface MainFunctions {
  call(name: string, input: unknown): Promise<Envelope>;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** The window has applied this revision; only then is the next one sent. */
  topicAck(topic: string, revision: number): void;
  /** The window has applied every event up to and including this number. */
  eventAck(sequence: number): void;
}

/** Functions that the window offers to main. */
export interface RendererFunctions {
  call(name: string, input: unknown): Promise<Envelope>;
  topic(name: string, revision: number, snapshot: unknown): void;
  event(name: string, sequence: number, payload: unknown): void;
  /** Events were dropped because this window was too slow: re-page what is shown. */
  gap(): void;
}

/** What came in is not of this protocol. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtocolError';
  }
}

/**
 * Parses one message of the wire and refuses what birpc would stumble over.
 * Throws ProtocolError on anything that is not a request or an answer of its protocol.
 */
export function parseMessage(text: string): unknown {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    // The text of JSON.parse's error repeats what came in, which may be a secret.
    throw new ProtocolError('not JSON');
  }
  if (typeof message !== 'object' || message === null || !('t' in message)) throw new ProtocolError('not a message');
  const isRequest =
    message.t === 'q' && 'm' in message && typeof message.m === 'string' && 'a' in message && Array.isArray(message.a);
  const isAnswer = message.t === 's' && 'i' in message && typeof message.i === 'string';
  if (!isRequest && !isAnswer) throw new ProtocolError('not a request or an answer');
  return message;
}
