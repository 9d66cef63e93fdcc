import type { Clock } from '../../src-shared/clock.ts';
import type { SignInService } from '../../src-shared/model/session.ts';
import { t } from '../../src-shared/words.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { Attempt, Connect, Connection } from './dial.ts';
import type { ServerAddress } from './server-list.ts';

/** Puts care for the password around the attempts of one service. */
export type GuardConnect = (connect: Connect) => Connect;

/** For services that share their password with none. */
export const unguarded: GuardConnect = (connect) => connect;

export interface SharedCredentialOptions {
  readonly clock: Clock;
  /** A server has accepted it already. */
  readonly isAccepted: boolean;
  /** Why `service` does not try what `refusedBy` did not accept, in words. */
  readonly words: (service: SignInService, refusedBy: SignInService) => string;
  /** It is accepted after all: these services held back and may connect. */
  readonly reopened: (services: readonly SignInService[]) => void;
}

/** So long after a server accepted it, attempts need not take turns (milliseconds). */
const freshMs = 10_000;
/** So long an attempt waits for what becomes of another one (milliseconds): a dead server must not hold up the rest. */
const turnMs = 500;

/**
 * One password that several services sign in with. After a loss of the network all of them come back at once, and a
 * password that was changed meanwhile would be refused once for each, which locks accounts. So they take turns until
 * one is answered, and what one server refused is sent to none of the others:
 *
 *   open --accepted--> open, and no turns for a while
 *   open --refused--> refused     where it was accepted before, or nobody ever accepted it: it is wrong, or was changed
 *   open --refused--> open        by a server that never took it while others do: it has another password
 *   refused --tryAgain--> open    a person said so
 *   refused --changed--> open     the service that was refused has other settings: they may have been what was wrong
 *   refused --accepted--> open    by a connection that was under way
 */
export class SharedCredential {
  readonly #options: SharedCredentialOptions;
  #refusedBy: SignInService | undefined;
  #acceptedAtMs: number;
  #isAccepted: boolean;
  readonly #acceptedBy = new Set<SignInService>();
  readonly #heldBack = new Set<SignInService>();
  /** Settles when the attempt that the others wait for is answered, or took too long. */
  #turn: Promise<void> | undefined;

  constructor(options: SharedCredentialOptions) {
    this.#options = options;
    this.#isAccepted = options.isAccepted;
    this.#acceptedAtMs = options.isAccepted ? options.clock.now() : -Infinity;
  }

  /** The attempts of this service, made with care. */
  guard(service: SignInService): GuardConnect {
    return (connect) => (server, attempt) => this.#attempt(service, connect, server, attempt);
  }

  /** A server of this service accepted it. */
  accepted(service: SignInService): void {
    this.#refusedBy = undefined;
    this.#isAccepted = true;
    this.#acceptedAtMs = this.#options.clock.now();
    this.#acceptedBy.add(service);
    this.#heldBack.delete(service);
    const services = [...this.#heldBack];
    this.#heldBack.clear();
    if (services.length > 0) this.#options.reopened(services);
  }

  /** A person wants it tried again. */
  tryAgain(): void {
    this.#refusedBy = undefined;
  }

  /** This service is made anew with other settings: that its server refused it before says nothing any more. */
  changed(service: SignInService): void {
    if (this.#refusedBy === service) this.#refusedBy = undefined;
  }

  async #attempt(
    service: SignInService,
    connect: Connect,
    server: ServerAddress,
    attempt: Attempt,
  ): Promise<Connection> {
    const done = await this.#takeTurn();
    if (this.#refusedBy !== undefined) throw this.#holdBack(service, this.#refusedBy);
    this.#heldBack.delete(service);
    try {
      if (attempt.signal.aborted) throw new ConnectFailure('later', t('The server did not answer in time.'));
      const connection = await connect(server, {
        ...attempt,
        lost: (failure) => {
          this.#note(service, failure);
          attempt.lost(failure);
        },
      });
      this.accepted(service);
      return connection;
    } catch (error) {
      if (error instanceof ConnectFailure) this.#note(service, error);
      throw error;
    } finally {
      done();
    }
  }

  async #takeTurn(): Promise<() => void> {
    const { clock } = this.#options;
    while (this.#turn !== undefined && !this.#isFresh()) await this.#turn;
    if (this.#isFresh() || this.#refusedBy !== undefined) return () => undefined;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = clock.setTimeout(() => {
      resolve(undefined);
    }, turnMs);
    const turn = promise.then(() => {
      clock.clearTimeout(timer);
      if (this.#turn === turn) this.#turn = undefined;
    });
    this.#turn = turn;
    return () => {
      resolve(undefined);
    };
  }

  #isFresh(): boolean {
    const agoMs = this.#options.clock.now() - this.#acceptedAtMs;
    return this.#refusedBy === undefined && agoMs >= 0 && agoMs < freshMs;
  }

  #holdBack(service: SignInService, refusedBy: SignInService): ConnectFailure {
    this.#heldBack.add(service);
    return new ConnectFailure('never', this.#options.words(service, refusedBy), { credentialRefused: true });
  }

  #note(service: SignInService, failure: ConnectFailure): void {
    if (!failure.credentialRefused) return;
    this.#acceptedAtMs = -Infinity;
    if (this.#acceptedBy.has(service) || !this.#isAccepted) this.#refusedBy ??= service;
  }
}
