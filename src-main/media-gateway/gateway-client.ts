import { AppError } from '../../src-shared/errors.ts';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { OptionalCodec } from '../../src-shared/model/audio-codecs.ts';
import type { HealthState } from '../../src-shared/model/health.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { HealthReporter, Service } from '../core/service.ts';
import type { GatewayChannel } from '../host.ts';
import { defaultPorts, gatewayLimits } from './gateway-limits.ts';
import { GatewayRequests } from './gateway-requests.ts';
import type { MediaGatewaySessions, MediaSession, MediaSessionOptions, MediaStats, RendererAnswer } from './media.ts';
import type {
  FromGateway,
  GatewayMethod,
  GatewayParams,
  GatewayResult,
  GatewaySettings,
  ProcessUsage,
} from './protocol.ts';
import { RtpMediaSession } from './session.ts';
import { SparePorts } from './spare-ports.ts';

export interface MediaGatewayOptions {
  /** `host.forkGateway`: starts the gateway process. */
  readonly forkGateway: () => GatewayChannel;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: HealthReporter;
  /** Asked at each start of the process. */
  readonly settings?: () => Partial<GatewaySettings>;
  /** Milliseconds after `start` at which the process starts, unless something is asked of it before. Default: at once. */
  readonly startAfterMs?: number;
}

/** Defaults of what the process is told: 720p at 30 pictures a second needs about 1.5 Mbit/s. */
const defaultSettings: GatewaySettings = {
  audioPorts: defaultPorts.audio,
  videoPorts: defaultPorts.video,
  loopbackPorts: defaultPorts.loopback,
  markPackets: true,
  videoStartBitrateKbps: 1_500,
  videoMaxBitrateKbps: 2_500,
};

type ProcessState = 'stopped' | 'due' | 'starting' | 'running' | 'dead' | 'stopping';

const processTransitions: Readonly<Record<ProcessState, readonly ProcessState[]>> = {
  stopped: ['due'],
  due: ['starting', 'stopping'],
  starting: ['running', 'dead', 'stopping'],
  running: ['dead', 'stopping'],
  dead: ['starting', 'stopping'],
  stopping: ['stopped'],
};

/**
 * The service process's side of the media gateway: keeps one gateway process running, speaks to
 * it, and hands out media sessions.
 *
 *   stopped --start--> due --its time comes | first request--> starting --it answers `start`--> running
 *   starting, running --exit, or no heartbeat--> dead --at once, later with pauses--> starting
 *   due, starting, running, dead --stop--> stopping --exit, at latest by kill--> stopped
 *
 * When the process dies, calls lose their sound but stay up: `onDied` tells which, and a new
 * process is already starting when it does.
 */
export class MediaGateway implements Service, MediaGatewaySessions {
  readonly name = 'mediaGateway';
  readonly #options: MediaGatewayOptions;
  readonly #sessions = new Map<string, RtpMediaSession>();
  readonly #diedListeners = new Set<(callIds: readonly string[]) => void>();
  readonly #keyframeListeners = new Set<(callId: string) => void>();
  readonly #rendererListeners = new Set<(callId: string, state: MediaStats['rendererLeg']) => void>();
  readonly #requests: GatewayRequests;
  /** Requests that wait for the process to run. */
  #waiting: (() => void)[] = [];
  readonly #spare: SparePorts;
  #state: ProcessState = 'stopped';
  #channel: GatewayChannel | undefined;
  #nextLeg = 1;
  #missedHeartbeats = 0;
  #watchdog: TimerHandle | undefined;
  #restart: TimerHandle | undefined;
  #spawnedAtMs = 0;
  /** Deaths in a row, each soon after the start. */
  #deaths = 0;
  #onStopped: (() => void) | undefined;
  readonly #runningListeners = new Set<() => void>();
  #optionalCodecs: readonly OptionalCodec[] = [];

