import { availableParallelism, cpus } from 'node:os';
import type { Clock } from '../../src-shared/clock.ts';
import type { CallOutput, MainHandlers } from '../../src-shared/contract/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import { capabilityParts } from '../../src-shared/model/capability.ts';
import type { Capability, CapabilityPart, VideoDecision } from '../../src-shared/model/capability.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { t } from '../../src-shared/words.ts';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import type { Service } from '../core/service.ts';
import { scoreParts, totalScore } from './capability-score.ts';
import type { MeasuredSpeeds } from './capability-score.ts';
import type { CapabilityStore, StoredCapability } from './capability-store.ts';
import type { ProcessorSpeeds } from './processor-speed.ts';
import { decideVideo } from './throttle.ts';
import type { VideoBound, VideoCircumstances } from './throttle.ts';

export type VideoMeasurement = CallOutput<'capability.measureVideo'>;

export interface CapabilityOptions {
  readonly store: CapabilityStore;
  readonly settings: Pick<Settings, 'state' | 'get' | 'onChange'>;
  readonly hub: Pick<TopicHub, 'publish' | 'revision'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asks the window that holds the media lease; throws AppError when there is none or it does not answer. */
  readonly measureVideo: () => Promise<VideoMeasurement>;
  readonly measureProcessor: (signal: AbortSignal) => Promise<ProcessorSpeeds>;
  /** Names this machine; a measurement holds for the machine it was made on. */
  readonly machine?: string;
}

const videoKeys = ['video.enabled', 'video.maxFormat', 'video.maxBitrateKbps'] as const;

/**
 * The capability score of this computer; topic `capability`.
 *
 *   unmeasured | measured | failed --measure--> measuring --done--> measured
 *   measuring --the window did not answer--> failed (an earlier score stays)
 *
 * The processor's parts run in Node's thread pool, the video parts in the window; never both at once,
 * or each would slow the other.
 */
export class CapabilityService implements Service {
  readonly name = 'capability';
  readonly #options: CapabilityOptions;
  readonly #machine: string;
  #known: StoredCapability | undefined;
  #state: Capability['state'] = 'unmeasured';
  #failure: string | undefined;
  #abort: AbortController | undefined;
  #unlisten: (() => void) | undefined;

  constructor(options: CapabilityOptions) {
    this.#options = options;
    this.#machine = options.machine ?? `${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}`;
  }

  readonly handlers: Pick<MainHandlers, 'capability.measure'> = {
    'capability.measure': () => ({ revision: this.measure() }),
  };

  start(): Promise<void> {
    this.#known = this.#options.store.load(this.#machine);
    this.#state = this.#known === undefined ? 'unmeasured' : 'measured';
    this.#unlisten = this.#options.settings.onChange(videoKeys, () => {
      this.#publish();
    });
    this.#publish();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#abort?.abort();
    this.#abort = undefined;
    this.#unlisten?.();
    this.#unlisten = undefined;
    return Promise.resolve();
  }

  /** Begins a measurement, unless one is under way; takes several seconds and shows in the topic. */
  measure(): number {
    if (this.#state !== 'measuring') {
      this.#state = 'measuring';
      this.#failure = undefined;
      this.#publish();
      const abort = new AbortController();
      this.#abort = abort;
      void this.#measureAll(abort.signal);
    }
    return this.#options.hub.revision('capability');
  }

  /** The largest video for a call; the least of all bounds wins. */
  decide(call: Pick<VideoCircumstances, 'peerLevelIdc' | 'camera' | 'bandwidthKbps'>): VideoDecision {
    return decideVideo({
      ...call,
      encodeScore: this.#known?.parts.find(({ part }) => part === 'encode')?.score,
      policy: this.#bound(true),
      user: this.#bound(false) ?? { maxFormat: '720p30', maxBitrateKbps: Infinity },
    });
  }

  async #measureAll(signal: AbortSignal): Promise<void> {
    const { clock, log, store, measureProcessor, measureVideo } = this.#options;
    try {
      const processor = await measureProcessor(signal);
      const video = await measureVideo();
      if (signal.aborted) return;
      const speeds: MeasuredSpeeds = {
        ...processor,
        encode: framesOf(video, 'encode'),
        decode: framesOf(video, 'decode'),
      };
      this.#known = { parts: scoreParts(speeds, notesOf(speeds, video)), measuredAtMs: clock.now() };
      this.#state = 'measured';
      log.info('capability measured', { speeds, score: this.#score() });
      store.save(this.#machine, this.#known);
    } catch (error) {
      if (signal.aborted) return;
      log.warn('capability could not be measured or kept', { error });
      // Measured but not kept: the disk's trouble is told by the store.
      if (this.#state !== 'measured') {
        this.#state = 'failed';
        this.#failure =
          error instanceof AppError
            ? t('This computer could not be measured: {message}', { message: error.message })
            : t('This computer could not be measured. The log has the details.');
      }
    }
    this.#publish();
  }

  #score(): number | undefined {
    const parts = this.#known?.parts;
    if (parts === undefined) return undefined;
    const scores = Object.fromEntries(parts.map(({ part, score }) => [part, score])) as Record<CapabilityPart, number>;
    return totalScore(scores);
  }

  #publish(): void {
    const score = this.#score();
    const capability: Capability = {
      state: this.#state,
      parts: this.#known?.parts ?? [],
      ...(score === undefined ? {} : { score }),
      ...(this.#known === undefined ? {} : { measuredAtMs: this.#known.measuredAtMs }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      video: this.decide({ peerLevelIdc: undefined, camera: undefined, bandwidthKbps: undefined }),
    };
    this.#options.hub.publish('capability', capability);
  }

  /** The bound that the organization (`locked`) or the person sets; undefined when the organization sets none. */
  #bound(locked: boolean): VideoBound | undefined {
    const { settings } = this.#options;
    const [enabled, maxFormat, maxBitrate] = videoKeys.map((key) => settings.state(key).locked === locked);
    if (enabled !== true && maxFormat !== true && maxBitrate !== true) return undefined;
    const isOff = enabled === true && !settings.get('video.enabled');
    return {
      maxFormat: isOff ? 'none' : maxFormat === true ? settings.get('video.maxFormat') : '720p30',
      maxBitrateKbps: maxBitrate === true ? settings.get('video.maxBitrateKbps') : Infinity,
    };
  }
}

function framesOf(video: VideoMeasurement, part: CapabilityPart): number {
  return video.parts.find((one) => one.part === part)?.framesPerSecond ?? 0;
}

/** What was measured, for people and for support. */
function notesOf(speeds: MeasuredSpeeds, video: VideoMeasurement): Readonly<Record<CapabilityPart, string>> {
  const notes = capabilityParts.map((part) => {
    const measured = video.parts.find((one) => one.part === part);
    if (part !== 'encode' && part !== 'decode')
      return [part, t('{speed} MB a second on one thread', { speed: Math.round(speeds[part]) })];
    if (measured === undefined || measured.framesPerSecond === 0) {
      return [part, t('Not measured. {note}', { note: measured?.note ?? t('The window gave no figure.') })];
    }
    const share = Math.round((30 / measured.framesPerSecond) * 100);
    return [
      part,
      t('720p: {most} frames a second at most; 30 take {share} %. {note}', {
        most: Math.round(measured.framesPerSecond),
        share,
        note: measured.note,
      }).trim(),
    ];
  });
  return Object.fromEntries(notes) as Record<CapabilityPart, string>;
}
