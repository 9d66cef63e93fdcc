export interface ImapTiming {
  /** A command without an answer for this long: the server stands still (milliseconds). */
  readonly commandMs: number;
  /** The library's own watch on a silent socket; then it asks for a sign of life (milliseconds). */
  readonly silenceMs: number;
  /** Quiet time before the connection waits for news with IDLE (milliseconds). */
  readonly idleDelayMs: number;
}

export const defaultImapTiming: ImapTiming = { commandMs: 12_000, silenceMs: 60_000, idleDelayMs: 250 };
