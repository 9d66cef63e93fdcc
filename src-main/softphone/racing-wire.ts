import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { formatServer } from '../core/server-list.ts';
import type { ServerAddress } from '../core/server-list.ts';
import { wireFailure } from './connect-failures.ts';
import { signallingLimits } from './signalling-limits.ts';
import type { LocalAddress } from './via-identity.ts';
import type { Wire, WireListener } from './wire.ts';

/** One address of a server, and the wire that leads there. */
export interface Runner {
  readonly server: ServerAddress;
  readonly wire: Wire;
  /** Where opening proves nothing (UDP): resolves when this address answered. */
  readonly prove?: (signal: AbortSignal) => Promise<void>;
}

/**
 * The addresses of one server, raced (RFC 8305 section 5): each has a head start over the next, and none when it fails
 * before. The first wire that opens is the wire; the others are closed. A dead address costs its head start.
 *
 *   waiting --its turn--> opening --opened first--> won
 *   opening --failed | another one won | close--> over
 */
export class RacingWire implements Wire {
  readonly protocol: Wire['protocol'];
  readonly unreliable: boolean;
  readonly addressed: boolean;
  readonly #runners: readonly Runner[];
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  #winner: Runner | undefined;
  #timer: TimerHandle | undefined;

  /** @param runners at least one, all of the same transport, in the order in which they start */
  constructor(runners: readonly Runner[], clock: Clock) {
    const first = runners[0];
    if (first === undefined) throw new Error('A race of nobody');
    this.protocol = first.wire.protocol;
    this.unreliable = first.wire.unreliable;
    this.addressed = first.wire.addressed;
    this.#runners = runners;
    this.#clock = clock;
  }

  /** The address that was reached; undefined before. */
  get server(): ServerAddress | undefined {
    return this.#winner?.server;
  }

  /** Rejects with a ConnectFailure that names every address that failed. */
  open(listener: WireListener): Promise<LocalAddress> {
    return new Promise((resolve, reject) => {
      const failures: { readonly server: ServerAddress; readonly failure: ConnectFailure }[] = [];
      let started = 0;
      const startNext = (): void => {
        this.#stopTimer();
        const runner = this.#runners[started];
        if (runner === undefined || this.#winner !== undefined || this.#abort.signal.aborted) return;
        started += 1;
        this.#timer = this.#clock.setTimeout(startNext, signallingLimits.headStartMs);
        this.#run(runner, listener).then(resolve, (error: unknown) => {
          void runner.wire.close(true);
          if (this.#winner !== undefined) return;
          failures.push({ server: runner.server, failure: wireFailure(error, runner.server.host) });
          if (failures.length === this.#runners.length || this.#abort.signal.aborted) reject(joined(failures));
          else startNext();
        });
      };
      startNext();
    });
  }

  send(text: string): Promise<void> {
    return this.#winner?.wire.send(text) ?? Promise.reject(new Error('The connection is closed'));
  }

  ping(): void {
    this.#winner?.wire.ping?.();
  }

  async close(isDead = false): Promise<void> {
    this.#end();
    await Promise.all(this.#runners.map(({ wire }) => wire.close(isDead || wire !== this.#winner?.wire)));
  }

  async #run(runner: Runner, listener: WireListener): Promise<LocalAddress> {
    await runner.prove?.(this.#abort.signal);
    const local = await runner.wire.open({
      message: (text) => {
        if (this.#winner === runner) listener.message(text);
      },
      pong: () => {
        if (this.#winner === runner) listener.pong();
      },
      dropped: (why) => {
        if (this.#winner === runner) listener.dropped(why);
      },
      closed: (error) => {
        if (this.#winner === runner) listener.closed(error);
      },
    });
    if (this.#winner !== undefined || this.#abort.signal.aborted) throw new Error('Another address was faster');
    this.#winner = runner;
    this.#end();
    for (const { wire } of this.#runners) if (wire !== runner.wire) void wire.close(true);
    return local;
  }

  #end(): void {
    this.#stopTimer();
    this.#abort.abort();
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** What only a person can mend is said before what passes by itself. */
function joined(failures: readonly { readonly server: ServerAddress; readonly failure: ConnectFailure }[]): Error {
  const [first] = failures;
  const told = failures.find(({ failure }) => failure.advice === 'never') ?? first;
  if (told === undefined) return new Error('No address');
  const { advice, message } = told.failure;
  const detail = failures
    .map(({ server, failure }) => `${server.address ?? formatServer(server)}: ${failure.detail ?? failure.message}`)
    .join('; ');
  return new ConnectFailure(advice, message, { detail, servers: failures.map(({ server }) => server) });
}
