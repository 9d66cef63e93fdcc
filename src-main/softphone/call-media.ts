import type { MediaSession, NegotiatedAudio } from '../media-gateway/media.ts';

/**
 * The media of one call: its SIP side (offer and answer) and its window side (microphone and speaker). Two ways
 * implement it: through the media gateway (plain RTP) and directly (DTLS-SRTP from the window).
 */
export interface CallMedia {
  /** What SIP negotiates with (RFC 3264). */
  readonly session: MediaSession;
  /** `gateway`: plain RTP from this computer; `direct`: DTLS-SRTP from the window. */
  readonly path: 'gateway' | 'direct';
  /**
   * True when nobody between this computer and the server can listen: the sound is SRTP, and its keys came over
   * encrypted signalling. What happens behind the server nobody here knows.
   */
  protects(audio: NegotiatedAudio | undefined): boolean;
  /** Words when the far end's refusal (a SIP status) most likely means that it does not encrypt as we insist. */
  wordsForRefusal(status: number): string | undefined;
  /**
   * After a refusal with this status: true when it is worth another try that insists on encryption, which the next
   * offer then does. Phones that take nothing but RTP/SAVP refuse the opportunistic offer of RFC 8643.
   */
  insists(status: number): boolean;
  /**
   * Brings up the window's leg, or brings it up again after a reload or a loss. `later`: the leg comes with the answer
   * to the far end's offer. `reoffer`: the far end has to be asked anew (re-INVITE) before sound flows. Rejects with
   * AppError.
   */
  connectWindow(): Promise<'connected' | 'later' | 'reoffer'>;
  dtmf(digits: string): Promise<void>;
  close(): Promise<void>;
}

export interface CallMediaFactory {
  /** Cheap; nothing happens before the first offer, answer or `connectWindow`. */
  open(callId: string, localAddress: string): CallMedia;
  /** The next calls use this address of this computer; undefined: there will be none. What can be made ready is. */
  expectCalls(localAddress: string | undefined): void;
  /** The media process died: these calls need a new offer and a new window leg. */
  onDied(listener: (callIds: readonly string[]) => void): () => void;
}
