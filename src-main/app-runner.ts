import type { Clock } from '../src-shared/clock.ts';
import type { Wire } from '../src-shared/rpc/wire.ts';
import { msg, t } from '../src-shared/words.ts';
import type { AppPort, Credentials } from './app-port.ts';
import type { Logger } from './core/log.ts';

/** A program with a fault has so long (milliseconds) to say goodbye to its servers; what hangs then is not waited for. */
const endWithinMs = 5_000;
/** Beginnings within `countedMs`; a fault that comes back at once does so for ever, and each costs a registration. */
const beginningsAllowed = 3;
const countedMs = 10 * 60_000;

const beganAnewWords = msg(
  'Parley had a fault of its own and began anew. What was stored is all there. If it happens again, send the report of Settings, Diagnostics to whoever helps you.',
);

export interface AppRunnerOptions {
  /** Builds a program; `notices` is what the person has to know of what came before, in words. */
  readonly build: (notices: readonly string[]) => Promise<AppPort>;
  readonly clock: Clock;
  /** Takes what happens while no program stands that has a log. */
  readonly log: Logger;
  /** Another program runs now: windows whose wire does not come back by itself are to be given one. */
  readonly renewed: () => void;
  /** The program cannot go on: the process has to end. */
  readonly lost: (why: string) => void;
}

/**
 * Runs the program within its shell, and decides what becomes of it when its own code fails where nobody catches.
 *
 * A forgotten rejection is one step that did not happen: it is logged, and the program goes on. After an exception that
 * nobody caught, the code that threw was left half-way, so nobody knows what the program's objects are worth: it is
 * ended in order and built anew within the same process, so that port, secret, window and whoever waits for this
 * process stay. A running call is not cut for that; it waits until the last one is over.
 *
 *   off --start--> starting --started--> running --thrown--> shaken --no call runs--> ending --ended--> running (another one)
 *   ending --does not end in time | began anew too often | cannot be built--> lost
 *   any --stop--> off
 */
export class AppRunner {
  readonly #options: AppRunnerOptions;
  #state: 'off' | 'starting' | 'running' | 'shaken' | 'ending' | 'lost' = 'off';
  #app: AppPort | undefined;
  /** Windows that came while no program ran; their wires keep what they say until one does. */
  readonly #early: { readonly clientId: string; readonly wire: Wire }[] = [];
  readonly #begunAtMs: number[] = [];

  constructor(options: AppRunnerOptions) {
    this.#options = options;
  }

  /** Rejects when the program cannot be built or started. */
  async start(): Promise<void> {
    this.#state = 'starting';
    await this.#begin([]);
  }

  /** Ends the program in order; safe to call twice. */
  async stop(): Promise<void> {
    this.#state = 'off';
    const app = this.#app;
    this.#app = undefined;
    await app?.stop();
  }

  /** Whether it is this runner's to say what becomes of a fault: from the end of the first start on. */
  get isUp(): boolean {
    return this.#state === 'ending' || this.#serving !== undefined;
  }

  attach(clientId: string, wire: Wire): void {
    const app = this.#serving;
    if (app === undefined) this.#early.push({ clientId, wire });
    else app.attach(clientId, wire);
  }

  openTarget(target: string): void {
    this.#serving?.openTarget(target);
  }

  async signInOnce(credentials: Credentials): Promise<void> {
    await this.#serving?.signInOnce(credentials);
  }

  get #serving(): AppPort | undefined {
    return this.#state === 'running' || this.#state === 'shaken' ? this.#app : undefined;
  }

  /** A promise was rejected and nobody looked after it. */
  rejected(error: unknown): void {
    if (this.#app === undefined) this.#options.log.error('unexpected rejection', { error });
    else this.#app.unexpected('rejection', error);
  }

  /** Code threw where nobody catches. */
  thrown(error: unknown): void {
    if (this.#app === undefined) this.#options.log.error('unexpected exception', { error });
    else this.#app.unexpected('exception', error);
    if (this.#state !== 'running' || this.#app === undefined) return;
    this.#state = 'shaken';
    this.#app.whenIdle().then(
      () => this.#beginAnew(),
      () => this.#beginAnew(),
    );
  }

  async #begin(notices: readonly string[]): Promise<void> {
    const before = this.#state;
    const app = await this.#options.build(notices);
    // Stopped while it was built: it never began.
    if (this.#state !== before) return;
    this.#app = app;
    await app.start();
    if (this.#state !== before) return;
    this.#state = 'running';
    for (const { clientId, wire } of this.#early.splice(0)) app.attach(clientId, wire);
  }

  async #beginAnew(): Promise<void> {
    const { clock, log, renewed } = this.#options;
    // Stopped meanwhile.
    if (this.#state !== 'shaken') return;
    const nowMs = clock.now();
    this.#begunAtMs.push(nowMs);
    while ((this.#begunAtMs[0] ?? nowMs) <= nowMs - countedMs) this.#begunAtMs.shift();
    this.#state = 'ending';
    try {
      if (!(await this.#endInTime())) {
        this.#lose('it did not end');
        return;
      }
      if (this.#begunAtMs.length > beginningsAllowed) {
        this.#lose(`it began anew ${beginningsAllowed} times already`);
        return;
      }
      await this.#begin([t(beganAnewWords)]);
    } catch (error) {
      log.error('the program could not begin anew', { error });
      this.#lose('it could not begin anew');
      return;
    }
    if (this.isUp) renewed();
  }

  /** @returns false when it still had not ended at the deadline */
  async #endInTime(): Promise<boolean> {
    const app = this.#app;
    this.#app = undefined;
    const { clock, log } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => {
        resolve(false);
      }, endWithinMs);
      const ended = (): void => {
        clock.clearTimeout(timer);
        resolve(true);
      };
      Promise.resolve(app?.stop()).then(ended, (error: unknown) => {
        log.error('the program did not end cleanly', { error });
        ended();
      });
    });
  }

  #lose(why: string): void {
    if (this.#state === 'off') return;
    this.#state = 'lost';
    this.#options.lost(why);
  }
}
