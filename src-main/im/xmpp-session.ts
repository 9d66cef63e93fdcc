import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { ChatConfig } from '../account/account-config.ts';
import type { ConnectFailure } from '../core/connect-failure.ts';
import type { Attempt, Connect, Connection } from '../core/dial.ts';
import type { Logger } from '../core/log.ts';
import { Reconnector } from '../core/reconnector.ts';
import type { ReconnectorStatus } from '../core/reconnector-options.ts';
import { formatServer } from '../core/server-list.ts';
import type { Random, ServerAddress } from '../core/server-list.ts';
import { unguarded } from '../core/shared-credential.ts';
import type { GuardConnect } from '../core/shared-credential.ts';
import { AckQueue } from './ack-queue.ts';
import type { SentStanza } from './ack-queue.ts';
import { imLimits } from './im-limits.ts';
import { ManagedStream } from './managed-stream.ts';
import { negotiate } from './negotiation.ts';
import type { Negotiated, Phase } from './negotiation.ts';
import { stanzaError } from './stanza-error.ts';
import { RedirectFailure, connectionLost, handshakeTimeout } from './stream-failures.ts';
import { findServers } from './transport.ts';
import type { ChatServer, SrvResolver, Transport } from './transport.ts';

export interface XmppSessionOptions {
  readonly config: ChatConfig;
  readonly transport: Transport;
  readonly resolve: SrvResolver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface XmppSessionEvents {
  onStatus(status: ReconnectorStatus): void;
  /** Stanzas may be sent. `resumed`: the session goes on where it was cut; otherwise it is a new one. */
  onUp(resumed: boolean): void;
  onDown(): void;
  onStanza(stanza: Element): void;
  onFlush(): void;
  /** Asked between two slices of received data. A promise: no more is taken before it resolves. */
  room(): Promise<void> | undefined;
  onAcknowledged(stanzas: readonly SentStanza[]): void;
}

interface PendingIq {
  readonly to: string | undefined;
  readonly resolve: (answer: Element) => void;
  readonly reject: (error: AppError) => void;
  readonly timer: TimerHandle;
}

/** What outlives a lost connection. */
interface Resumable {
  readonly id: string;
  readonly jid: string;
}

/**
 * One sign-in to the chat server over as many connections as it takes. The reconnector says when and where to connect;
 * each attempt has its own stream, and only the acknowledgement queue and the counters outlive it.
 *
 *   down --connected, resumed--> up
 *   down --connected, new session--> up    (what waited is the outbox's to settle)
 *   up --lost--> down                      (what is unacknowledged waits for a resumption)
 *   up | down --rest--> resting            (a goodbye: that session cannot be resumed)
 *   resting --wake | start--> down
 *   any --stop--> stopped
 */
export class XmppSession {
  readonly #options: XmppSessionOptions;
  readonly #events: XmppSessionEvents;
  readonly #domain: string;
  readonly #user: string;
  readonly #reconnector: Reconnector;
  readonly #queue = new AckQueue();
  #password = '';
  /** `#connect`, with care for the password. */
  #guarded: Connect;
  #signIns = 0;
  #isStopping = false;
  /** The computer sleeps. */
  #isResting = false;
  #live: ManagedStream | undefined;
  #resumable: Resumable | undefined;
  #handled = 0;
  #jid = '';
  #servers: readonly ChatServer[] = [];
  #redirect: ServerAddress | undefined;
  readonly #iqs = new Map<string, PendingIq>();
  #iqNumber = 0;