  constructor(options: MediaGatewayOptions) {
    this.#options = options;
    this.#requests = new GatewayRequests(options.clock);
    this.#spare = new SparePorts({
      request: (method, params) => this.#request(method, params),
      clock: options.clock,
      log: options.log,
    });
  }

  /** The process's id while there is one; for the log and for tests. */
  get pid(): number | undefined {
    return this.#channel?.pid;
  }

  start(): Promise<void> {
    if (this.#state !== 'stopped') return Promise.resolve();
    this.#move('due');
    const { startAfterMs = 0, clock } = this.#options;
    if (startAfterMs === 0) this.#spawn();
    else this.#restart = clock.setTimeout(this.#spawnIfDue, startAfterMs);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped' || this.#state === 'stopping') return;
    const channel = this.#channel;
    this.#move('stopping');
    this.#clearTimers();
    this.#requests.rejectAll(new AppError('disconnected', t('Parley is closing.')));
    this.#release();
    this.#spare.lost();
    for (const session of this.#sessions.values()) session.processDied();
    this.#sessions.clear();
    if (channel) {
      const stopped = new Promise<void>((resolve) => {
        this.#onStopped = resolve;
      });
      this.#requests.tell(channel, 'stop', null);
      this.#watchdog = this.#options.clock.setTimeout(() => {
        this.#options.log.warn('the media process did not end by itself and is killed');
        channel.kill();
      }, gatewayLimits.stopGraceMs);
      await stopped;
      this.#clearTimers();
    }
    this.#channel = undefined;
    this.#move('stopped');
    this.#report('off', '');
  }

  openSession(options: MediaSessionOptions): MediaSession {
    if (this.#sessions.has(options.callId)) {
      throw new AppError('invalid', t('This call has media already.'), options.callId);
    }
    if (this.#sessions.size >= gatewayLimits.sessions) {
      throw new AppError('limit', t('Too many calls at once. End one and try again.'));
    }
    const session = new RtpMediaSession(
      options,
      (method, params, extraMs) => this.#request(method, params, extraMs),
      () => {
        this.#sessions.delete(options.callId);
      },
      (kinds) => this.#spare.take(options.localAddress, kinds),
    );
    this.#sessions.set(options.callId, session);
    return session;
  }

  expectCalls(localAddress: string | undefined): void {
    this.#spare.expect(localAddress);
  }

  async connectRenderer(callId: string, offerSdp: string): Promise<RendererAnswer> {
    this.#session(callId).markUsed();
    return await this.#request('connectRenderer', { legId: `call-${this.#nextLeg++}`, callId, offerSdp });
  }

  async prepareRenderer(legId: string, offerSdp: string): Promise<RendererAnswer> {
    return await this.#request('connectRenderer', { legId, offerSdp });
  }

  async attach(callId: string, legId: string): Promise<void> {
    this.#session(callId).markUsed();
    await this.#request('attach', { callId, legId });
  }

  async dropRenderer(legId: string): Promise<void> {
    if (this.#state === 'running') await this.#request('dropRenderer', { legId });
  }

  requestKeyframe(callId: string): void {
    // Lost with the call or the process: the next picture request will find them.
    this.#request('keyframe', { callId }).catch(() => undefined);
  }

  /** What the process has used since it started. Rejects with AppError when it does not run. */
  usage(): Promise<ProcessUsage> {
    return this.#request('usage', null);
  }

  get optionalCodecs(): readonly OptionalCodec[] {
    return this.#optionalCodecs;
  }

  /** Looks for libraries of codecs; holds for calls from now on. Rejects with AppError when the process does not run. */
  async findCodecs(g729Library: string): Promise<readonly OptionalCodec[]> {
    this.#optionalCodecs = (await this.#request('findCodecs', { g729Library })).codecs;
    return this.#optionalCodecs;
  }

  /** The process runs, for the first time or again. */
  onRunning(listener: () => void): () => void {
    this.#runningListeners.add(listener);
    return () => this.#runningListeners.delete(listener);
  }

  onDied(listener: (callIds: readonly string[]) => void): () => void {
    this.#diedListeners.add(listener);
    return () => this.#diedListeners.delete(listener);
  }

  onKeyframeWanted(listener: (callId: string) => void): () => void {
    this.#keyframeListeners.add(listener);
    return () => this.#keyframeListeners.delete(listener);
  }

  onRendererState(listener: (callId: string, state: MediaStats['rendererLeg']) => void): () => void {
    this.#rendererListeners.add(listener);
    return () => this.#rendererListeners.delete(listener);
  }

  #session(callId: string): RtpMediaSession {
    const session = this.#sessions.get(callId);
    if (!session) throw new AppError('notFound', t('The call has ended.'), callId);
    return session;
  }

  readonly #spawnIfDue = (): void => {
    if (this.#state !== 'due') return;
    if (this.#restart !== undefined) this.#options.clock.clearTimeout(this.#restart);
    this.#restart = undefined;
    this.#spawn();
  };

  #spawn(): void {
    this.#move('starting');
    this.#spawnedAtMs = this.#options.clock.now();
    if (this.#deaths === 0) this.#report('starting', '');
    let channel: GatewayChannel;
    try {
      channel = this.#options.forkGateway();
    } catch (error) {
      this.#options.log.error('the media process could not be started', { error });
      this.#died('it could not be started');
      return;
    }
    this.#channel = channel;
    channel.onMessage((message) => {
      if (this.#channel === channel) this.#receive(message as FromGateway);
    });
    channel.onExit((code) => {
      if (this.#channel !== channel) return;
      if (this.#state === 'stopping') this.#onStopped?.();
      else this.#died(`exit code ${code ?? 'none'}`);
    });
    this.#watch(channel);
    const settings: GatewaySettings = { ...defaultSettings, ...this.#options.settings?.() };
    this.#requests.post(channel, 'start', settings, gatewayLimits.silenceMs).then(
      () => {
        if (this.#channel === channel) this.#running();
      },
      (error: unknown) => {
        if (this.#channel !== channel || this.#state !== 'starting') return;
        this.#options.log.warn('the media process did not start', { error });
        // Its exit, which follows, starts the next one.
        channel.kill();
      },
    );
  }

  #running(): void {
    this.#move('running');
    this.#report('ok', '');
    for (const listener of [...this.#runningListeners]) listener();
    this.#release();
    this.#spare.renew();
  }

  /** Lets the requests go on that waited for the process; those that find none say so themselves. */
  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  #died(reason: string): void {
    this.#move('dead');
    this.#channel = undefined;
    this.#clearTimers();
    const livedMs = this.#options.clock.now() - this.#spawnedAtMs;
    this.#deaths = livedMs < gatewayLimits.shortLifeMs ? this.#deaths + 1 : 1;
    this.#spare.lost();
    const calls = [...this.#sessions.values()].filter((session) => session.processDied()).map(({ callId }) => callId);
    this.#options.log.error('the media process ended', { reason, calls: calls.length });
    this.#requests.rejectAll(
      new AppError('media', t('The sound of the call broke off. Parley starts it again.'), reason),
    );
    this.#scheduleRestart();
    for (const listener of [...this.#diedListeners]) listener(calls);
  }

  #scheduleRestart(): void {
    const tooMany = this.#deaths - gatewayLimits.immediateRestarts;
    if (tooMany <= 0) {
      this.#options.health.report({
        service: 'mediaGateway',
        state: 'reconnecting',
        message: t('The part of Parley that carries sound stopped. It is starting again.'),
        cannotRetry: true,
      });
      this.#spawn();
      return;
    }
    this.#report(
      'failed',
      t(
        'The part of Parley that carries sound stops again and again, so calls are silent. Parley keeps trying; restart Parley, and if that does not help, install it anew.',
      ),
    );
    const pauseMs = Math.min(gatewayLimits.restartPauseMs * 2 ** (tooMany - 1), gatewayLimits.restartPauseMaxMs);
    this.#restart = this.#options.clock.setTimeout(() => {
      this.#restart = undefined;
      this.#spawn();
    }, pauseMs);
  }

  /** The person does not want to wait for the pause after several ends in a row. */
  retry(): void {
    if (this.#restart === undefined || this.#state !== 'dead') return;
    this.#options.clock.clearTimeout(this.#restart);
    this.#restart = undefined;
    this.#spawn();
  }

  /** Counts heartbeats that did not come. Ticks, not time: after the computer slept one tick is late, not five. */
  #watch(channel: GatewayChannel): void {
    this.#missedHeartbeats = 0;
    const tick = (): void => {
      this.#missedHeartbeats += 1;
      if (this.#missedHeartbeats * gatewayLimits.heartbeatMs > gatewayLimits.silenceMs) {
        this.#options.log.error('the media process is frozen and is killed');
        channel.kill();
        return;
      }
      this.#watchdog = this.#options.clock.setTimeout(tick, gatewayLimits.heartbeatMs);
    };
    this.#watchdog = this.#options.clock.setTimeout(tick, gatewayLimits.heartbeatMs);
  }

  async #request<M extends GatewayMethod>(method: M, params: GatewayParams<M>, extraMs = 0): Promise<GatewayResult<M>> {
    if (this.#state === 'stopped' || this.#state === 'stopping') {
      throw new AppError('media', t('The media gateway is not running.'));
    }
    this.#spawnIfDue();
    if (this.#state !== 'running') await this.#untilRunning();
    const channel = this.#channel;
    if (!channel || this.#state !== 'running') throw new AppError('media', t('The media gateway is not running.'));
    return await this.#requests.post(channel, method, params, gatewayLimits.requestDeadlineMs + extraMs);
  }

  #untilRunning(): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        this.#options.clock.clearTimeout(timer);
        resolve();
      };
      const timer = this.#options.clock.setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== go);
        reject(
          new AppError(
            'media',
            t('The part of Parley that carries sound does not start. Try again; if it goes on, restart Parley.'),
          ),
        );
      }, gatewayLimits.requestDeadlineMs);
      this.#waiting.push(go);
    });
  }

  #receive(message: FromGateway): void {
    this.#missedHeartbeats = 0;
    if ('id' in message) {
      this.#requests.answered(message);
      return;
    }
    switch (message.event) {
      case 'alive':
        return;
      case 'unexpected':
        this.#options.log.error(`unexpected ${message.kind} in the media process`, { error: message.text });
        return;
      case 'keyframeWanted':
        for (const listener of [...this.#keyframeListeners]) listener(message.callId);
        return;
      case 'rendererState':
        for (const listener of [...this.#rendererListeners]) listener(message.callId, message.state);
    }
  }

  #clearTimers(): void {
    for (const timer of [this.#watchdog, this.#restart])
      if (timer !== undefined) this.#options.clock.clearTimeout(timer);
    this.#watchdog = undefined;
    this.#restart = undefined;
  }

  #report(state: HealthState, message: string): void {
    this.#options.health.report({ service: 'mediaGateway', state, message });
  }

  #move(to: ProcessState): void {
    if (!processTransitions[this.#state].includes(to)) throw new Error(`media gateway: ${this.#state} to ${to}`);
    this.#state = to;
  }
}
