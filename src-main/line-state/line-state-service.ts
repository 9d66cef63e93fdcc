import type { Clock } from '../../src-shared/clock.ts';
import type { LineState, WaitingMessages, WatchedLineState } from '../../src-shared/model/line-state.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { Logger } from '../core/log.ts';
import type { Random } from '../core/server-list.ts';
import type { Service } from '../core/service.ts';
import type { EventSource } from './event-source.ts';
import type { RingingCall } from './dialog-info.ts';
import { LineStates } from './line-states.ts';
import { MessageWaiting } from './message-waiting.ts';
import { watchedContacts } from './watched-contacts.ts';
import type { PhoneDomain } from './watched-contacts.ts';

export interface LineStateServiceOptions {
  readonly source: EventSource;
  readonly phone: PhoneDomain;
  readonly hub: Pick<TopicHub, 'publish'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Told after a line changed. */
  readonly linesChanged?: () => void;
}

/** What the phone server tells without a call: topic `lineStates`. */
export class LineStateService implements Service {
  readonly name = 'lineStates';
  readonly #options: LineStateServiceOptions;
  readonly #lines: LineStates;
  readonly #messages: MessageWaiting;
  #jids: readonly string[] = [];
  #watched: readonly WatchedLineState[] = [];
  #waiting: WaitingMessages | undefined;

  constructor(options: LineStateServiceOptions) {
    this.#options = options;
    this.#lines = new LineStates({
      ...options,
      publish: (lines) => {
        this.#watched = lines;
        this.#publish();
        options.linesChanged?.();
      },
    });
    this.#messages = new MessageWaiting({
      ...options,
      aor: options.phone.aor,
      publish: (waiting) => {
        this.#waiting = waiting;
        this.#publish();
      },
    });
  }

  start(): Promise<void> {
    this.#lines.start();
    this.#messages.start();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#messages.stop();
    this.#lines.stop();
    return Promise.resolve();
  }

  /** Undefined for somebody whose phone is not watched. */
  stateOf(jid: string): LineState | undefined {
    return this.#lines.stateOf(jid);
  }

  /** The call that rings at a contact, where the phone server tells enough of it to take it. */
  ringingAt(jid: string): RingingCall | undefined {
    return this.#lines.ringingAt(jid);
  }

  /** The roster changed; presence of the same people changes nothing. */
  setContacts(jids: readonly string[]): void {
    if (jids.join(' ') === this.#jids.join(' ')) return;
    this.#jids = jids;
    this.numbersLearned();
  }

  /** The directory told numbers of contacts. */
  numbersLearned(): void {
    this.#lines.setContacts(watchedContacts(this.#jids, this.#options.phone));
  }

  #publish(): void {
    this.#options.hub.publish('lineStates', {
      lines: this.#watched,
      ...(this.#waiting === undefined ? {} : { messages: this.#waiting }),
    });
  }
}
