import { Socket as DatagramSocket } from 'node:dgram';
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

type SetSocketOption = (fd: number, level: number, option: number, value: number[], bytes: number) => number;

/** The numbers of `netinet/in.h`; they differ between systems and are the same on all processors. */
const systems: Readonly<
  Record<string, { readonly library: string; readonly tos: number; readonly trafficClass: number }>
> = {
  linux: { library: 'libc.so.6', tos: 1, trafficClass: 67 },
  darwin: { library: '/usr/lib/libSystem.B.dylib', tos: 3, trafficClass: 36 },
};
const levelIp = 0;
const levelIp6 = 41;

let setSocketOption: SetSocketOption | undefined;

/**
 * Gives the packets of a socket (dgram, net or tls) this DSCP value (RFC 2474: the upper six bits of TOS or traffic
 * class). False where that is not possible: Windows marks by QoS policy only. Node has no call for it, so the system's
 * `setsockopt` is called through koffi, which is optional.
 */
export function markSocket(socket: object, dscp: number, ipv6: boolean): boolean {
  const system = systems[process.platform];
  const fd = descriptorOf(socket);
  if (system === undefined || fd === undefined || dscp === 0) return false;
  try {
    setSocketOption ??= loadSetSocketOption(system.library);
    const [level, option] = ipv6 ? [levelIp6, system.trafficClass] : [levelIp, system.tos];
    return setSocketOption(fd, level, option, [dscp << 2], 4) === 0;
  } catch {
    // Without koffi nothing is marked; calls work all the same.
    return false;
  }
}

function loadSetSocketOption(library: string): SetSocketOption {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  const declared = koffi
    .load(library)
    .func('int setsockopt(int fd, int level, int name, const int *value, uint32_t bytes)');
  return (...args) => Number(declared(...args) as unknown);
}

/** The descriptor stands in the handle, which is no public property; when it moves, packets are unmarked and no more. */
function descriptorOf(socket: object): number | undefined {
  // On a dgram socket the old name is a getter that warns.
  const handle: unknown =
    socket instanceof DatagramSocket ? handleBehindSymbol(socket) : Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

/** A dgram socket keeps the handle in the object behind its `state symbol`. */
function handleBehindSymbol(socket: object): unknown {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    const state: unknown = Reflect.get(socket, symbol);
    if (typeof state === 'object' && state !== null && 'handle' in state) return state.handle;
  }
  return undefined;
}
