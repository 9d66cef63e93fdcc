import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { limits } from '../../src-shared/limits.ts';
import type { LineState, WatchedLineState } from '../../src-shared/model/line-state.ts';
import type { Logger } from '../core/log.ts';
import type { Random } from '../core/server-list.ts';
import { WatchedLine, parseDialogInfo } from './dialog-info.ts';
import type { RingingCall } from './dialog-info.ts';
import type { EventEnd, EventSource, EventSubscription } from './event-source.ts';
import { lineStateLimits, retryDelayMs } from './line-state-limits.ts';

/** A contact whose phone can be watched. */
export interface WatchedContact {
  /** Bare JID. */
  readonly jid: string;
  /** SIP addresses that the phone may have, the likeliest first. */
  readonly addresses: readonly string[];
}

export interface LineStatesOptions {
  readonly source: EventSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly publish: (lines: readonly WatchedLineState[]) => void;
}

/**
 * The life of one watch:
 *
 *     queued --slot--> asking --accepted--> watching --renewed in time--> watching
 *       ^               |                      |
 *       |               +-- no such address --> queued with the next one, or refused
 *       |               +-- 489 and the like --> refused (asked again much later)
 *       +-- backoff ----+----------------------+-- 5xx, no answer, ended by the server
 *
 * No line: every watch is queued, and its state is unknown.
 */
type WatchState = 'queued' | 'asking' | 'watching' | 'backoff' | 'refused';

interface Watch {
  readonly jid: string;
  addresses: readonly string[];
  /** Which of the addresses is in use. */
  at: number;
  state: WatchState;
  readonly line: WatchedLine;
  subscription: EventSubscription | undefined;
  timer: TimerHandle | undefined;
  failures: number;
}

/** Statuses of a server that does not know this address; another one may be the phone's. */
const noSuchAddress: ReadonlySet<number> = new Set([404, 410, 480, 484, 604]);
/** Statuses that asking again will not change. */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 405, 406, 407, 415, 416, 420, 485, 489, 501, 603, 606]);
/** Reasons of RFC 6665 section 4.1.3 after which a client must not ask again by itself. */
const finalReasons: ReadonlySet<string> = new Set(['rejected', 'noresource', 'invariant']);
/** The event package itself is what the server does not know. */
const unsupported: ReadonlySet<number> = new Set([405, 489, 501]);

/**
 * Line states of colleagues (RFC 4235), as many as a roster has, asked for a few at a time. A server that does not know
 * the event package is asked by the first contacts only.
 */
export class LineStates {
  readonly #options: LineStatesOptions;
  readonly #watches = new Map<string, Watch>();
  #undo: (() => void) | undefined;
  #connection: number | undefined;
  #pace: TimerHandle | undefined;
  /** Refusals of the event package since the connection came, without one success. */
  #unsupported = 0;
  #published = '';

