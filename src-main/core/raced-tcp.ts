import { lookup as systemLookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, isIPv6 } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { systemClock } from './clock.ts';

/** One address has this time (milliseconds) before the next is tried beside it (RFC 8305 section 8). */
export const headStartMs = 250;
/** Addresses of one name that are tried; a name with more than that is not one server. */
const maxAddresses = 8;

/** What the race needs from outside; tests give their own. */
export interface RaceTools {
  readonly clock?: Clock;
  /** Addresses of a host, both families, in the order of the name service. */
  readonly addresses?: (host: string) => Promise<readonly string[]>;
}

interface RaceOptions extends RaceTools {
  readonly host: string;
  readonly port: number;
  /** Aborted when the attempt is given up. */
  readonly signal?: AbortSignal;
}

/**
 * The families in turn, beginning with that of the first address (RFC 8305 section 4), so that a family that leads
 * nowhere costs one head start.
 */
export function familiesInTurn(addresses: readonly string[]): readonly string[] {
  const six = addresses.filter((address) => isIPv6(address));
  const four = addresses.filter((address) => !isIPv6(address));
  const [first, second] = isIPv6(addresses[0] ?? '') ? [six, four] : [four, six];
  return Array.from({ length: Math.max(six.length, four.length) }).flatMap((_, index) =>
    [first[index], second[index]].filter((address) => address !== undefined),
  );
}

/**
 * A TCP connection to whichever address of the host answers first (RFC 8305 section 5): each has a head start over the
 * next, and none when it fails before. Node's own `autoSelectFamily` gives an address up after the head start instead
 * of trying the next beside it, so that a server behind a slow link is never reached where its name has a second
 * address that leads nowhere.
 *
 *   waiting --its turn--> connecting --connected first--> won
 *   connecting --failed | another one won | aborted--> over
 *
 * Rejects with the error of the first address when none could be reached.
 */
export async function openRacedTcp(options: RaceOptions): Promise<Socket> {
  const { host, port, signal, clock = systemClock } = options;
  const found = await addressesOf(options);
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const waiting = [...found];
    const running = new Set<Socket>();
    let failure: Error | undefined;
    let timer: TimerHandle | undefined;
    let isOver = false;
    const finish = (settle: () => void): void => {
      isOver = true;
      if (timer !== undefined) clock.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      for (const socket of running) socket.destroy();
      settle();
    };
    const onAbort = (): void => {
      finish(() => {
        reject(new Error('given up'));
      });
    };
    const startNext = (): void => {
      if (timer !== undefined) clock.clearTimeout(timer);
      timer = undefined;
      const address = waiting.shift();
      if (address === undefined) return;
      const socket = connectTcp({ host: address, port, noDelay: true });
      running.add(socket);
      // Stays on: a socket that lost the race or was handed over may still fail.
      socket.on('error', (error) => {
        failure ??= error;
        running.delete(socket);
        if (isOver) return;
        if (waiting.length > 0) startNext();
        else if (running.size === 0) {
          const why = failure;
          finish(() => {
            reject(why);
          });
        }
      });
      socket.once('connect', () => {
        if (isOver) return;
        running.delete(socket);
        finish(() => {
          resolve(socket);
        });
      });
      if (waiting.length > 0) timer = clock.setTimeout(startNext, headStartMs);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (found.length === 0) {
      finish(() => {
        reject(new Error(`${host} has no address`));
      });
    } else startNext();
  });
}

/**
 * For a library that connects by itself: a lookup that answers with the one address that won the race. Where a name has
 * several, each time costs a connection that is closed at once.
 */
export function racedLookup(port: number, tools: RaceTools & { readonly signal?: AbortSignal } = {}): LookupFunction {
  return (host, options, callback) => {
    const answer = (address: string): void => {
      const family = isIPv6(address) ? 6 : 4;
      if (options.all === true) callback(null, [{ address, family }]);
      else callback(null, address, family);
    };
    const winner = async (): Promise<string> => {
      const found = await addressesOf({ host, ...tools });
      const [only] = found;
      if (only !== undefined && found.length === 1) return only;
      const socket = await openRacedTcp({ host, port, ...tools, addresses: () => Promise.resolve(found) });
      const { remoteAddress } = socket;
      socket.destroy();
      if (remoteAddress === undefined) throw new Error(`${host} closed the connection at once`);
      return remoteAddress;
    };
    winner().then(answer, (error: unknown) => {
      callback(error instanceof Error ? error : new Error(String(error)), '', 4);
    });
  };
}

async function addressesOf({
  host,
  addresses = ofSystem,
}: Pick<RaceOptions, 'host' | 'addresses'>): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  return familiesInTurn(await addresses(host)).slice(0, maxAddresses);
}

/** As the system knows them, the hosts file included, in its order (RFC 6724). */
async function ofSystem(host: string): Promise<readonly string[]> {
  return (await systemLookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);
}
