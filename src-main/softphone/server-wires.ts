import type { Clock } from '../../src-shared/clock.ts';
import type { PhoneConfig, ServerAddress, TrustConfig } from '../account/account-config.ts';
import { formatServer } from '../core/server-list.ts';
import { makeWire } from './make-wire.ts';
import { RacingWire } from './racing-wire.ts';
import type { Runner } from './racing-wire.ts';
import { knockAt } from './sign-of-life.ts';
import { tracedWire } from './traced-wire.ts';
import type { Wire } from './wire.ts';

export interface ServerWiresOptions {
  readonly config: PhoneConfig;
  readonly trust: TrustConfig;
  readonly clock: Clock;
  /** Hears every message as it goes over the wire. */
  readonly trace?: (direction: 'sent' | 'received', server: string, text: string) => void;
  /** In tests the wire is a fake. */
  readonly makeWire?: (server: ServerAddress, beside?: 'tcp') => Wire;
}

/** Makes the wires of one account, and knows which address the newest of them reached. */
export class ServerWires {
  readonly #options: ServerWiresOptions;
  #server: ServerAddress | undefined;
  #others: readonly ServerAddress[] = [];
  #race: RacingWire | undefined;

  constructor(options: ServerWiresOptions) {
    this.#options = options;
  }

  /** Where the next connection goes: to this address, or to whichever of these addresses of one server is there first. */
  use(server: ServerAddress, others: readonly ServerAddress[] = []): void {
    this.#server = server;
    this.#others = others;
    this.#race = undefined;
  }

  /** The address that a race reached; undefined before its end, and where there is but one address. */
  get winner(): ServerAddress | undefined {
    return this.#race?.server;
  }

  /** A wire to this address. */
  to(server: ServerAddress): Wire {
    const { config, trust, trace } = this.#options;
    const wire = this.#options.makeWire?.(server) ?? makeWire(config, trust, server);
    if (trace === undefined) return wire;
    const name = `${wire.protocol} ${formatServer(server)}`;
    return tracedWire(wire, (direction, text) => {
      trace(direction, name, text);
    });
  }

  /** The wire of the next connection. */
  next(): Wire {
    const server = this.#chosen();
    if (this.#others.length === 0) return this.to(server);
    const runners = [server, ...this.#others].map((one) => this.#runner(one));
    this.#race = new RacingWire(runners, this.#options.clock);
    return this.#race;
  }

  /** A TCP wire beside the UDP one, to the same address. */
  beside(): Wire {
    const { config, trust, makeWire: makeFake } = this.#options;
    const server = this.winner ?? this.#chosen();
    return makeFake?.(server, 'tcp') ?? makeWire({ ...config, transport: 'tcp' }, trust, server);
  }

  #chosen(): ServerAddress {
    if (this.#server === undefined) throw new Error('No server is chosen');
    return this.#server;
  }

  #runner(server: ServerAddress): Runner {
    const { config, clock } = this.#options;
    const runner = { server, wire: this.to(server) };
    if (config.transport !== 'udp') return runner;
    return { ...runner, prove: (signal) => knockAt(this.to(server), config.aor, clock, signal) };
  }
}
