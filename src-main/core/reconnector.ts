import type { TimerHandle } from '../../src-shared/clock.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import { ConnectFailure } from './connect-failure.ts';
import { Dial } from './dial.ts';
import { defaultTiming } from './reconnector-options.ts';
import type { ReconnectorOptions, ReconnectorStatus, ReconnectorTiming } from './reconnector-options.ts';
import { ServerList, backoffMs, defaultBackoff, isSameName, isSameServer } from './server-list.ts';
import type { ServerAddress } from './server-list.ts';

type State = 'stopped' | 'resolving' | 'connecting' | 'waiting' | 'up' | 'moving' | 'failed';

/** Transitions that are not listed are refused. They stand in one file, as each is only right beside the others. */
const transitions: Readonly<Record<State, readonly State[]>> = {
  stopped: ['resolving'],
  resolving: ['connecting', 'waiting', 'failed', 'stopped'],
  connecting: ['connecting', 'up', 'waiting', 'failed', 'resolving', 'stopped'],
  waiting: ['resolving', 'stopped'],
  up: ['connecting', 'moving', 'waiting', 'failed', 'stopped'],
  moving: ['up', 'connecting', 'waiting', 'failed', 'stopped'],
  failed: ['resolving', 'stopped'],
};

/**
 * Keeps one service connected to one of its servers. Written once for SIP, XMPP, LDAP and IMAP.
 *
 *   stopped --start--> resolving --servers known--> connecting --usable--> up
 *   resolving --none known--> waiting            resolving --refused by a person's setting--> failed
 *   connecting --failed--> connecting            while another server may be tried
 *   connecting --failed--> waiting               while all servers pause
 *   connecting --failed--> failed                when only a person can help
 *   waiting --time | kick | retry--> resolving
 *   up --lost | check failed--> connecting | waiting | failed
 *   up --better server may be tried, nothing holds off--> moving
 *   moving --better server usable--> up          the old connection is closed afterwards (whenIdle)
 *   moving --better server alive--> connecting   the old connection is closed before (probe)
 *   moving --better server failed--> up          the old connection was never touched
 *   connecting --kick--> resolving               when the attempt is older than kickGraceMs
 *   failed --retry | useCredential--> resolving
 *   any --stop--> stopped
 *
 * `holdOff` keeps it from moving of its own will (a call, a transfer); a lost connection is repaired all the same.
 */
export class Reconnector {
  readonly #options: ReconnectorOptions;
  readonly #timing: ReconnectorTiming;
  readonly #list: ServerList;
  #state: State = 'stopped';
  /** The attempt under way, or the connection in use. */
  #dial: Dial | undefined;
  /** The attempt on a better server while `#dial` serves. */
  #mover: { abandon(): Promise<void> } | undefined;
  #upSinceMs = 0;
  #everUp = false;
  #failure: ConnectFailure | undefined;
  #timer: TimerHandle | undefined;
  #roundsWithoutServers = 0;
  #holds = 0;
  #moveDue = false;
  #checking = false;
  /** Answers of DNS and probes that were asked for in an earlier life are ignored. */
  #epoch = 0;
  /** Rejected by `stop`, so that nothing waits for an answer (and holds a timer) after it. */
  #ended = Promise.withResolvers<never>();

  constructor(options: ReconnectorOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#list = new ServerList([], options.random, options.backoff ?? defaultBackoff);
  }

  /** The server in use. */
  get server(): ServerAddress | undefined {
    return this.#isServing() ? this.#dial?.server : undefined;
  }

