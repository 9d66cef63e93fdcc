import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { CallQuality } from '../../src-shared/model/call-quality.ts';
import type { MediaStats, StreamStats } from '../media-gateway/media.ts';
import { judge } from './call-quality.ts';

/** Measured so often. */
const intervalMs = 2_000;
/** Loss is that of this time: a shorter one shows single packets, a longer one what is over. */
const lossWindowMs = 10_000;
/** Speech has pauses, RTP has not, unless comfort noise was agreed on. */
const silenceMs = 5_000;
/** A pause that comfort noise began (RFC 3389 asks for no more packets): longer, nobody is there any more. */
const pauseMs = 30_000;
/** Reports come every five seconds; an older one says nothing of now. */
const reportMaxAgeMs = 15_000;

export interface QualityMonitorOptions {
  readonly clock: Clock;
  readonly stats: () => Promise<MediaStats>;
  readonly codec: () => string | undefined;
  /** Sound of the far end is expected now: it agreed to send, and nobody holds. */
  readonly expectsSound: () => boolean;
  readonly measured: (quality: CallQuality) => void;
  /** True when nothing comes from the far end, false when it is back; only changes are told. */
  readonly silence: (isSilent: boolean) => void;
}

interface Point {
  readonly atMs: number;
  readonly packets: number;
  readonly lost: number;
}

/**
 * Watches how a call sounds, from its connection to its end.
 *
 *   stopped --start--> heard --silenceMs (in a pause of speech pauseMs) without RTP while some is expected--> silent --RTP | none expected--> heard
 *   any --stop--> stopped
 */
export class QualityMonitor {
  readonly #options: QualityMonitorOptions;
  #timer: TimerHandle | undefined;
  #isRunning = false;
  #isSilent = false;
  /** Since then sound is expected without a pause. */
  #expectedSinceMs: number | undefined;
  #points: Point[] = [];

  constructor(options: QualityMonitorOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#expectedSinceMs = undefined;
    this.#next();
  }

  stop(): void {
    this.#isRunning = false;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      void this.#measure();
    }, intervalMs);
  }

  async #measure(): Promise<void> {
    const { clock, stats, expectsSound } = this.#options;
    const isExpected = expectsSound();
    if (!isExpected) this.#expectedSinceMs = undefined;
    else this.#expectedSinceMs ??= clock.now() - intervalMs;
    try {
      // Nobody listens to a call on hold, and ten of them should cost nothing.
      if (isExpected) this.#judge(await stats());
      else this.#setSilent(false);
    } catch {
      // The media process was lost or the call ended meanwhile; the next turn will tell.
    }
    if (this.#isRunning) this.#next();
  }

  #judge({ kinds }: MediaStats): void {
    const audio = kinds.find(({ kind }) => kind === 'audio');
    if (!this.#isRunning || audio === undefined) return;
    const { clock, codec, measured } = this.#options;
    const nowMs = clock.now();
    const { fromPeer, reported } = audio;
    const heardMs = Math.max(fromPeer.lastPacketAtMs ?? 0, this.#expectedSinceMs ?? nowMs);
    this.#setSilent(nowMs - heardMs >= (fromPeer.inPause === true ? pauseMs : silenceMs));
    const lossInPercent = this.#lossIn(fromPeer, nowMs);
    const report = reported !== undefined && nowMs - reported.atMs <= reportMaxAgeMs ? reported : undefined;
    const name = codec();
    measured(
      judge({
        ...(name === undefined ? {} : { codec: name }),
        ...(report?.roundTripMs === undefined ? {} : { roundTripMs: Math.round(report.roundTripMs) }),
        ...(fromPeer.packets === 0 ? {} : { jitterMs: Math.round(fromPeer.jitterMs) }),
        ...(lossInPercent === undefined ? {} : { lossInPercent }),
        ...(report === undefined ? {} : { lossOutPercent: report.lossPercent }),
        ...(report?.score === undefined ? {} : { mosReported: report.score }),
        isSilent: this.#isSilent,
      }),
    );
  }

  #lossIn({ packets, lost }: StreamStats, nowMs: number): number | undefined {
    // The media process began anew and counts from the start.
    if ((this.#points.at(-1)?.packets ?? 0) > packets) this.#points = [];
    this.#points = [...this.#points.filter(({ atMs }) => nowMs - atMs <= lossWindowMs), { atMs: nowMs, packets, lost }];
    const first = this.#points[0];
    if (first === undefined || packets === first.packets) return undefined;
    const gone = Math.max(0, lost - first.lost);
    return Math.round((1_000 * gone) / (gone + packets - first.packets)) / 10;
  }

  #setSilent(isSilent: boolean): void {
    if (isSilent === this.#isSilent) return;
    this.#isSilent = isSilent;
    this.#options.silence(isSilent);
  }
}
