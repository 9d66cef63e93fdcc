import { networkInterfaces } from 'node:os';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { Service } from './service.ts';

/** Between two looks: a change is acted on at once as far as a person can tell, and a look costs microseconds. */
const lookEveryMs = 2_000;
/** A look that comes so much too late means that the computer slept, or that this process was stopped. */
const asleepMs = 8_000;

export interface NetworkWatchOptions {
  readonly clock: Clock;
  /** The computer's addresses in any fixed form; default: those of all interfaces. */
  readonly addresses?: () => string;
  /** Addresses came or went: another network, a VPN. */
  readonly changed: () => void;
  /** The computer woke. */
  readonly woke: () => void;
}

/** Notices a change of network and waking from sleep where no shell tells of them. */
export class NetworkWatch implements Service {
  readonly name = 'networkWatch';
  readonly #options: NetworkWatchOptions;
  #timer: TimerHandle | undefined;
  #seen = '';
  #lookedAtMs = 0;

  constructor(options: NetworkWatchOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    this.#seen = this.#look();
    this.#arm();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    return Promise.resolve();
  }

  #look(): string {
    return (this.#options.addresses ?? systemAddresses)();
  }

  #arm(): void {
    const { clock } = this.#options;
    this.#lookedAtMs = clock.now();
    this.#timer = clock.setTimeout(() => {
      const lateMs = clock.now() - this.#lookedAtMs - lookEveryMs;
      const before = this.#seen;
      this.#seen = this.#look();
      this.#arm();
      if (lateMs > asleepMs) this.#options.woke();
      else if (this.#seen !== before) this.#options.changed();
    }, lookEveryMs);
  }
}

function systemAddresses(): string {
  return Object.entries(networkInterfaces())
    .flatMap(([name, addresses]) => (addresses ?? []).map(({ address }) => `${name} ${address}`))
    .sort()
    .join('\n');
}
