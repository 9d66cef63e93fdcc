import { AppError } from '../../src-shared/errors.ts';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import { gatewayLimits } from './gateway-limits.ts';
import type { OutgoingStream } from './outgoing-stream.ts';

/** RFC 4733 section 3.2, table 3: the event code is the place in this string. */
const events = '0123456789*#ABCD';

/** The digits wait this long at a comma, as dialling strings have it everywhere. */
const commaPauseMs = 2_000;
/** One update per packet time of the voice (section 2.5.1.2). */
const updateMs = 20;
/** Six updates: old interactive voice systems need 80 ms, most phones send 100 to 160. */
const toneMs = 120;
/** The final packet goes out three times (section 2.5.1.4). */
const finalPackets = 3;
/** Pause after the last final packet; two of them come after the tone, so 80 ms lie between tones. */
const gapMs = 60;
/** Section 2.3: the power of the tone is -10 dBm0, as phones send it. */
const volume = 10;

/** How events reach the peer. */
export interface EventPath {
  readonly payloadType: number;
  readonly clockRateHz: number;
  /** Clock of the stream's timestamps. */
  readonly streamClockRateHz: number;
}

/** True when every character can be sent as an event, or is a pause. */
export function areDigits(digits: string): boolean {
  return /^[0-9*#A-Da-d,]+$/.test(digits);
}

/** The four bytes of an event (section 2.3). `duration` in timestamp units. */
export function eventPayload(event: number, duration: number, isEnd: boolean): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt8(event, 0);
  payload.writeUInt8((isEnd ? 0x80 : 0) | volume, 1);
  payload.writeUInt16BE(Math.min(duration, 0xffff), 2);
  return payload;
}

/** How long `digits` take, in milliseconds. */
export function dtmfDurationMs(digits: string): number {
  // The first update leaves at once and already speaks of 20 ms.
  const digitMs = toneMs - updateMs + (finalPackets - 1) * updateMs + gapMs;
  let total = 0;
  for (const digit of digits) total += digit === ',' ? commaPauseMs : digitMs;
  return total;
}

interface Waiting {
  readonly digit: string;
  readonly done?: () => void;
  readonly failed?: (error: AppError) => void;
}

/**
 * Sends digits as telephone events, one after the other.
 *
 *   idle --send--> tone --toneMs--> final (three packets) --> gap --> tone | idle
 *   idle --comma--> pause --> tone | idle
 *   any  --stop--> idle, what waits is refused
 */
export class DtmfSender {
  readonly #clock: Clock;
  readonly #monotonicMs: () => number;
  readonly #stream: OutgoingStream;
  readonly #path: () => EventPath | undefined;
  readonly #transmit: (packet: Buffer) => void;
  #queue: Waiting[] = [];
  #current: Waiting | undefined;
  #timer: TimerHandle | undefined;

  constructor(options: {
    readonly clock: Clock;
    readonly monotonicMs: () => number;
    readonly stream: OutgoingStream;
    readonly path: () => EventPath | undefined;
    readonly transmit: (packet: Buffer) => void;
  }) {
    this.#clock = options.clock;
    this.#monotonicMs = options.monotonicMs;
    this.#stream = options.stream;
    this.#path = options.path;
    this.#transmit = options.transmit;
  }

  /** Resolves when the last digit is out. Rejects with `AppError`: invalid, limit, unsupported, or disconnected after `stop`. */
  send(digits: string): Promise<void> {
    if (!areDigits(digits)) {
      return Promise.reject(new AppError('invalid', t('Only 0-9, *, # and A-D can be sent as tones.')));
    }
    if (!this.#path()) {
      return Promise.reject(new AppError('unsupported', t('The other side does not take key tones in this call.')));
    }
    const pending = this.#queue.length + (this.#current ? 1 : 0);
    if (pending + digits.length > gatewayLimits.dtmfDigits) {
      return Promise.reject(new AppError('limit', t('Too many key tones are waiting. Try again when they are sent.')));
    }
    return new Promise((resolve, reject) => {
      const last = digits.length - 1;
      Array.from(digits).forEach((digit, index) => {
        this.#queue.push(index === last ? { digit, done: resolve, failed: reject } : { digit });
      });
      if (!this.#current) this.#next();
    });
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stream.paused = false;
    const waiting = [...(this.#current ? [this.#current] : []), ...this.#queue];
    this.#current = undefined;
    this.#queue = [];
    for (const one of waiting)
      one.failed?.(new AppError('disconnected', t('The call ended before all tones were sent.')));
  }

  #next(): void {
    this.#current = this.#queue.shift();
    if (!this.#current) return;
    const path = this.#path();
    if (this.#current.digit === ',' || !path) {
      // Events that a re-INVITE took away in mid-queue: the rest passes in silence.
      this.#after(commaPauseMs, () => {
        this.#finish();
      });
      return;
    }
    const event = events.indexOf(this.#current.digit.toUpperCase());
    const timestamp = this.#stream.timestampAt(this.#monotonicMs(), path.streamClockRateHz);
    this.#stream.paused = true;
    this.#update(path, event, timestamp, 1);
  }

  #update(path: EventPath, event: number, timestamp: number, step: number): void {
    const steps = toneMs / updateMs;
    const isFinal = step >= steps;
    const duration = (Math.min(step, steps) * updateMs * path.clockRateHz) / 1_000;
    this.#transmit(
      this.#stream.inject(path.payloadType, step === 1, timestamp, eventPayload(event, duration, isFinal)),
    );
    if (step < steps + finalPackets - 1) {
      this.#after(updateMs, () => {
        this.#update(path, event, timestamp, step + 1);
      });
      return;
    }
    this.#stream.paused = false;
    this.#after(gapMs, () => {
      this.#finish();
    });
  }

  #finish(): void {
    this.#current?.done?.();
    this.#next();
  }

  #after(delayMs: number, task: () => void): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      task();
    }, delayMs);
  }
}
