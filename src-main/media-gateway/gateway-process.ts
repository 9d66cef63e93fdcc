import { AppError } from '../../src-shared/errors.ts';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { OptionalCodec } from '../../src-shared/model/audio-codecs.ts';
import { t } from '../../src-shared/words.ts';
import { findG729Library, type G729Library } from './g729-library.ts';
import { gatewayLimits } from './gateway-limits.ts';
import { NativeKeeper } from './native-keeper.ts';
import type {
  FromGateway,
  GatewayEvent,
  GatewayMethod,
  GatewayParams,
  GatewayResult,
  GatewaySettings,
  ProcessUsage,
  ToGateway,
} from './protocol.ts';
import { Relay } from './relay.ts';
import { isReasonableSdp } from './renderer-sdp.ts';
import { WebRtcLeg, type NativeWebRtc } from './webrtc-leg.ts';

/** The child's end of the wire to the service process, whichever kind of process it is. */
export interface ParentPort {
  post(message: FromGateway): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Lets the process end: with an open port the event loop never runs dry. */
  close(): void;
}

export interface GatewayProcessOptions {
  readonly port: ParentPort;
  readonly native: NativeWebRtc;
  readonly clock: Clock;
  readonly monotonicMs: () => number;
  readonly usage: () => Pick<ProcessUsage, 'cpuMs' | 'residentBytes'>;
}

/** A relay with ports that gets its call later; until then it goes by the name of its reservation. */
interface ReservedRelay {
  callId: string;
  readonly relay: Relay;
}

type Handlers = {
  readonly [M in GatewayMethod]: (params: GatewayParams<M>) => GatewayResult<M> | Promise<GatewayResult<M>>;
};

/**
 * What runs in the gateway process: a table of relays and of warm renderer legs, and the answers
 * to the service process. Every failure becomes an answer; nothing here ends the process but `stop`.
 */
export class GatewayProcess {
  readonly #options: GatewayProcessOptions;
  readonly #relays = new Map<string, Relay>();
  readonly #warm = new Map<string, WebRtcLeg>();
  /** Ports that wait for a call. */
  readonly #reserved = new Map<string, ReservedRelay>();
  readonly #keeper = new NativeKeeper();
  #settings: GatewaySettings | undefined;
  #g729: G729Library | undefined;
  #heartbeat: TimerHandle | undefined;
  #stopped = false;

  constructor(options: GatewayProcessOptions) {
    this.#options = options;
  }