  start(): void {
    if (this.#state !== 'stopped') return;
    this.#list.forgetAll();
    this.#everUp = false;
    this.#failure = undefined;
    this.#ended = Promise.withResolvers<never>();
    this.#ended.promise.catch(() => undefined);
    this.#resolve();
  }

  /** Closes the connection and ends everything; safe to call twice. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    const closing: Promise<void>[] = [];
    if (this.#dial !== undefined) closing.push(this.#dial.abandon());
    if (this.#mover !== undefined) closing.push(this.#mover.abandon());
    this.#dial = undefined;
    this.#mover = undefined;
    this.#enter('stopped');
    this.#tell({ state: 'stopped' });
    this.#ended.reject(new Error('stopped'));
    try {
      await withDeadline(Promise.all(closing), this.#timing.closeDeadlineMs, this.#options.clock, 'close');
    } catch {
      // It hangs; the process goes on without it.
    }
  }

  /** The network changed or the computer woke: pauses end, and a connection must show that it is alive. */
  kick(): void {
    switch (this.#state) {
      case 'waiting':
        this.#list.forgetPauses();
        this.#resolve();
        break;
      case 'connecting':
        this.#list.forgetPauses();
        if (this.#dial !== undefined && this.#now() - this.#dial.startedAtMs > this.#timing.kickGraceMs)
          this.#resolve();
        break;
      case 'up':
      case 'moving':
        this.#list.forgetPauses();
        void this.#check();
        break;
      case 'stopped':
      case 'resolving':
      case 'failed':
        break;
    }
  }

  /** A person asked to try again: refusals are forgotten too, for one more attempt per server. */
  retry(): void {
    if (this.#state === 'stopped') return;
    this.#list.forgetAll();
    if (this.#state === 'failed') this.#resolve();
    else this.kick();
  }

  /** A new credential, by an opaque label (never the password itself): what was refused to the old one may be tried. */
  useCredential(label: string): void {
    this.#list.useCredential(label);
    if (this.#state === 'failed') this.#resolve();
  }

  /** While held the connection is not moved of our own will. Returns the release; releasing twice counts once. */
  holdOff(): () => void {
    this.#holds += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0 && this.#moveDue) this.#tryToMove();
    };
  }

  #now(): number {
    return this.#options.clock.now();
  }

  /** Settles as `work` does, or rejects at the deadline or when stopped. */
  #within<T>(work: Promise<T>, deadlineMs: number, what: string): Promise<T> {
    return withDeadline(Promise.race([work, this.#ended.promise]), deadlineMs, this.#options.clock, what);
  }

  #isServing(): boolean {
    return this.#state === 'up' || this.#state === 'moving';
  }

  #enter(state: State): void {
    if (!transitions[this.#state].includes(state)) {
      throw new Error(`reconnector: no transition from ${this.#state} to ${state}`);
    }
    this.#state = state;
    this.#epoch += 1;
    this.#setTimer(undefined, 0);
  }

  #tell(status: ReconnectorStatus): void {
    this.#options.onStatus(status);
  }

  #setTimer(task: (() => void) | undefined, delayMs: number): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer =
      task === undefined
        ? undefined
        : this.#options.clock.setTimeout(() => {
            this.#timer = undefined;
            task();
          }, delayMs);
  }

