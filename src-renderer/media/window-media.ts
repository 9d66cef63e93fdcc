import type { Clock } from '../../src-shared/clock.ts';
import type { CallInput, RendererHandlers } from '../../src-shared/contract/contract.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import { audibleCalls } from '../../src-shared/model/quiet.ts';
import type { ContractClient } from '../../src-shared/rpc/client.ts';
import { AudioOutput } from './audio-output.ts';
import { audioSettings } from './audio-settings.ts';
import { CallMixing } from './call-mixing.ts';
import { measureVideo } from './capability-video.ts';
import { rendererCodecs } from './codecs.ts';
import { DeviceChoice } from './device-choice.ts';
import { legWords } from './leg-words.ts';
import { HeadsetLink } from './headset/headset-link.ts';
import { webHid } from './headset/web-hid.ts';
import { MediaLeg } from './media-leg.ts';
import type { MediaLegOptions, SoundFlow } from './media-leg.ts';
import { Microphone } from './microphone.ts';
import { Ringer, wantedRinging } from './ringer.ts';
import type { Ringing } from './ringer.ts';
import { WarmLeg } from './warm-leg.ts';
import type { TakenLeg } from './warm-leg.ts';

export interface WindowMediaOptions {
  /** As the media lease names this window. */
  readonly clientId: string;
  readonly clock: Clock;
  /** Gets errors that are bugs. */
  readonly reportInternal: (where: string, error: unknown) => void;
  /** Gets the words of a request of a headset that was refused. */
  readonly refused: (words: string) => void;
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
  readonly #microphone = new Microphone(() => {
    // Allowed, perhaps for the first time: now the devices have names.
    void this.devices.devices.read();
  });
  readonly #output = new AudioOutput(() => {
    this.#ring();
  });
  readonly #ringer = new Ringer();
  /** Which devices are used; also for the views. */
  readonly devices: DeviceChoice;
  /** Buttons and lamps of headsets; also for the settings. */
  readonly headsets = new HeadsetLink({
    hid: webHid(),
    isHolder: () => this.#held,
    failed: (error) => {
      // A button of the headset is as good as one of the window: its refusal is said, too.
      if (error instanceof AppError && error.code !== 'internal') this.#options.refused(error.message);
      else this.#failed('headset', error);
    },
  });
  readonly #mixing = new CallMixing({
    legOf: (callId) => {
      const leg = this.#legs.get(callId);
      return leg?.wishes.held === true ? undefined : leg;
    },
    recorded: async (piece) => {
      await this.#client?.call('media.recorded', piece);
    },
    failed: (error) => {
      this.#failed('mixing', error);
    },
  });
  readonly #legs = new Map<string, MediaLeg>();
  #client: ContractClient | undefined;
  #held = false;
  #claiming = false;
  #prepared = false;
  readonly #warm: WarmLeg;
  readonly #undo: (() => void)[] = [];

  constructor(options: WindowMediaOptions) {
    this.#options = options;
    this.#warm = new WarmLeg({
      clock: options.clock,
      make: (report) => {
        const leg = this.#legOptions('', { kinds: ['audio'], path: 'gateway', iceServers: [] });
        return new MediaLeg({ ...leg, report, asleep: true });
      },
      connect: async (legId, sdp) => {
        if (this.#client === undefined) throw new AppError('disconnected', legWords('failed'), legId);
        return (await this.#client.call('media.warm', { legId, sdp })).sdp;
      },
      report: (callId, state, detail) => {
        this.#report(callId, state, detail);
      },
      failed: (error) => {
        this.#failed('warm leg', error);
      },
    });
    this.devices = new DeviceChoice({
      clock: options.clock,
      microphone: this.#microphone,
      output: this.#output,
      ringer: this.#ringer,
      settings: () => audioSettings(this.#client?.snapshot('settings')),
      inCall: () => this.#legs.size > 0,
      failed: (error) => {
        this.#failed('devices', error);
      },
    });
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
      'media.hold': async ({ callId, held }) => {
        await this.#leg(callId).hold(held);
        this.#mixing.refresh();
        return null;
      },
      'media.stats': ({ callId }) => this.#leg(callId).stats(),
      'media.mix': ({ groups }) => {
        this.#mixing.mix(groups);
        return null;
      },
      'media.record': ({ recordingId, callIds, format }) => {
        this.#mixing.record(recordingId, callIds, format);
        return null;
      },
      'media.tones': async ({ callId, digits }) => {
        await this.#leg(callId).tones(digits);
        return null;
      },
      'media.notice': async ({ callId }) => {
        await this.#leg(callId).notice();
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
        this.#keepWarm();
      }),
      client.subscribe('ownPresence', () => {
        this.#ring();
      }),
      client.subscribe('settings', () => {
        this.devices.apply();
      }),
    );
    if (client.state === 'connected') this.#connected();
    this.headsets.start(client);
    this.#undo.push(() => {
      this.headsets.stop();
    });
    // The microphone's light and the ring must not outlive the page, not even in the page cache.
    const onHide = (): void => {
      this.#release();
    };
    window.addEventListener('pagehide', onHide);
    this.#undo.push(() => {
      window.removeEventListener('pagehide', onHide);
    });
  }

  /**
   * Tells the codecs and follows the devices; until then all codecs and the system's own devices hold, also for a call.
   * Apart from `start`: both hold up the page, or make Chromium start processes.
   */
  prepare(): void {
    this.#prepared = true;
    if (this.#client?.state === 'connected') this.#tellCodecs();
    this.devices.start();
    this.#undo.push(() => {
      this.devices.stop();
    });
  }

  stop(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
    this.#release();
  }

  /** Packets of sound of a call so far; undefined when its sound is not in this window. */
  async soundFlow(callId: string): Promise<SoundFlow | undefined> {
    return await this.#legs.get(callId)?.flow();
  }

  /** What is to be heard from this window now, beside conversations. */
  get sounding(): Ringing {
    return this.#ringer.sounding;
  }

  /**
   * The microphone as calls hear it, for a meter or a test; `replaced` gets another track when the device changes.
   * Rejects with MicrophoneError. Close it by `giveBackMicrophone` with the same key, also after a rejection.
   */
  takeMicrophone(key: object, replaced: (track: MediaStreamTrack) => void): Promise<MediaStreamTrack> {
    return this.#microphone.take(key, replaced);
  }

  /** For what a view of media tried and could not: a bug goes into the log. */
  readonly reportFailure = (error: unknown): void => {
    this.#failed('media view', error);
  };

  giveBackMicrophone(key: object): void {
    this.#microphone.giveBack(key);
  }

  #connected(): void {
    // Also after a restart of the service, which then knows nothing of us.
    if (this.#prepared) this.#tellCodecs();
    this.#warm.renew();
    this.#claim();
  }

  #tellCodecs(): void {
    const kinds = ['audio', 'video'] as const;
    const codecs = kinds.flatMap((kind) => rendererCodecs(kind, RTCRtpSender.getCapabilities(kind)));
    this.#client?.call('media.codecs', { codecs }).catch((error: unknown) => {
      this.#failed('media.codecs', error);
    });
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
    this.headsets.match();
    if (held) this.#keepWarm();
    else this.#release();
    this.#ring();
  }

  /** Once there is a line to call by. */
  #keepWarm(): void {
    if (this.#held && this.#client?.snapshot('calls')?.line.state === 'registered') this.#warm.want();
  }

  /** Gives up sound, microphone and ring: the lease went elsewhere, or the page goes. */
  #release(): void {
    this.#held = false;
    this.#ringer.set('silence');
    this.#warm.drop();
    // The service says again what is mixed when a window has the lease.
    this.#mixing.mix([]);
    for (const callId of [...this.#legs.keys()]) this.#close(callId);
  }

  #ring(): void {
    const calls = this.#client?.snapshot('calls')?.calls ?? [];
    const heard = (callId: string): boolean => this.#legs.get(callId)?.heard ?? false;
    const chosen = this.#client?.snapshot('ownPresence')?.chosen;
    this.#ringer.set(wantedRinging(audibleCalls(calls, chosen), this.#held, heard));
  }

  async #offer(input: CallInput<'media.offer'>): Promise<{ sdp: string } | { legId: string }> {
    const { callId } = input;
    const replaced = this.#legs.get(callId);
    const warm = this.#takeWarm(input);
    const leg = warm?.leg ?? new MediaLeg(this.#legOptions(callId, input));
    const offering = warm === undefined ? leg.offer() : undefined;
    // Told below, when it is waited for.
    offering?.catch(() => undefined);
    // At once: what follows asks for this leg.
    this.#legs.set(callId, leg);
    if (replaced !== undefined) await this.#replace(replaced, leg);
    if (warm === undefined || offering !== undefined) return { sdp: (await offering) ?? '' };
    if (await warm.answered) return { legId: warm.legId };
    if (this.#legs.get(callId) !== leg) throw new AppError('notFound', legWords('noCall'), callId);
    return await this.#offer({ ...input, fresh: true });
  }

  async #remoteOffer(input: CallInput<'media.remoteOffer'>): Promise<{ sdp: string }> {
    let leg = this.#legs.get(input.callId);
    if (leg === undefined) {
      leg = new MediaLeg(this.#legOptions(input.callId, { ...input, kinds: ['audio'], path: 'direct' }));
      this.#legs.set(input.callId, leg);
    }
    return { sdp: await leg.remoteOffer(input.sdp) };
  }

  /** The gateway died, or the service asks anew: what the person wished goes over to the new leg. */
  async #replace(old: MediaLeg, leg: MediaLeg): Promise<void> {
    const { started, muted, held, codec } = old.wishes;
    leg.mute(muted);
    await leg.hold(held);
    // Before the old one closes: the microphone then stays open from one to the other.
    if (started) await leg.start(codec);
    this.#mixing.refresh();
    old.close();
  }

  #takeWarm(input: CallInput<'media.offer'>): TakenLeg | undefined {
    if (input.path !== 'gateway' || input.kinds.length !== 1 || input.kinds[0] !== 'audio') return undefined;
    if (input.fresh !== true) return this.#warm.take(input.callId);
    this.#warm.renew();
    return undefined;
  }

  #legOptions(
    callId: string,
    input: Pick<CallInput<'media.offer'>, 'kinds' | 'path' | 'iceServers' | 'relayOnly' | 'codecs'>,
  ): MediaLegOptions {
    return {
      callId,
      kinds: input.kinds,
      iceServers: input.iceServers,
      ...(input.relayOnly === undefined ? {} : { relayOnly: input.relayOnly }),
      direct: input.path === 'direct',
      ...(input.path === 'direct' && input.codecs !== undefined ? { codecs: input.codecs } : {}),
      microphone: this.#microphone,
      output: this.#output,
      report: (id, state, detail) => {
        this.#report(id, state, detail);
      },
      sourcesChanged: () => {
        this.#mixing.refresh();
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
    const leg = this.#legs.get(callId);
    this.#legs.delete(callId);
    this.#mixing.ended(callId);
    leg?.close();
    if (this.#legs.size === 0) this.devices.callsEnded();
  }

  /** A service that is away is no bug: everything is said again when it is back. */
  #failed(where: string, error: unknown): void {
    if (error instanceof AppError && error.code !== 'internal') return;
    this.#options.reportInternal(where, error);
  }
}
