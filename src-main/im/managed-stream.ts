import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { ConnectFailure } from '../core/connect-failure.ts';
import { AckError } from './ack-queue.ts';
import type { AckQueue, SentStanza } from './ack-queue.ts';
import { imLimits } from './im-limits.ts';
import { namespaces } from './namespaces.ts';
import { parseCounter } from './negotiation.ts';
import { connectionLost, noAnswer, notStored } from './stream-failures.ts';
import type { XmlStream } from './xml-stream.ts';

const sm = namespaces.streamManagement;
const ackRequest = `<r xmlns="${sm}"/>`;

export interface ManagedStreamOptions {
  readonly stream: XmlStream;
  readonly clock: Clock;
  /** Outlives this stream when the session can be resumed. */
  readonly queue: AckQueue;
  /** `pings`: the server lacks XEP-0198; the answer to a ping (XEP-0199) proves what it has taken before. */
  readonly acknowledgements: 'streamManagement' | 'pings';
  readonly domain: string;
  /** Stanzas of the server handled so far in this session. */
  readonly handled: number;
}

export interface ManagedStreamEvents {
  /** Throws when gathered stanzas cannot be stored. */
  onStanza(stanza: Element): void;
  /** Gathered stanzas must be stored when this returns: they are acknowledged right afterwards. Throws when they cannot be. */
  onFlush(): void;
  /** Asked between two slices of received data. A promise: no more is taken before it resolves. */
  room(): Promise<void> | undefined;
  onAcknowledged(stanzas: readonly SentStanza[]): void;
  onEnd(failure: ConnectFailure): void;
}

/**
 * The life of one bound stream: counts and acknowledges stanzas (XEP-0198), asks for acknowledgements of ours and gives
 * the link up when they stay away, keeps a silent link alive and finds out when it is dead.
 *
 *   live --end | no acknowledgement in time | close--> over
 */
export class ManagedStream {
  readonly #options: ManagedStreamOptions;
  readonly #events: ManagedStreamEvents;
  readonly #queue: AckQueue;
  readonly #clock: Clock;
  #handled: number;
  /** Received since the last flush; they count as handled when they are stored. */
  #unflushed = 0;
  #isOver = false;
  #requestTimer: TimerHandle | undefined;
  #deadTimer: TimerHandle | undefined;
  #keepAliveTimer: TimerHandle | undefined;
  /** Acknowledgements asked for and not answered. */
  #requests = 0;
  #sinceRequest = 0;
  #seenBytes = 0;
  /** Pings under way and how many stanzas had been sent before each. */
  readonly #pings = new Map<string, number>();
  #pingNumber = 0;
  readonly #checks = new Set<{ resolve: () => void; reject: (failure: ConnectFailure) => void }>();

  constructor(options: ManagedStreamOptions, events: ManagedStreamEvents) {
    this.#options = options;
    this.#events = events;
    this.#queue = options.queue;
    this.#clock = options.clock;
    this.#handled = options.handled;
  }

  /** Stanzas of the server that are handled, for a resumption. */
  get handled(): number {
    return this.#handled;
  }

  /** Sends again, before anything new, what the lost connection left unacknowledged. */
  start(): void {
    this.#armKeepAlive();
    for (const stanza of this.#queue.waiting()) this.#options.stream.write(stanza.xml);
    if (this.#queue.size > 0) this.#requestAck();
  }

  /** Takes what the server sends, first what came during the handshake. */
  receive(): void {
    this.#options.stream.consume({
      onElement: (element) => {
        this.#onElement(element);
      },
      onSlice: () => {
        this.#flush();
        return this.#events.room();
      },
      onEnd: (failure) => {
        this.#end(failure);
      },
    });
  }

