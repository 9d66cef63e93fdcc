import type { Clock } from '../../src-shared/clock.ts';
import type { Connect } from './dial.ts';
import { Reconnector } from './reconnector.ts';
import type { ReconnectorStatus } from './reconnector-options.ts';
import type { Random, ServerAddress } from './server-list.ts';

export interface SignedInConnectionOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** `stopped` is told by `disconnect` only. */
  readonly changed: (status: ReconnectorStatus) => void;
}

/** Where and how to connect with one password. */
export interface SignIn {
  /** In order of preference. */
  readonly servers: readonly ServerAddress[];
  readonly connect: Connect;
  /** A server has this long for one answer (milliseconds). */
  readonly answerMs: number;
}

/** For a sign of life of a server that is allowed more time otherwise (milliseconds). */
const longestCheckMs = 3_000;

/**
 * The connection of a service that signs in with a password and may have two connections for a moment (LDAP, IMAP).
 * Each sign-in is a life of its own, kept by a reconnector:
 *
 *   off --connect--> on, with this password     `changed` tells the states of the reconnector
 *   on --disconnect--> off                      nothing more is heard of what is still closing
 */
export class SignedInConnection {
  readonly #options: SignedInConnectionOptions;
  #reconnector: Reconnector | undefined;
  #signIns = 0;

  constructor(options: SignedInConnectionOptions) {
    this.#options = options;
  }

  /** Connects in the background; what was on is to be disconnected before. */
  connect({ servers, connect, answerMs }: SignIn): void {
    const { clock, random, changed } = this.#options;
    this.#signIns += 1;
    const reconnector = new Reconnector({
      clock,
      random,
      servers: () => Promise.resolve(servers),
      connect,
      onStatus: (status) => {
        // An earlier connection that is still closing has nothing more to say.
        if (reconnector === this.#reconnector) changed(status);
      },
      fallBack: 'whenIdle',
      timing: { connectDeadlineMs: answerMs, checkDeadlineMs: Math.min(answerMs, longestCheckMs) },
    });
    reconnector.useCredential(`sign-in ${this.#signIns}`);
    this.#reconnector = reconnector;
    reconnector.start();
  }

  /** Resolves when the connection is closed. */
  async disconnect(): Promise<void> {
    const reconnector = this.#reconnector;
    this.#reconnector = undefined;
    if (reconnector === undefined) return;
    await reconnector.stop();
    this.#options.changed({ state: 'stopped' });
  }

  /** The computer woke or the network changed. */
  kick(): void {
    this.#reconnector?.kick();
  }

  /** A person asked to try again. */
  retry(): void {
    this.#reconnector?.retry();
  }
}
