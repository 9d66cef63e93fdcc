import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import { t } from '../../src-shared/words.ts';
import { ConnectFailure } from './connect-failure.ts';
import { Dial } from './dial.ts';
import type { DialEvents } from './dial.ts';
import { Holds } from './holds.ts';
import { Liveness } from './liveness.ts';
import { ReconnectorLife } from './reconnector-life.ts';
import { defaultTiming } from './reconnector-options.ts';
import type { ReconnectorOptions, ReconnectorTiming } from './reconnector-options.ts';
import { ServerProbe } from './server-probe.ts';
import { ServerList, defaultBackoff } from './server-list.ts';
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
  readonly #life: ReconnectorLife;
  readonly #liveness: Liveness;
  readonly #holds = new Holds(() => {
    if (this.#moveDue) this.#tryToMove();
  });
  #state: State = 'stopped';
  /** The attempt under way, or the connection in use. */
  #dial: Dial | undefined;
  /** The attempt on a better server while `#dial` serves. */
  #mover: { abandon(): Promise<void> } | undefined;
  #upSinceMs = 0;
  #everUp = false;
  #failure: ConnectFailure | undefined;
  #moveDue = false;

  constructor(options: ReconnectorOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#life = new ReconnectorLife(options.clock);
    this.#liveness = new Liveness(this.#life, this.#timing.checkDeadlineMs);
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
    this.#life.begin();
    this.#resolve();
  }

  /** Closes the connection and ends everything; safe to call twice. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    const closed = this.#drop();
    this.#enter('stopped');
    this.#options.onStatus({ state: 'stopped' });
    this.#life.end();
    try {
      await withDeadline(closed, this.#timing.closeDeadlineMs, this.#options.clock, 'close');
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
    return this.#holds.take();
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #isServing(): boolean {
    return this.#state === 'up' || this.#state === 'moving';
  }

  #enter(state: State): void {
    if (!transitions[this.#state].includes(state)) {
      throw new Error(`reconnector: no transition from ${this.#state} to ${state}`);
    }
    this.#state = state;
    this.#life.nextEpoch();
  }

  /** Gives up what is connected or under way; resolves when all is closed. */
  #drop(): Promise<unknown> {
    const closed = Promise.all([this.#dial?.abandon(), this.#mover?.abandon()]);
    this.#dial = undefined;
    this.#mover = undefined;
    return closed;
  }

  #resolve(): void {
    void this.#drop();
    this.#enter('resolving');
    const epoch = this.#life.epoch;
    this.#tellConnecting(undefined);
    const found = (async () => await this.#options.servers())();
    this.#life.within(found, this.#timing.resolveDeadlineMs, 'servers').then(
      (servers) => {
        if (epoch === this.#life.epoch) this.#resolved(servers);
      },
      (error: unknown) => {
        if (epoch === this.#life.epoch) this.#notResolved(ConnectFailure.from(error));
      },
    );
  }

  #resolved(servers: readonly ServerAddress[]): void {
    if (servers.length === 0) {
      this.#notResolved(new ConnectFailure('later', t('No server is known for this service.')));
      return;
    }
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
    this.#wait(this.#list.foundNone(this.#now()));
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
        this.#giveUp(this.#failure ?? new ConnectFailure('never', t('No server accepts the sign-in.')));
        break;
    }
  }

  #connectTo(server: ServerAddress): void {
    this.#tellConnecting(server);
    this.#dial = this.#newDial(server, {
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
    });
  }

  #newDial(server: ServerAddress, events: DialEvents): Dial {
    const { connect, clock } = this.#options;
    const others = this.#list.others(server);
    return new Dial(connect, { server, others }, this.#timing.connectDeadlineMs, clock, events);
  }

  #tellConnecting(server: ServerAddress | undefined): void {
    this.#options.onStatus({
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
    this.#options.onStatus({
      state: 'waiting',
      retryAtMs: untilMs,
      everUp: this.#everUp,
      failure: this.#failure ?? new ConnectFailure('later', t('The server could not be reached.')),
    });
    this.#life.setTimer(
      () => {
        this.#resolve();
      },
      Math.max(0, untilMs - this.#now()),
    );
  }

  #giveUp(failure: ConnectFailure): void {
    this.#enter('failed');
    this.#options.onStatus({ state: 'failed', failure });
  }

  #serving(): void {
    const server = this.#dial?.server;
    if (server === undefined) return;
    this.#enter('up');
    this.#upSinceMs = this.#now();
    this.#everUp = true;
    this.#failure = undefined;
    this.#options.onStatus({ state: 'up', server });
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
    const failure = await this.#liveness.ask(dial?.connection);
    if (failure === undefined || dial === undefined || dial !== this.#dial || !this.#isServing()) return;
    void dial.abandon();
    this.#lost(failure);
  }

  #armMove(): void {
    this.#moveDue = false;
    if (this.#options.fallBack === 'never' || this.#list.betterThan(this.#dial?.server).length === 0) return;
    const jitter = 0.75 + this.#options.random() / 2;
    this.#life.setTimer(() => {
      this.#moveDue = true;
      if (!this.#holds.any) this.#tryToMove();
    }, this.#timing.fallBackMs * jitter);
  }

  #tryToMove(): void {
    if (this.#state !== 'up') return;
    const target = this.#list.betterThan(this.#dial?.server).find((server) => this.#list.mayTry(server, this.#now()));
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
    const mover = this.#newDial(target, {
      opened: () => {
        // A call may have begun meanwhile: it keeps its connection.
        if (this.#holds.any) {
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
    });
    this.#mover = mover;
  }

  /** Break before make, but only when the better server shows a sign of life. */
  #probe(target: ServerAddress): void {
    const { probe } = this.#options;
    this.#mover = new ServerProbe(target, {
      ...{ probe, life: this.#life, deadlineMs: this.#timing.connectDeadlineMs },
      told: (isAlive) => {
        this.#mover = undefined;
        if (!isAlive) this.#list.failed(target, 'later', this.#now());
        if (!isAlive || this.#holds.any) this.#stay();
        else void this.#moveTo(target);
      },
    });
  }

  async #moveTo(target: ServerAddress): Promise<void> {
    const old = this.#dial;
    this.#dial = undefined;
    this.#enter('connecting');
    const epoch = this.#life.epoch;
    this.#tellConnecting(target);
    // The server must have seen the old session end before the new one begins.
    const closed = old?.abandon() ?? Promise.resolve();
    await this.#life.within(closed, this.#timing.closeDeadlineMs, 'close').catch(() => undefined);
    if (epoch === this.#life.epoch) this.#connectTo(target);
  }

  #stay(): void {
    const due = this.#holds.any;
    this.#mover = undefined;
    this.#enter('up');
    if (due) this.#moveDue = true;
    else this.#armMove();
  }
}
