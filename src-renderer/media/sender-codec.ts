import type { CallInput } from '../../src-shared/contract/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import { matchingCodec } from './codecs.ts';
import { legWords } from './leg-words.ts';
import type {} from './webrtc-extensions.ts';

/** Parameters of the sender are set so often at most, and so many milliseconds later each time: half a second in all. */
const codecAttempts = 10;
const codecPauseMs = 10;
/** The parameters were not read, or do not know yet what was just agreed on. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof DOMException)) return false;
  return error.name === 'InvalidStateError' || error.name === 'InvalidModificationError';
}

/** What is sent; null: what offer and answer put first. */
export type Codec = CallInput<'media.start'>['codec'];

/**
 * The codec that a leg sends with, picked without renegotiation (W3C WebRTC Extensions,
 * RTCRtpEncodingParameters.codec). Before the answer nothing is negotiated: the wish is kept and applied then.
 */
export class SenderCodec {
  wish: Codec = null;
  readonly #peer: RTCPeerConnection;
  readonly #direct: boolean;
  #applying: Promise<void> = Promise.resolve();
  #closed = false;

  /** `direct`: over the real network; such a call sends what its own descriptions agreed on. */
  constructor(peer: RTCPeerConnection, direct: boolean) {
    this.#peer = peer;
    this.#direct = direct;
  }

  /**
   * One change after the other, and a refused one again: Chromium forgets now and then that the parameters were read,
   * more often on a busy computer, and the call would be silent. Rejects with AppError `unsupported` when the wish was
   * not negotiated.
   */
  apply(sender: RTCRtpSender | undefined): Promise<void> {
    const applying = this.#applying.then(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await this.#applyOnce(sender);
          return;
        } catch (error) {
          if (!isPassing(error) || this.#closed || attempt === codecAttempts) throw error;
          await new Promise((resolve) => setTimeout(resolve, attempt * codecPauseMs));
        }
      }
    });
    this.#applying = applying.catch(() => undefined);
    return applying;
  }

  /** Nothing is tried again. */
  close(): void {
    this.#closed = true;
  }

  async #applyOnce(sender: RTCRtpSender | undefined): Promise<void> {
    if (sender === undefined || this.#peer.signalingState !== 'stable') return;
    // Also `stable` is what it is before its offer is made.
    if (this.#peer.currentRemoteDescription === null) return;
    const parameters = sender.getParameters();
    const encoding = parameters.encodings[0];
    if (encoding === undefined) return;
    if (this.#direct) encoding.networkPriority = 'high';
    else if (this.wish !== null) {
      const codec = matchingCodec(parameters.codecs, this.wish);
      if (codec === undefined) {
        throw new AppError('unsupported', legWords('noCodec'), `${this.wish.name}/${this.wish.clockRateHz}`);
      }
      const { mimeType, clockRate, channels, sdpFmtpLine } = codec;
      // The first one is sent anyway; Chromium refuses to be told so where the far end wrote parameters of its own.
      if (codec === parameters.codecs[0]) delete encoding.codec;
      else {
        encoding.codec = {
          mimeType,
          clockRate,
          ...(channels === undefined ? {} : { channels }),
          ...(sdpFmtpLine === undefined ? {} : { sdpFmtpLine }),
        };
      }
    }
    await sender.setParameters(parameters);
  }
}