  send(stanza: SentStanza): void {
    if (this.#isOver) throw new Error('the stream is over');
    this.#queue.push(stanza);
    this.#options.stream.write(stanza.xml);
    this.#sinceRequest += 1;
    if (this.#sinceRequest >= imLimits.ackEveryStanzas) this.#requestAck();
    else this.#armRequest();
  }

  /** Resolves when the server shows a sign of life; the caller sets the deadline. */
  check(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) {
        reject(connectionLost('the stream is over'));
        return;
      }
      this.#checks.add({ resolve, reject });
      this.#requestAck();
    });
  }

  /** Tells the server how far we are, says goodbye and ends. The session cannot be resumed afterwards. */
  close(): void {
    if (this.#isOver) return;
    this.#flush();
    if (this.#options.acknowledgements === 'streamManagement') this.#options.stream.write(this.#ownAck());
    this.#options.stream.close();
    this.#end(connectionLost('closed by us'));
  }

  /** Lets the link go without a word, so that the session may be resumed. */
  cut(): void {
    this.#options.stream.fail(connectionLost('given up by us'));
  }

  #onElement(element: Element): void {
    if (element.is('r', sm)) {
      this.#flush();
      if (!this.#isOver) this.#options.stream.write(this.#ownAck());
      return;
    }
    if (element.is('a', sm)) {
      const h = parseCounter(element.attrs['h']);
      if (h !== undefined) this.#acknowledged(() => this.#queue.acknowledge(h));
      return;
    }
    if (!['message', 'presence', 'iq'].includes(element.name)) return;
    this.#unflushed += 1;
    if (element.name === 'iq' && this.#takePong(element)) return;
    try {
      this.#events.onStanza(element);
    } catch (error) {
      this.#notStored(error);
    }
  }

  #ownAck(): string {
    return `<a xmlns="${sm}" h="${this.#handled}"/>`;
  }

  #flush(): void {
    if (this.#unflushed === 0) return;
    try {
      this.#events.onFlush();
    } catch (error) {
      this.#notStored(error);
      return;
    }
    this.#handled = (this.#handled + this.#unflushed) >>> 0;
    this.#unflushed = 0;
  }

  /** Not stored, so not acknowledged either: the server keeps what came since the last flush and sends it again. */
  #notStored(error: unknown): void {
    this.#unflushed = 0;
    this.#options.stream.fail(notStored(error instanceof Error ? error.message : String(error)));
  }

  #acknowledged(take: () => readonly SentStanza[]): void {
    let stanzas: readonly SentStanza[];
    try {
      stanzas = take();
    } catch (error) {
      if (!(error instanceof AckError)) throw error;
      this.#options.stream.fail(connectionLost(error.message));
      return;
    }
    this.#requests = Math.max(0, this.#requests - 1);
    this.#alive();
    if (stanzas.length > 0) this.#events.onAcknowledged(stanzas);
    if (this.#queue.size > 0 && this.#requests === 0) this.#armRequest();
  }

  /** The server has answered: the link lives. */
  #alive(): void {
    if (this.#deadTimer !== undefined) this.#clock.clearTimeout(this.#deadTimer);
    this.#deadTimer = undefined;
    if (this.#requests > 0) this.#armDead();
    for (const check of this.#checks) check.resolve();
    this.#checks.clear();
  }

  #armRequest(): void {
    this.#requestTimer ??= this.#clock.setTimeout(() => {
      this.#requestTimer = undefined;
      if (this.#requests === 0) this.#requestAck();
    }, imLimits.ackDelayMs);
  }

  #requestAck(): void {
    if (this.#isOver) return;
    if (this.#requestTimer !== undefined) this.#clock.clearTimeout(this.#requestTimer);
    this.#requestTimer = undefined;
    this.#sinceRequest = 0;
    this.#requests += 1;
    if (this.#options.acknowledgements === 'streamManagement') {
      this.#options.stream.write(ackRequest);
    } else {
      this.#pingNumber += 1;
      const id = `ack-${this.#pingNumber}`;
      this.#pings.set(id, this.#queue.sentCounter);
      const ping = xml('ping', { xmlns: namespaces.ping });
      this.#options.stream.write(xml('iq', { type: 'get', id, to: this.#options.domain }, ping).toString());
    }
    this.#armDead();
  }

  /** Any answer to our ping will do, also an error: the server has worked through all that stood before it. */
  #takePong(iq: Element): boolean {
    const id = iq.attrs['id'] ?? '';
    const counter = this.#pings.get(id);
    if (counter === undefined || iq.attrs['type'] === 'get' || iq.attrs['type'] === 'set') return false;
    this.#pings.delete(id);
    this.#acknowledged(() => this.#queue.acknowledge(counter));
    return true;
  }

  #armDead(): void {
    this.#deadTimer ??= this.#clock.setTimeout(() => {
      this.#deadTimer = undefined;
      if (this.#options.stream.isBehind) {
        this.#armDead();
        return;
      }
      this.#options.stream.fail(noAnswer(`no acknowledgement in ${imLimits.ackTimeoutMs} ms`));
    }, imLimits.ackTimeoutMs);
  }

  #armKeepAlive(): void {
    this.#seenBytes = this.#options.stream.receivedBytes;
    this.#keepAliveTimer = this.#clock.setTimeout(() => {
      const isSilent = this.#options.stream.receivedBytes === this.#seenBytes;
      if (isSilent && this.#requests === 0) this.#requestAck();
      this.#armKeepAlive();
    }, imLimits.keepAliveMs);
  }

  #end(failure: ConnectFailure): void {
    if (this.#isOver) return;
    // What came before the end is stored and counts; when it cannot be stored, the server will send it again.
    try {
      if (this.#unflushed > 0) this.#events.onFlush();
      this.#handled = (this.#handled + this.#unflushed) >>> 0;
    } catch {
      // onFlush has told its own health.
    }
    this.#unflushed = 0;
    this.#isOver = true;
    for (const timer of [this.#requestTimer, this.#deadTimer, this.#keepAliveTimer]) {
      if (timer !== undefined) this.#clock.clearTimeout(timer);
    }
    for (const check of this.#checks) check.reject(failure);
    this.#checks.clear();
    this.#events.onEnd(failure);
  }
}
