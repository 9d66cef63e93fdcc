import { AppError } from '../../src-shared/errors.ts';
import { isVoiceCodec } from '../../src-shared/model/audio-codecs.ts';
import { t } from '../../src-shared/words.ts';
import type { LocalEncryption } from '../media-gateway/media-encryption.ts';
import type { MediaGatewaySessions, MediaSession, NegotiatedAudio } from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia, CallMediaFactory } from './call-media.ts';
import { encryptionRefusedWords, noCodecWords } from './media-words.ts';

/**
 * Media through the gateway: the far end sees plain RTP from this computer, the window speaks WebRTC to the gateway
 * over loopback. The offer needs no window, so that the INVITE leaves at once.
 */
export class GatewayMediaFactory implements CallMediaFactory {
  readonly #gateway: MediaGatewaySessions;
  readonly #window: WindowMedia;
  readonly #audioCodecs: () => readonly string[];
  readonly #encryption: LocalEncryption;

  constructor(
    gateway: MediaGatewaySessions,
    window: WindowMedia,
    audioCodecs: () => readonly string[],
    encryption: LocalEncryption,
  ) {
    this.#gateway = gateway;
    this.#window = window;
    this.#audioCodecs = audioCodecs;
    this.#encryption = encryption;
  }

  open(callId: string, localAddress: string): CallMedia {
    const session = this.#gateway.openSession({
      callId,
      localAddress,
      kinds: ['audio'],
      audioCodecs: this.#usableCodecs(),
      encryption: this.#encryption,
    });
    return new GatewayMedia(session, this.#gateway, this.#window, this.#encryption);
  }

  expectCalls(localAddress: string | undefined): void {
    this.#gateway.expectCalls(localAddress);
  }

  onDied(listener: (callIds: readonly string[]) => void): () => void {
    return this.#gateway.onDied(listener);
  }

  /** What the account wants and the window can, or the gateway for it. Throws AppError when that is no voice at all. */
  #usableCodecs(): readonly string[] {
    const wanted = this.#audioCodecs();
    const known = this.#window.codecs();
    const names = known?.filter(({ kind }) => kind === 'audio').map(({ name }) => name.toLowerCase());
    const { optionalCodecs } = this.#gateway;
    const usable = wanted.filter((name) => {
      if (!optional.has(name)) return names === undefined || names.includes(name.toLowerCase());
      return optionalCodecs.some((codec) => codec.name === name && codec.available);
    });
    if (!usable.some(isVoiceCodec)) throw new AppError('media', t(noCodecWords), wanted.join());
    return usable;
  }
}

/** Only by a library that the person installed. */
const optional: ReadonlySet<string> = new Set(['G729', 'iLBC', 'iSAC']);

class GatewayMedia implements CallMedia {
  readonly session: MediaSession;
  readonly path = 'gateway';
  #insisted = false;
  readonly #gateway: MediaGatewaySessions;
  readonly #window: WindowMedia;

  readonly #encryption: LocalEncryption;

  constructor(session: MediaSession, gateway: MediaGatewaySessions, window: WindowMedia, encryption: LocalEncryption) {
    this.#encryption = encryption;
    this.session = session;
    this.#gateway = gateway;
    this.#window = window;
  }

  /** Keys that travelled in the clear protect nothing (RFC 4568 section 8.3). */
  protects(audio: NegotiatedAudio | undefined): boolean {
    return audio?.srtpSuite !== undefined && this.#encryption.keysAreSecret;
  }

  wordsForRefusal(status: number): string | undefined {
    return this.#encryption.mode === 'required' && refusesDescription(status) ? t(encryptionRefusedWords) : undefined;
  }

  insists(status: number): boolean {
    const { mode, keysAreSecret } = this.#encryption;
    if (this.#insisted || mode !== 'offered' || !keysAreSecret || !refusesDescription(status)) return false;
    this.#insisted = true;
    this.session.requireEncryption();
    return true;
  }

  async connectWindow(): Promise<'connected'> {
    const { callId } = this.session;
    const wanted = { callId, kinds: ['audio' as const], path: 'gateway' as const, iceServers: [] };
    let offer = await this.#window.ask('media.offer', wanted);
    if ('legId' in offer) {
      if (await this.#attached(offer.legId)) return 'connected';
      offer = await this.#window.ask('media.offer', { ...wanted, fresh: true });
    }
    if ('legId' in offer) throw new AppError('media', t('The window gave no new leg.'), offer.legId);
    const { answerSdp } = await this.#gateway.connectRenderer(callId, offer.sdp);
    await this.#window.ask('media.answer', { callId, sdp: answerSdp });
    return 'connected';
  }

  /** False when the gateway does not know the warm leg: it started anew since. */
  async #attached(legId: string): Promise<boolean> {
    try {
      await this.#gateway.attach(this.session.callId, legId);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'notFound') return false;
      throw error;
    }
  }

  dtmf(digits: string): Promise<void> {
    return this.session.sendDtmf(digits);
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

/** RFC 3261 sections 21.4.26 and 21.6.4: the session as it was described is not acceptable. */
const refusesDescription = (status: number): boolean => status === 488 || status === 606;