  /** Begins to answer. */
  start(): void {
    this.#options.port.onMessage((message) => {
      void this.#receive(message);
    });
    this.#beat();
  }

  /**
   * Closes calls and legs, and the port when the native module is done with them; afterwards
   * nothing keeps the process alive. Neither the module's `cleanup()` nor `exit()` is needed, and
   * both can crash inside it.
   */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#heartbeat !== undefined) this.#options.clock.clearTimeout(this.#heartbeat);
    for (const relay of this.#relays.values()) relay.close();
    for (const { relay } of this.#reserved.values()) relay.close();
    for (const leg of this.#warm.values()) leg.close();
    this.#relays.clear();
    this.#reserved.clear();
    this.#warm.clear();
    await this.#keeper.whenEmpty();
    this.#options.port.close();
  }

  /** Tells the service process, which has the log, of what nobody caught. */
  unexpected(kind: 'rejection' | 'exception', error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#post({ event: 'unexpected', kind, text: text.slice(0, gatewayLimits.faultCharacters) });
  }

  readonly #handlers: Handlers = {
    start: (settings) => {
      this.#settings = settings;
      this.#options.native.preload();
      return null;
    },
    findCodecs: ({ g729Library }) => {
      const search = findG729Library(g729Library);
      this.#g729 = search.library;
      const found =
        search.library === undefined
          ? { available: false, library: search.path }
          : { available: true, library: search.library.path };
      // Nobody makes a library of the other two that has calls for others to use.
      return { codecs: [{ name: 'G729', ...found }, ...unsupportedCodecs] };
    },
    reserve: async ({ reservationId, localAddress, kinds }) => {
      const { relay } = this.#reserve(reservationId);
      try {
        return { ports: await relay.open(localAddress, kinds) };
      } catch (error) {
        this.#release(reservationId);
        throw error;
      }
    },
    release: ({ reservationId }) => {
      this.#release(reservationId);
      return null;
    },
    open: async ({ callId, localAddress, kinds, reservationId }) => {
      if (reservationId !== undefined) this.#take(reservationId, callId);
      return { ports: await this.#relayFor(callId).open(localAddress, kinds) };
    },
    configure: ({ callId, streams }) => {
      this.#existing(callId).configure(streams);
      return null;
    },
    closeSession: ({ callId }) => {
      this.#relays.get(callId)?.close();
      this.#relays.delete(callId);
      return null;
    },
    connectRenderer: (params) => this.#connectRenderer(params),
    attach: ({ callId, legId }) => {
      const leg = this.#warm.get(legId);
      if (!leg) throw new AppError('notFound', t('The window is no longer connected to the gateway.'), legId);
      const relay = this.#relayFor(callId);
      this.#warm.delete(legId);
      relay.attach(leg);
      this.#announce({ event: 'rendererState', callId, state: leg.state });
      return null;
    },
    dropRenderer: ({ legId }) => {
      this.#warm.get(legId)?.close();
      this.#warm.delete(legId);
      return null;
    },
    sendDtmf: async ({ callId, digits }) => {
      await this.#existing(callId).sendDtmf(digits);
      return null;
    },
    keyframe: ({ callId }) => {
      this.#existing(callId).requestKeyframe();
      return null;
    },
    stats: ({ callId }) => this.#existing(callId).stats(),
    usage: () => ({
      ...this.#options.usage(),
      sessions: this.#relays.size,
      rendererLegs: this.#warm.size,
    }),
    stop: () => {
      // After the answer has left.
      this.#options.clock.setTimeout(() => {
        void this.stop();
      }, 0);
      return null;
    },
  };

  async #connectRenderer({
    legId,
    callId,
    offerSdp,
  }: GatewayParams<'connectRenderer'>): Promise<GatewayResult<'connectRenderer'>> {
    if (!isReasonableSdp(offerSdp)) throw new AppError('invalid', t('The window offered media that is too long.'));
    if (this.#warm.size >= gatewayLimits.rendererLegs) {
      throw new AppError('limit', t('Too many windows are connected to the gateway.'));
    }
    // Now, not after the wait: a call that ends meanwhile must not come back to life.
    const relay = callId === undefined ? undefined : this.#relayFor(callId);
    const leg = new WebRtcLeg(this.#options.native, this.#running(), this.#keeper);
    try {
      const answerSdp = await leg.answer(offerSdp);
      if (this.#stopped) throw new AppError('disconnected', t('Parley is closing.'));
      if (relay) relay.attach(leg);
      else this.#keepWarm(legId, leg);
      return { answerSdp };
    } catch (error) {
      leg.close();
      throw error;
    }
  }

  #keepWarm(legId: string, leg: WebRtcLeg): void {
    this.#warm.get(legId)?.close();
    this.#warm.set(legId, leg);
    // The window closed or was reloaded: `attach` will say that the leg is gone, and a new one is made.
    leg.onState = (state) => {
      if (state !== 'failed' || this.#warm.get(legId) !== leg) return;
      this.#warm.delete(legId);
      leg.close();
    };
  }

  #relayFor(callId: string): Relay {
    const known = this.#relays.get(callId);
    if (known) return known;
    if (this.#relays.size >= gatewayLimits.sessions) {
      throw new AppError('limit', t('Too many calls at once. End one and try again.'));
    }
    const relay = this.#newRelay(() => callId);
    this.#relays.set(callId, relay);
    return relay;
  }

  #newRelay(callId: () => string): Relay {
    return new Relay({
      callId,
      settings: this.#running(),
      clock: this.#options.clock,
      monotonicMs: this.#options.monotonicMs,
      g729: () => this.#g729,
      random: Math.random,
      onKeyframeWanted: () => {
        this.#announce({ event: 'keyframeWanted', callId: callId() });
      },
      onRendererState: (state) => {
        this.#announce({ event: 'rendererState', callId: callId(), state });
      },
    });
  }

  #reserve(reservationId: string): ReservedRelay {
    if (this.#reserved.size >= gatewayLimits.reservations) {
      throw new AppError('limit', t('Too many ports are kept for calls to come.'));
    }
    this.#release(reservationId);
    const reserved: ReservedRelay = { callId: reservationId, relay: this.#newRelay(() => reserved.callId) };
    this.#reserved.set(reservationId, reserved);
    return reserved;
  }

  #release(reservationId: string): void {
    this.#reserved.get(reservationId)?.relay.close();
    this.#reserved.delete(reservationId);
  }

  /** The reserved ports are this call's from now on. Throws AppError `notFound`, and `invalid` when the call has ports. */
  #take(reservationId: string, callId: string): void {
    const reserved = this.#reserved.get(reservationId);
    if (!reserved) throw new AppError('notFound', t('The ports of this call are gone.'), reservationId);
    if (this.#relays.has(callId)) throw new AppError('invalid', t('This call has ports of its own.'), callId);
    this.#reserved.delete(reservationId);
    reserved.callId = callId;
    this.#relays.set(callId, reserved.relay);
  }

  #existing(callId: string): Relay {
    const relay = this.#relays.get(callId);
    if (!relay) throw new AppError('notFound', t('This call has no media.'), callId);
    return relay;
  }

  #running(): GatewaySettings {
    if (!this.#settings || this.#stopped) throw new AppError('media', t('The media gateway is not running.'));
    return this.#settings;
  }

  async #receive(message: unknown): Promise<void> {
    // The service process is trusted and typed; this only keeps a stray message from doing harm.
    if (!isRequest(message)) return;
    const { id } = message;
    try {
      const result = await this.#handle(message);
      this.#post({ id, ok: true, result });
    } catch (error) {
      const data =
        error instanceof AppError
          ? error.toData()
          : { code: 'internal' as const, message: t('The media gateway failed.'), detail: String(error) };
      this.#post({ id, ok: false, error: data });
    }
  }

  #handle<M extends GatewayMethod>(request: { readonly method: M; readonly params: GatewayParams<M> }): unknown {
    return this.#handlers[request.method](request.params);
  }

  #announce(event: GatewayEvent): void {
    this.#post(event);
  }

  #post(message: FromGateway): void {
    if (!this.#stopped) this.#options.port.post(message);
  }

  #beat(): void {
    this.#post({ event: 'alive' });
    this.#heartbeat = this.#options.clock.setTimeout(() => {
      this.#beat();
    }, gatewayLimits.heartbeatMs);
  }
}

const unsupportedCodecs: readonly OptionalCodec[] = ['iLBC', 'iSAC'].map((name) => ({ name, available: false }));

const methods: ReadonlySet<string> = new Set<GatewayMethod>([
  'start',
  'findCodecs',
  'reserve',
  'release',
  'open',
  'configure',
  'closeSession',
  'connectRenderer',
  'attach',
  'dropRenderer',
  'sendDtmf',
  'keyframe',
  'stats',
  'usage',
  'stop',
]);

function isRequest(message: unknown): message is ToGateway {
  return (
    typeof message === 'object' &&
    message !== null &&
    'id' in message &&
    typeof message.id === 'number' &&
    'method' in message &&
    typeof message.method === 'string' &&
    methods.has(message.method)
  );
}
