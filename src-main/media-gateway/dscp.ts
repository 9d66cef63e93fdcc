import type { Socket } from 'node:dgram';
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

/** Marks the packets of a socket. `marking` is empty when that works, otherwise it says why not. */
export interface PacketMarker {
  readonly problem: string;
  /** True when the socket now carries this DSCP value (RFC 2474: the upper six bits of TOS or traffic class). */
  mark(socket: Socket, dscp: number, family: 4 | 6): boolean;
}

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

/** Never marks, and says why. */
export function noMarker(problem: string): PacketMarker {
  return { problem, mark: () => false };
}

/**
 * Node offers no way to set IP_TOS, so the system's `setsockopt` is called through koffi. Windows
 * ignores the option unless a QoS policy marks by port range; without koffi nothing is marked.
 */
export function createPacketMarker(platform: NodeJS.Platform): PacketMarker {
  const system = systems[platform];
  if (!system) return noMarker('this system marks packets by policy only, by port range');
  let setSocketOption: SetSocketOption;
  try {
    // Optional and native: asked for only here, and its absence is no fault.
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const declared = koffi
      .load(system.library)
      .func('int setsockopt(int fd, int level, int name, const int *value, uint32_t bytes)');
    setSocketOption = (...args) => Number(declared(...args) as unknown);
  } catch (error) {
    return noMarker(error instanceof Error ? error.message : 'koffi does not load');
  }
  return {
    problem: '',
    mark: (socket, dscp, family) => {
      const fd = descriptorOf(socket);
      if (fd === undefined) return false;
      const [level, option] = family === 6 ? [levelIp6, system.trafficClass] : [levelIp, system.tos];
      return setSocketOption(fd, level, option, [dscp << 2], 4) === 0;
    },
  };
}

/**
 * The descriptor is in no public property; Node keeps the handle in the object behind its state
 * symbol. Should that ever move, packets go unmarked, which the statistics show, and no more.
 */
function descriptorOf(socket: Socket): number | undefined {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    const state: unknown = Reflect.get(socket, symbol);
    const handle: unknown = typeof state === 'object' && state !== null ? Reflect.get(state, 'handle') : undefined;
    const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
    if (typeof fd === 'number' && fd >= 0) return fd;
  }
  return undefined;
}
