import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { CallInput, RendererHandlers } from '../../src-shared/contract/contract.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { ContractClient } from '../../src-shared/rpc/client.ts';
import { AudioOutput } from './audio-output.ts';
import { audioSettings } from './audio-settings.ts';
import { measureVideo } from './capability-video.ts';
import { rendererCodecs } from './codecs.ts';
import { legWords } from './leg-words.ts';
import { MediaLeg } from './media-leg.ts';
import type { MediaLegOptions } from './media-leg.ts';
import { Microphone } from './microphone.ts';
import { Ringer, wantedRinging } from './ringer.ts';
import type { Ringing } from './ringer.ts';

/** Milliseconds after which the next warm leg is made: the call that took the last one goes first. */
const warmDelayMs = 2_000;

export interface WindowMediaOptions {
  /** As the media lease names this window. */
  readonly clientId: string;
  readonly clock: Clock;
  /** Gets errors that are bugs. */
  readonly reportInternal: (where: string, error: unknown) => void;
}

interface WarmLeg {
  readonly leg: MediaLeg;
  readonly offer: string;
  /** The call that takes it; its reports go out under that id. */
  readonly become: (callId: string) => void;
}

/**
 * The window's side of media: peer connections, microphone, speaker and ringer. It acts only while this window
 * holds the media lease:
 *
 *   elsewhere --lease topic names us--> held --lease topic names another, or nobody--> elsewhere
 *   (a free lease is claimed; a held one only by the person's own word, see LeaseBar)
 *
 * `handlers` go to the contract client; `start` and `stop` bracket its life.
 */