  constructor(options: XmppSessionOptions, events: XmppSessionEvents) {
    this.#options = options;
    this.#events = events;
    const at = options.config.jid.indexOf('@');
    this.#user = options.config.jid.slice(0, at);
    this.#domain = options.config.jid.slice(at + 1);
    this.#guarded = this.#connect.bind(this);
    this.#reconnector = new Reconnector({
      clock: options.clock,
      random: options.random,
      servers: () => this.#findServers(),
      connect: (server, attempt) => this.#guarded(server, attempt),
      onStatus: (status) => {
        events.onStatus(status);
      },
      // Leaving a server that works would cost the resumable session and gain nothing: they are equals.
      fallBack: 'never',
      timing: { connectDeadlineMs: imLimits.handshakeMs },
    });
  }

  /** Full JID of the session; empty before the first one. */
  get jid(): string {
    return this.#jid;
  }

  get domain(): string {
    return this.#domain;
  }

  get isUp(): boolean {
    return this.#live !== undefined;
  }

  /** Stanzas that wait for their acknowledgement. */
  get unacknowledged(): number {
    return this.#queue.size;
  }

  /** Starts, or starts again with a new password. */
  start(password: string, guard: GuardConnect = unguarded): void {
    this.#guarded = guard(this.#connect.bind(this));
    this.#password = password;
    this.#isStopping = false;
    this.#isResting = false;
    this.#signIns += 1;
    this.#reconnector.useCredential(`sign-in ${this.#signIns}`);
    this.#reconnector.start();
  }

  async stop(): Promise<void> {
    this.#password = '';
    this.#isStopping = true;
    this.#isResting = false;
    await this.#reconnector.stop();
    this.#resumable = undefined;
    this.#queue.reset();
    this.#failIqs(t('Chat was signed out.'));
  }

  /** The network changed. */
  kick(): void {
    this.#reconnector.kick();
  }

  /** Says goodbye and keeps the password: `wake` signs in again, to a new session. */
  async rest(): Promise<void> {
    if (this.#password === '' || this.#isResting) return;
    this.#isResting = true;
    this.#isStopping = true;
    await this.#reconnector.stop();
    // The person signed in again, or out, meanwhile.
    if (!this.#isStillResting()) return;
    this.#isStopping = false;
    this.#resumable = undefined;
  }

  /** The computer woke. */
  wake(): void {
    if (!this.#isResting) {
      this.kick();
      return;
    }
    this.#isResting = false;
    this.#reconnector.start();
  }

  /** Apart, because it changes while the goodbye is under way. */
  #isStillResting(): boolean {
    return this.#isResting;
  }

  /** A person asked to try again. */
  retry(): void {
    this.#reconnector.retry();
  }

  /** Sends now. @throws AppError `offline` when there is no connection */
  send(stanza: Element, messageId?: string): void {
    if (this.#live === undefined)
      throw new AppError('offline', t('Chat is offline. Try again when the connection returns.'));
    this.#live.send({ xml: stanza.toString(), ...(messageId === undefined ? {} : { messageId }) });
  }

  /**
   * Asks and waits for the answer (RFC 6120 section 8.2.3).
   * @throws AppError `offline`, `timeout`, or what the server's error says
   */
  iq(type: 'get' | 'set', payload: Element, to?: string): Promise<Element> {
    return new Promise((resolve, reject) => {
      this.#iqNumber += 1;
      const id = `iq-${this.#signIns}-${this.#iqNumber}`;
      this.send(xml('iq', { type, id, ...(to === undefined ? {} : { to }) }, payload));
      const timer = this.#options.clock.setTimeout(() => {
        this.#iqs.delete(id);
        reject(new AppError('timeout', t('The chat server did not answer in time. Try again.'), `iq ${id}`));
      }, imLimits.iqTimeoutMs);
      this.#iqs.set(id, { to, resolve, reject, timer });
    });
  }

  async #findServers(): Promise<readonly ServerAddress[]> {
    const { config, resolve, random } = this.#options;
    this.#servers =
      config.servers.length > 0
        ? config.servers.map((server) => ({ ...server, directTls: config.directTls }))
        : await findServers(this.#domain, config.directTls, resolve, random);
    return this.#servers;
  }

  async #connect(address: ServerAddress, attempt: Attempt): Promise<Connection> {
    const { config, transport, log } = this.#options;
    const known = this.#servers.find((server) => server.host === address.host && server.port === address.port);
    const server: ChatServer = { directTls: known?.directTls ?? config.directTls, ...(this.#redirect ?? address) };
    this.#redirect = undefined;
    let phase: Phase = 'connecting';
    try {
      const negotiated = await negotiate({
        server,
        domain: this.#domain,
        credentials: { user: this.#user, password: this.#password },
        tlsName: config.tlsName ?? this.#domain,
        transport,
        signal: attempt.signal,
        ...(this.#resumable === undefined ? {} : { resume: { id: this.#resumable.id, handled: this.#handled } }),
        onPhase: (next) => {
          phase = next;
        },
      });
      log.info('connected', { server: formatServer(server), resumed: negotiated.kind === 'resumed' });
      return this.#goLive(negotiated, attempt);
    } catch (error) {
      if (error instanceof RedirectFailure) this.#redirect = error.target;
      log.warn('connection attempt failed', { server: formatServer(server), phase, error });
      if (attempt.signal.aborted) throw handshakeTimeout(phase);
      throw error;
    }
  }

  #goLive(negotiated: Negotiated, attempt: Attempt): Connection {
    const resumed = negotiated.kind === 'resumed';
    let acknowledged: readonly SentStanza[] = [];
    if (resumed) {
      acknowledged = this.#acknowledgeResumed(negotiated.h);
    } else {
      if (negotiated.previousH !== undefined) acknowledged = this.#acknowledgeQuietly(negotiated.previousH);
      // What the server may or may not have taken of the old session: the outbox finds out.
      this.#queue.reset();
      this.#handled = 0;
      this.#jid = negotiated.jid;
      const id = negotiated.management?.resumptionId;
      this.#resumable = id === undefined ? undefined : { id, jid: negotiated.jid };
      this.#failIqs(t('The connection was lost. Try again.'));
    }
    const live: ManagedStream = new ManagedStream(
      {
        stream: negotiated.stream,
        clock: this.#options.clock,
        queue: this.#queue,
        domain: this.#domain,
        handled: this.#handled,
        acknowledgements: resumed || negotiated.management !== undefined ? 'streamManagement' : 'pings',
      },
      {
        onStanza: (stanza) => {
          this.#onStanza(stanza);
        },
        onFlush: () => {
          this.#events.onFlush();
        },
        room: () => this.#events.room(),
        onAcknowledged: (stanzas) => {
          this.#events.onAcknowledged(stanzas);
        },
        onEnd: (failure) => {
          this.#ended(live, failure, attempt);
        },
      },
    );
    this.#live = live;
    live.start();
    if (acknowledged.length > 0) this.#events.onAcknowledged(acknowledged);
    this.#events.onUp(resumed);
    live.receive();
    return {
      close: () => {
        // A goodbye ends the session; one that is only cut may be resumed.
        if (this.#isStopping) live.close();
        else live.cut();
        return Promise.resolve();
      },
      check: () => live.check(),
    };
  }

  /** @throws ConnectFailure when the counters do not fit together: that session is given up */
  #acknowledgeResumed(h: number): readonly SentStanza[] {
    try {
      return this.#queue.acknowledge(h);
    } catch (error) {
      this.#resumable = undefined;
      throw connectionLost(error instanceof Error ? error.message : 'counters do not fit');
    }
  }

  /** A server that forgot the session may still say how far it had come; nonsense is ignored. */
  #acknowledgeQuietly(h: number): readonly SentStanza[] {
    try {
      return this.#queue.acknowledge(h);
    } catch {
      return [];
    }
  }

  #ended(live: ManagedStream, failure: ConnectFailure, attempt: Attempt): void {
    if (this.#live !== live) return;
    this.#live = undefined;
    this.#handled = live.handled;
    if (failure instanceof RedirectFailure) this.#redirect = failure.target;
    this.#options.log.info('connection ended', { reason: failure.message, detail: failure.detail });
    if (this.#resumable === undefined) this.#failIqs(t('The connection was lost. Try again.'));
    this.#events.onDown();
    attempt.lost(failure);
  }

  #onStanza(stanza: Element): void {
    if (stanza.name === 'iq' && (stanza.attrs['type'] === 'result' || stanza.attrs['type'] === 'error')) {
      this.#answered(stanza);
      return;
    }
    this.#events.onStanza(stanza);
  }

  /** An answer counts only from whom we asked (RFC 6120 section 8.1.2.1: no `from` means our own account). */
  #answered(answer: Element): void {
    const id = answer.attrs['id'] ?? '';
    const pending = this.#iqs.get(id);
    if (pending === undefined) return;
    const from = answer.attrs['from'];
    const own = [undefined, this.#options.config.jid, this.#jid, this.#domain];
    if (pending.to === undefined ? !own.includes(from) : from !== pending.to) return;
    this.#iqs.delete(id);
    this.#options.clock.clearTimeout(pending.timer);
    if (answer.attrs['type'] === 'result') pending.resolve(answer);
    else pending.reject(stanzaError(answer));
  }

  #failIqs(message: string): void {
    for (const pending of this.#iqs.values()) {
      this.#options.clock.clearTimeout(pending.timer);
      pending.reject(new AppError('offline', message));
    }
    this.#iqs.clear();
  }
}
