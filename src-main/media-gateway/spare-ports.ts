import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { Logger } from '../core/log.ts';
import { gatewayLimits } from './gateway-limits.ts';
import type { MediaKind } from './media.ts';
import type { GatewayRequest } from './session.ts';

export interface SparePortsOptions {
  readonly request: GatewayRequest;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Ports that are bound in the gateway process and that no call has yet. */
export interface Reservation {
  readonly reservationId: string;
  readonly ports: Readonly<Partial<Record<MediaKind, number>>>;
}

interface Spare extends Reservation {
  readonly localAddress: string;
}

/** What every call has; video comes with ports of its own when it is asked for. */
const kinds: readonly MediaKind[] = ['audio'];

/**
 * Ports for the next call, bound before it is placed: its offer is then written without asking the gateway process, and
 * the INVITE leaves at once.
 *
 *   none --expect(address)--> asking --bound--> ready --take--> none, and asking again a moment later
 *   asking | ready --expect(another address)--> released, asking
 *   asking --not to be had--> none          the call asks for ports itself, and says what is wrong
 *   any --the process died--> none          and asking when the next one runs (`renew`)
 *   any --expect(undefined)--> released, none
 */
export class SparePorts {
  readonly #options: SparePortsOptions;
  #expected: string | undefined;
  #nextId = 1;
  /** The id of what was asked for last; an older answer is given back. */
  #asked: string | undefined;
  #ready: Spare | undefined;
  #renewal: TimerHandle | undefined;

  constructor(options: SparePortsOptions) {
    this.#options = options;
  }

  /** Calls will use this address of this computer from now on; undefined: there will be none. */
  expect(localAddress: string | undefined): void {
    if (this.#expected === localAddress) return;
    this.#expected = localAddress;
    this.#giveBack();
    this.renew();
  }

  /** Asks for ports when there are none. */
  renew(): void {
    this.#clearRenewal();
    const localAddress = this.#expected;
    if (localAddress === undefined || this.#asked !== undefined) return;
    const reservationId = `spare-${this.#nextId++}`;
    this.#asked = reservationId;
    this.#options.request('reserve', { reservationId, localAddress, kinds }).then(
      ({ ports }) => {
        if (this.#asked === reservationId) this.#ready = { reservationId, localAddress, ports };
        else this.#release(reservationId);
      },
      (error: unknown) => {
        if (this.#asked === reservationId) this.#asked = undefined;
        this.#options.log.info('no ports were kept for the next call', { error });
      },
    );
  }

  /** The spare ports, when they are what a call of this kind needs. They are the caller's from now on. */
  take(localAddress: string, wanted: readonly MediaKind[]): Reservation | undefined {
    const spare = this.#ready;
    if (spare?.localAddress !== localAddress || !kinds.every((kind) => wanted.includes(kind))) return undefined;
    this.#ready = undefined;
    this.#asked = undefined;
    // Not now: the call that took them is being set up.
    this.#renewal = this.#options.clock.setTimeout(() => {
      this.#renewal = undefined;
      this.renew();
    }, gatewayLimits.spareRenewalMs);
    return spare;
  }

  /** The process is gone, and every port with it. */
  lost(): void {
    this.#clearRenewal();
    this.#ready = undefined;
    this.#asked = undefined;
  }

  #giveBack(): void {
    const spare = this.#ready;
    this.#ready = undefined;
    // Ports that are still asked for are given back when they come.
    this.#asked = undefined;
    if (spare !== undefined) this.#release(spare.reservationId);
  }

  #release(reservationId: string): void {
    // The process may be gone, and the ports with it.
    this.#options.request('release', { reservationId }).catch(() => undefined);
  }

  #clearRenewal(): void {
    if (this.#renewal !== undefined) this.#options.clock.clearTimeout(this.#renewal);
    this.#renewal = undefined;
  }
}