export class WindowMedia {
  readonly handlers: RendererHandlers;
  readonly #options: WindowMediaOptions;
  readonly #microphone = new Microphone();
  readonly #output = new AudioOutput(() => {
    this.#ring();
  });
  readonly #ringer = new Ringer();
  readonly #legs = new Map<string, MediaLeg>();
  /** Calls whose ring the person silenced. */
  readonly #silenced = new Set<string>();
  #client: ContractClient | undefined;
  #held = false;
  #claiming = false;
  #warm: WarmLeg | undefined;
  #warmTimer: TimerHandle | undefined;
  readonly #undo: (() => void)[] = [];

  constructor(options: WindowMediaOptions) {
    this.#options = options;
    this.handlers = {
      'media.offer': (input) => this.#offer(input),
      'media.answer': async ({ callId, sdp }) => {
        await this.#leg(callId).answer(sdp);
        return null;
      },
      'media.remoteOffer': (input) => this.#remoteOffer(input),
      'media.start': async ({ callId, codec }) => {
        await this.#leg(callId).start(codec);
        return null;
      },
      'media.mute': ({ callId, muted }) => {
        this.#leg(callId).mute(muted);
        return null;
      },
      'media.dtmf': ({ callId, digits }) => {
        this.#leg(callId).dtmf(digits);
        return null;
      },
      'media.close': ({ callId }) => {
        this.#close(callId);
        return null;
      },
      'capability.measureVideo': async () => ({ parts: await measureVideo() }),
    };
  }

  start(client: ContractClient): void {
    this.#client = client;
    this.#undo.push(
      client.onState((state) => {
        if (state === 'connected') this.#connected();
      }),
      client.subscribe('lease', () => {
        this.#leaseChanged();
      }),
      client.subscribe('calls', () => {
        this.#ring();
      }),
      client.subscribe('settings', () => {
        this.#settingsChanged();
      }),
    );
    if (client.state === 'connected') this.#connected();
    // Until the first snapshot the defaults hold: a call may come before it.
    this.#settingsChanged();
    // The microphone's light and the ring must not outlive the page, not even in the page cache.
    const onHide = (): void => {
      this.#release();
    };
    window.addEventListener('pagehide', onHide);
    this.#undo.push(() => {
      window.removeEventListener('pagehide', onHide);
    });
  }

  stop(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
    this.#release();
  }

  /** What is to be heard from this window now, beside conversations. */
  get sounding(): Ringing {
    return this.#ringer.sounding;
  }

  /** Stops the ring of one call on this computer; the call goes on ringing. */
  silence(callId: string): void {
    this.#silenced.add(callId);
    this.#ring();
  }

  #connected(): void {
    // Also after a restart of the service, which then knows nothing of us.
    const codecs = [
      ...rendererCodecs('audio', RTCRtpSender.getCapabilities('audio')),
      ...rendererCodecs('video', RTCRtpSender.getCapabilities('video')),
    ];
    this.#client?.call('media.codecs', { codecs }).catch((error: unknown) => {
      this.#failed('media.codecs', error);
    });
    this.#claim();
  }

  #claim(): void {
    if (this.#claiming || this.#client === undefined) return;
    this.#claiming = true;
    this.#client
      .call('lease.claim', { takeOver: false })
      .catch((error: unknown) => {
        this.#failed('lease.claim', error);
      })
      .finally(() => {
        this.#claiming = false;
      });
  }

  #leaseChanged(): void {
    const lease = this.#client?.snapshot('lease');
    if (lease === undefined) return;
    const held = lease.holder === this.#options.clientId;
    if (lease.holder === null) this.#claim();
    if (held === this.#held) return;
    this.#held = held;
    if (held) this.#scheduleWarm(0);
    else this.#release();
    this.#ring();
  }

  /** Gives up sound, microphone and ring: the lease went elsewhere, or the page goes. */
  #release(): void {
    this.#held = false;
    this.#ringer.set('silence');
    if (this.#warmTimer !== undefined) this.#options.clock.clearTimeout(this.#warmTimer);
    this.#warmTimer = undefined;
    this.#warm?.leg.close();
    this.#warm = undefined;
    for (const callId of [...this.#legs.keys()]) this.#close(callId);
  }

  #settingsChanged(): void {
    const settings = audioSettings(this.#client?.snapshot('settings'));
    this.#output.choose(settings.speaker);
    this.#ringer.choose(settings);
    this.#microphone.choose(settings.microphone).catch((error: unknown) => {
      this.#failed('microphone', error);
    });
  }

  #ring(): void {
    const calls = this.#client?.snapshot('calls')?.calls ?? [];
    for (const callId of this.#silenced) {
      if (!calls.some((call) => call.id === callId)) this.#silenced.delete(callId);
    }
    const heard = (callId: string): boolean => this.#legs.get(callId)?.heard ?? false;
    this.#ringer.set(wantedRinging(calls, this.#held, this.#silenced, heard));
  }

  async #offer(input: CallInput<'media.offer'>): Promise<{ sdp: string }> {
    const replaced = this.#legs.get(input.callId);
    const warm = this.#takeWarm(input);
    let leg: MediaLeg;
    let sdp: string;
    if (warm === undefined) {
      leg = new MediaLeg(this.#legOptions(input.callId, input));
      sdp = await leg.offer();
    } else {
      warm.become(input.callId);
      leg = warm.leg;
      sdp = warm.offer;
    }
    this.#legs.set(input.callId, leg);
    if (replaced !== undefined) await this.#replace(replaced, leg);
    if (this.#held) this.#scheduleWarm(warmDelayMs);
    return { sdp };
  }

  async #remoteOffer(input: CallInput<'media.remoteOffer'>): Promise<{ sdp: string }> {
    let leg = this.#legs.get(input.callId);
    if (leg === undefined) {
      leg = new MediaLeg(
        this.#legOptions(input.callId, { kinds: ['audio'], path: 'direct', iceServers: input.iceServers }),
      );
      this.#legs.set(input.callId, leg);
    }
    return { sdp: await leg.remoteOffer(input.sdp) };
  }

  /** The gateway died, or the service asks anew: what the person wished goes over to the new leg. */
  async #replace(old: MediaLeg, leg: MediaLeg): Promise<void> {
    const { started, muted, codec } = old.wishes;
    leg.mute(muted);
    // Before the old one closes: the microphone then stays open from one to the other.
    if (started) await leg.start(codec);
    old.close();
  }

  #takeWarm(input: CallInput<'media.offer'>): WarmLeg | undefined {
    if (input.path !== 'gateway' || input.kinds.length !== 1 || input.kinds[0] !== 'audio') return undefined;
    const warm = this.#warm;
    this.#warm = undefined;
    return warm;
  }

  #scheduleWarm(delayMs: number): void {
    if (this.#warm !== undefined || this.#warmTimer !== undefined) return;
    this.#warmTimer = this.#options.clock.setTimeout(() => {
      this.#warmTimer = undefined;
      this.#makeWarm().catch((error: unknown) => {
        this.#failed('warm leg', error);
      });
    }, delayMs);
  }

  async #makeWarm(): Promise<void> {
    let callId: string | undefined;
    const options = this.#legOptions('', { kinds: ['audio'], path: 'gateway', iceServers: [] });
    const { leg, offer } = await MediaLeg.warm({
      ...options,
      report: (_none, state, detail) => {
        if (callId !== undefined) options.report(callId, state, detail);
      },
    });
    if (!this.#held || this.#warm !== undefined) {
      leg.close();
      return;
    }
    this.#warm = {
      leg,
      offer,
      become: (id) => {
        callId = id;
      },
    };
  }

  #legOptions(callId: string, input: Pick<CallInput<'media.offer'>, 'kinds' | 'path' | 'iceServers'>): MediaLegOptions {
    return {
      callId,
      kinds: input.kinds,
      iceServers: input.iceServers,
      direct: input.path === 'direct',
      microphone: this.#microphone,
      output: this.#output,
      report: (id, state, detail) => {
        this.#report(id, state, detail);
      },
    };
  }

  #report(callId: string, state: MediaLegState, detail: string): void {
    this.#client?.call('media.leg', { callId, state, detail }).catch((error: unknown) => {
      this.#failed('media.leg', error);
    });
  }

  #leg(callId: string): MediaLeg {
    const leg = this.#legs.get(callId);
    if (leg === undefined) throw new AppError('notFound', legWords('noCall'), callId);
    return leg;
  }

  #close(callId: string): void {
    this.#legs.get(callId)?.close();
    this.#legs.delete(callId);
  }

  /** A service that is away is no bug: everything is said again when it is back. */
  #failed(where: string, error: unknown): void {
    if (error instanceof AppError && error.code !== 'internal') return;
    this.#options.reportInternal(where, error);
  }
}
