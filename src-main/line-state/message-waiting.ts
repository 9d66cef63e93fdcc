import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { WaitingMessages } from '../../src-shared/model/line-state.ts';
import type { Logger } from '../core/log.ts';
import type { Random } from '../core/server-list.ts';
import type { EventSource, EventSubscription } from './event-source.ts';
import { lineStateLimits, retryDelayMs } from './line-state-limits.ts';
import { parseMessageSummary } from './message-summary.ts';

export interface MessageWaitingOptions {
  readonly source: EventSource;
  /** The person's own address of record. */
  readonly aor: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Undefined: not known. */
  readonly publish: (waiting: WaitingMessages | undefined) => void;
}

/** Statuses of a server that has no voicemail for this person, or no such event package. */
const hasNone: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 406, 407, 410, 480, 489, 501, 603]);

/** Messages that wait at the phone server (RFC 3842), subscribed to, or told by the server unasked. */
export class MessageWaiting {
  readonly #options: MessageWaitingOptions;
  readonly #undo: (() => void)[] = [];
  #connection: number | undefined;
  #subscription: EventSubscription | undefined;
  #timer: TimerHandle | undefined;
  #failures = 0;

  constructor(options: MessageWaitingOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#undo.length > 0) return;
    const { source } = this.#options;
    this.#undo.push(
      source.onConnectionChanged(() => {
        this.#connectionChanged();
      }),
      source.onUnsolicited((event, body) => {
        if (event === 'message-summary') this.#notified(body);
      }),
    );
    this.#connectionChanged();
  }

  stop(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
    this.#stopTimer();
    this.#subscription?.stop();
    this.#subscription = undefined;
  }

  #connectionChanged(): void {
    const { connection } = this.#options.source;
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#stopTimer();
    this.#subscription = undefined;
    this.#failures = 0;
    if (connection === undefined) this.#options.publish(undefined);
    else this.#ask();
  }

  #ask(): void {
    const { source, aor, random, log } = this.#options;
    const self: { subscription: EventSubscription | undefined } = { subscription: undefined };
    const isCurrent = (): boolean => this.#subscription === self.subscription;
    self.subscription = source.subscribe(
      {
        target: aor,
        event: 'message-summary',
        accept: 'application/simple-message-summary',
        expiresS: lineStateLimits.expiresS,
      },
      {
        notified: (body) => {
          if (isCurrent()) this.#notified(body);
        },
        accepted: (expiresS) => {
          if (!isCurrent()) return;
          this.#failures = 0;
          this.#later(
            Math.max(lineStateLimits.refreshFloorMs, expiresS * 1_000 * lineStateLimits.refreshFraction),
            () => {
              self.subscription?.refresh();
            },
          );
        },
        ended: (end) => {
          if (!isCurrent()) return;
          this.#subscription = undefined;
          log.debug('waiting messages are not subscribed to', { ...end });
          this.#failures += 1;
          this.#later(
            hasNone.has(end.status)
              ? lineStateLimits.refusedRetryMs * (1 + random())
              : retryDelayMs(this.#failures, end.retryAfterS, random),
            () => {
              this.#ask();
            },
          );
        },
      },
    );
    this.#subscription = self.subscription;
  }

  #notified(body: string): void {
    const waiting = parseMessageSummary(body);
    if (waiting !== undefined) this.#options.publish(waiting);
  }

  #later(afterMs: number, task: () => void): void {
    this.#stopTimer();
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      task();
    }, afterMs);
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