  #drop(): void {
    void this.#dial?.abandon();
    void this.#mover?.abandon();
    this.#dial = undefined;
    this.#mover = undefined;
  }

  #resolve(): void {
    this.#drop();
    this.#enter('resolving');
    const epoch = this.#epoch;
    this.#tellConnecting(undefined);
    const found = (async () => await this.#options.servers())();
    this.#within(found, this.#timing.resolveDeadlineMs, 'servers').then(
      (servers) => {
        if (epoch === this.#epoch) this.#resolved(servers);
      },
      (error: unknown) => {
        if (epoch === this.#epoch) this.#notResolved(ConnectFailure.from(error));
      },
    );
  }

  #resolved(servers: readonly ServerAddress[]): void {
    if (servers.length === 0) {
      this.#notResolved(new ConnectFailure('later', 'No server is known for this service.'));
      return;
    }
    this.#roundsWithoutServers = 0;
    this.#list.replace(servers);
    this.#connectNext();
  }

  #notResolved(failure: ConnectFailure): void {
    if (this.#list.servers.length > 0) {
      // Name service is down as well, or the record is gone: the servers of last time may still be there.
      this.#connectNext();
      return;
    }
    this.#failure = failure;
    if (failure.advice === 'never') {
      this.#giveUp(failure);
      return;
    }
    this.#roundsWithoutServers += 1;
    const backoff = this.#options.backoff ?? defaultBackoff;
    this.#wait(this.#now() + backoffMs(this.#roundsWithoutServers, backoff, this.#options.random));
  }

  #connectNext(): void {
    const next = this.#list.next(this.#now());
    switch (next.kind) {
      case 'server':
        this.#enter('connecting');
        this.#connectTo(next.server);
        break;
      case 'wait':
        this.#wait(next.untilMs);
        break;
      case 'none':
        this.#giveUp(this.#failure ?? new ConnectFailure('never', 'No server accepts the sign-in.'));
        break;
    }
  }

  #connectTo(server: ServerAddress): void {
    this.#tellConnecting(server);
    this.#dial = new Dial(
      this.#options.connect,
      this.#target(server),
      this.#timing.connectDeadlineMs,
      this.#options.clock,
      {
        opened: () => {
          this.#serving();
        },
        failed: (failure) => {
          this.#dial = undefined;
          this.#note(server, failure);
          this.#connectNext();
        },
        lost: (failure) => {
          this.#lost(failure);
        },
      },
    );
  }

  #target(server: ServerAddress): { server: ServerAddress; others: readonly ServerAddress[] } {
    return { server, others: this.#list.others(server) };
  }

  #tellConnecting(server: ServerAddress | undefined): void {
    this.#tell({
      state: 'connecting',
      everUp: this.#everUp,
      ...(server === undefined ? {} : { server }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    });
  }

  #note(server: ServerAddress, failure: ConnectFailure): void {
    this.#failure = failure;
    const { servers = [server], advice, retryAfterMs } = failure;
    for (const one of servers) this.#list.failed(one, advice, this.#now(), retryAfterMs);
    if (failure.advice === 'never' && failure.credentialRefused) this.#list.refuseCredential();
  }

  #wait(untilMs: number): void {
    this.#enter('waiting');
    this.#tell({
      state: 'waiting',
      retryAtMs: untilMs,
      everUp: this.#everUp,
      failure: this.#failure ?? new ConnectFailure('later', 'The server could not be reached.'),
    });
    this.#setTimer(
      () => {
        this.#resolve();
      },
      Math.max(0, untilMs - this.#now()),
    );
  }

  #giveUp(failure: ConnectFailure): void {
    this.#enter('failed');
    this.#tell({ state: 'failed', failure });
  }

  #serving(): void {
    const server = this.#dial?.server;
    if (server === undefined) return;
    this.#enter('up');
    this.#upSinceMs = this.#now();
    this.#everUp = true;
    this.#failure = undefined;
    this.#tell({ state: 'up', server });
    this.#armMove();
  }

  #lost(failure: ConnectFailure): void {
    const server = this.#dial?.server;
    this.#dial = undefined;
    void this.#mover?.abandon();
    this.#mover = undefined;
    if (server === undefined) return;
    if (this.#now() - this.#upSinceMs >= this.#timing.stableMs) this.#list.succeeded(server);
    this.#note(server, failure);
    this.#connectNext();
  }

  async #check(): Promise<void> {
    const dial = this.#dial;
    const check = dial?.connection?.check?.bind(dial.connection);
    if (dial === undefined || check === undefined || this.#checking) return;
    this.#checking = true;
    try {
      await this.#within(check(), this.#timing.checkDeadlineMs, 'check');
    } catch (error) {
      if (dial === this.#dial && this.#isServing()) {
        void dial.abandon();
        const detail = error instanceof Error ? error.message : String(error);
        // Our own network changed; the server may be well.
        this.#lost(new ConnectFailure('now', 'The connection did not survive a change of network.', { detail }));
      }
    } finally {
      this.#checking = false;
    }
  }

  #armMove(): void {
    this.#moveDue = false;
    if (this.#options.fallBack === 'never' || this.#betterServers().length === 0) return;
    const jitter = 0.75 + this.#options.random() / 2;
    this.#setTimer(() => {
      this.#moveDue = true;
      if (this.#holds === 0) this.#tryToMove();
    }, this.#timing.fallBackMs * jitter);
  }

  #betterServers(): readonly ServerAddress[] {
    const current = this.#dial?.server;
    const rank = current === undefined ? -1 : this.#list.servers.findIndex((server) => isSameServer(server, current));
    // A server that left the list meanwhile is worse than any that is in it.
    if (current === undefined || rank < 0) return this.#list.servers;
    // Another address of the same server is not better.
    return this.#list.servers.slice(0, rank).filter((server) => !isSameName(server, current));
  }

  #tryToMove(): void {
    if (this.#state !== 'up') return;
    const target = this.#betterServers().find((server) => this.#list.mayTry(server, this.#now()));
    if (target === undefined) {
      this.#armMove();
      return;
    }
    this.#enter('moving');
    if (this.#options.fallBack === 'probe') this.#probe(target);
    else this.#connectBeside(target);
  }

  /** Make before break. */
  #connectBeside(target: ServerAddress): void {
    const mover = new Dial(
      this.#options.connect,
      this.#target(target),
      this.#timing.connectDeadlineMs,
      this.#options.clock,
      {
        opened: () => {
          // A call may have begun meanwhile: it keeps its connection.
          if (this.#holds > 0) {
            void mover.abandon();
            this.#stay();
            return;
          }
          const old = this.#dial;
          this.#mover = undefined;
          this.#dial = mover;
          this.#serving();
          void old?.abandon();
        },
        failed: (failure) => {
          this.#list.failed(target, failure.advice, this.#now());
          this.#stay();
        },
        lost: (failure) => {
          this.#lost(failure);
        },
      },
    );
    this.#mover = mover;
  }

  /** Break before make, but only when the better server shows a sign of life. */
  #probe(target: ServerAddress): void {
    const epoch = this.#epoch;
    const abort = new AbortController();
    const { probe } = this.#options;
    this.#mover = {
      abandon: () => {
        abort.abort();
        return Promise.resolve();
      },
    };
    const alive = (async () => {
      if (probe === undefined) throw new Error('fallBack "probe" needs a probe');
      await probe(target, abort.signal);
    })();
    this.#within(alive, this.#timing.connectDeadlineMs, 'probe').then(
      () => {
        if (epoch !== this.#epoch) return;
        this.#mover = undefined;
        if (this.#holds > 0) {
          this.#stay();
          return;
        }
        void this.#moveTo(target);
      },
      () => {
        abort.abort();
        if (epoch !== this.#epoch) return;
        this.#list.failed(target, 'later', this.#now());
        this.#stay();
      },
    );
  }

  async #moveTo(target: ServerAddress): Promise<void> {
    const old = this.#dial;
    this.#dial = undefined;
    this.#enter('connecting');
    const epoch = this.#epoch;
    this.#tellConnecting(target);
    // The server must have seen the old session end before the new one begins.
    const closed = old?.abandon() ?? Promise.resolve();
    await this.#within(closed, this.#timing.closeDeadlineMs, 'close').catch(() => undefined);
    if (epoch === this.#epoch) this.#connectTo(target);
  }

  #stay(): void {
    const due = this.#holds > 0;
    this.#mover = undefined;
    this.#enter('up');
    if (due) this.#moveDue = true;
    else this.#armMove();
  }
}