  constructor(options: LineStatesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#undo ??= this.#options.source.onConnectionChanged(() => {
      this.#connectionChanged();
    });
    this.#connectionChanged();
    this.#publish();
  }

  stop(): void {
    this.#undo?.();
    this.#undo = undefined;
    for (const watch of this.#watches.values()) this.#drop(watch, true);
    this.#watches.clear();
    if (this.#pace !== undefined) this.#options.clock.clearTimeout(this.#pace);
    this.#pace = undefined;
  }

  /** Undefined for somebody whose phone is not watched. */
  stateOf(jid: string): LineState | undefined {
    return this.#watches.get(jid)?.line.state;
  }

  /** The call that rings at somebody, where it can be taken. */
  ringingAt(jid: string): RingingCall | undefined {
    return this.#watches.get(jid)?.line.ringing;
  }

  /** Whom to watch now; at most limits.contacts. Watches of contacts that stay go on. */
  setContacts(contacts: readonly WatchedContact[]): void {
    const wanted = new Map(
      contacts
        .filter(({ addresses }) => addresses.length > 0)
        .slice(0, limits.contacts)
        .map((one) => [one.jid, one]),
    );
    for (const [jid, watch] of [...this.#watches]) {
      const now = wanted.get(jid);
      if (now === undefined) {
        this.#drop(watch, true);
        this.#watches.delete(jid);
      } else if (now.addresses.join(' ') !== watch.addresses.join(' ')) {
        this.#drop(watch, true);
        Object.assign(watch, { addresses: now.addresses, at: 0, failures: 0, state: 'queued' });
      }
    }
    for (const { jid, addresses } of wanted.values()) {
      if (this.#watches.has(jid)) continue;
      this.#watches.set(jid, {
        jid,
        addresses,
        at: 0,
        state: 'queued',
        line: new WatchedLine(),
        subscription: undefined,
        timer: undefined,
        failures: 0,
      });
    }
    this.#pump();
    this.#publish();
  }

  #connectionChanged(): void {
    const { connection } = this.#options.source;
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#unsupported = 0;
    for (const watch of this.#watches.values()) {
      // The dialogs of the old connection are gone with it.
      this.#drop(watch, false);
      Object.assign(watch, { at: 0, failures: 0, state: 'queued' });
    }
    this.#pump();
    this.#publish();
  }

  /** Asks for the next ones: never more than a few unanswered, and a moment between two. */
  #pump(): void {
    const { clock, log } = this.#options;
    if (this.#pace !== undefined || this.#connection === undefined) return;
    if (this.#unsupported >= lineStateLimits.unsupportedAfter) return;
    const watches = [...this.#watches.values()];
    if (watches.filter(({ state }) => state === 'asking').length >= lineStateLimits.unanswered) return;
    const next = watches.find(({ state }) => state === 'queued');
    if (next === undefined) return;
    try {
      this.#ask(next);
    } catch (error) {
      log.warn('a line cannot be watched', { jid: next.jid, error });
      next.state = 'refused';
    }
    this.#pace = clock.setTimeout(() => {
      this.#pace = undefined;
      this.#pump();
    }, lineStateLimits.paceMs);
  }

  #ask(watch: Watch): void {
    const target = watch.addresses[watch.at];
    if (target === undefined) return;
    watch.line.reset();
    // What is told of an earlier subscription must not reach this one.
    const self: { subscription: EventSubscription | undefined } = { subscription: undefined };
    const isCurrent = (): boolean => watch.subscription === self.subscription;
    self.subscription = this.#options.source.subscribe(
      { target, event: 'dialog', accept: 'application/dialog-info+xml', expiresS: lineStateLimits.expiresS },
      {
        notified: (body) => {
          if (isCurrent()) this.#notified(watch, body);
        },
        accepted: (expiresS) => {
          if (isCurrent()) this.#accepted(watch, expiresS);
        },
        ended: (end) => {
          if (isCurrent()) this.#ended(watch, end);
        },
      },
    );
    if (self.subscription === undefined) return;
    watch.subscription = self.subscription;
    watch.state = 'asking';
  }

  #accepted(watch: Watch, expiresS: number): void {
    this.#unsupported = 0;
    watch.state = 'watching';
    watch.failures = 0;
    const afterMs = Math.max(lineStateLimits.refreshFloorMs, expiresS * 1_000 * lineStateLimits.refreshFraction);
    this.#later(watch, afterMs, () => {
      watch.subscription?.refresh();
    });
    this.#pump();
  }

  #notified(watch: Watch, body: string): void {
    if (body.trim() === '') {
      watch.line.apply({ version: 0, isFull: true, dialogs: [] });
      this.#publish();
      return;
    }
    const info = parseDialogInfo(body);
    if (info === undefined) {
      this.#options.log.debug('a line state could not be read', { jid: watch.jid });
      return;
    }
    if (watch.line.apply(info) === 'missed') watch.subscription?.refresh();
    this.#publish();
  }

  #ended(watch: Watch, end: EventEnd): void {
    const { log, random } = this.#options;
    log.debug('a line is not watched any more', { jid: watch.jid, ...end });
    this.#drop(watch, false);
    if (unsupported.has(end.status)) this.#unsupported += 1;
    const isFinal = refusals.has(end.status) || (end.reason !== undefined && finalReasons.has(end.reason));
    if (noSuchAddress.has(end.status) && watch.at + 1 < watch.addresses.length) {
      watch.at += 1;
      watch.state = 'queued';
    } else if (isFinal || noSuchAddress.has(end.status)) {
      watch.state = 'refused';
      this.#requeue(watch, lineStateLimits.refusedRetryMs * (1 + random()));
    } else {
      watch.state = 'backoff';
      watch.failures += 1;
      this.#requeue(watch, retryDelayMs(watch.failures, end.retryAfterS, random));
    }
    this.#publish();
    this.#pump();
  }

  #requeue(watch: Watch, afterMs: number): void {
    this.#later(watch, afterMs, () => {
      if (watch.state === 'refused') this.#unsupported = 0;
      Object.assign(watch, { state: 'queued', at: 0 });
      this.#pump();
    });
  }

  #later(watch: Watch, afterMs: number, task: () => void): void {
    const { clock } = this.#options;
    if (watch.timer !== undefined) clock.clearTimeout(watch.timer);
    watch.timer = clock.setTimeout(() => {
      watch.timer = undefined;
      task();
    }, afterMs);
  }

  #drop(watch: Watch, unsubscribe: boolean): void {
    const { subscription, timer } = watch;
    watch.subscription = undefined;
    if (timer !== undefined) this.#options.clock.clearTimeout(timer);
    watch.timer = undefined;
    watch.line.reset();
    if (unsubscribe) subscription?.stop();
  }

  #publish(): void {
    const lines: WatchedLineState[] = [...this.#watches.values()].map(({ jid, line }) => ({
      jid,
      state: line.state,
      ...(line.state === 'ringing' && line.ringing !== undefined ? { canTake: true } : {}),
    }));
    const text = JSON.stringify(lines);
    if (text === this.#published) return;
    this.#published = text;
    this.#options.publish(lines);
  }
}
