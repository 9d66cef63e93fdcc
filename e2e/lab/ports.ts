import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { groupMembers, socketInodes } from './process-group.ts';

/** Below Linux's ephemeral range (32768 on), so that no outgoing connection sits on a port of ours. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;

export type Protocol = 'tcp' | 'udp';

/** What a server wants: one port, proven by its owner, or a block of ports for media. */
export interface PortWant {
  /** Protocols that the server opens on it. */
  readonly protocols: readonly Protocol[];
  /** Contiguous ports; only the first is returned. Blocks are for media and not proven. */
  readonly count?: number;
  /** The server opens the next port, too, without being told: it is kept free and not proven. */
  readonly takesNext?: boolean;
}

/** How many ports are reserved for a want. */
function sizeOf(want: PortWant): number {
  return want.takesNext === true ? 2 : (want.count ?? 1);
}

/** Whether this machine has IPv6 on loopback; specs that need it skip where it has not. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
}

/** Ports handed out in this process: two labs of one process never compete. */
const taken = new Set<number>();

function canBindTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

function canBindUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.close(() => {
        resolve(true);
      });
    });
  });
}

/** A free port (or the first of a free block) on loopback, reserved until {@link releasePort}. */
export async function reservePort(want: PortWant): Promise<number> {
  const count = sizeOf(want);
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT - count));
    const block = Array.from({ length: count }, (_, index) => port + index);
    if (block.some((one) => taken.has(one))) continue;
    for (const one of block) taken.add(one);
    const isFree =
      (!want.protocols.includes('tcp') || (await canBindTcp(port))) &&
      (!want.protocols.includes('udp') || (await canBindUdp(port))) &&
      (want.takesNext !== true || (await canBindTcp(port + 1)));
    if (isFree) return port;
    releasePort(port, want);
  }
  throw new Error('lab: no free port on 127.0.0.1');
}

export function releasePort(port: number, want: PortWant): void {
  for (let one = port; one < port + sizeOf(want); one += 1) taken.delete(one);
}

/** proc(5): `st` 0A is LISTEN in the tcp table, 07 an unconnected socket in the udp table. */
const BOUND_STATE = { tcp: '0A', udp: '07' } as const;

function boundInodes(protocol: Protocol, port: number): readonly string[] {
  const inodes: string[] = [];
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of [protocol, `${protocol}6`]) {
    let lines: readonly string[];
    try {
      lines = readFileSync(`/proc/net/${table}`, 'latin1').split('\n');
    } catch {
      continue; // no IPv6 on this machine
    }
    for (const line of lines) {
      const fields = line.trim().split(/\s+/);
      if (
        fields[1]?.endsWith(`:${hexPort}`) === true &&
        fields[3] === BOUND_STATE[protocol] &&
        fields[9] !== undefined
      ) {
        inodes.push(fields[9]);
      }
    }
  }
  return inodes;
}

/** `ours`: a process of the group holds the port. `foreign`: somebody else does. `free`: nobody. */
export type PortOwner = 'ours' | 'foreign' | 'free';

/**
 * Who holds the ports. A connect would only prove that somebody answers; this compares the socket
 * inodes of the kernel's tables with the descriptors of our own processes.
 */
export function portOwners(
  groupId: number,
  ports: readonly { protocol: Protocol; port: number }[],
): readonly PortOwner[] {
  // The kernel's tables first: what our server opens in between is then still found among its descriptors.
  const bound = ports.map(({ protocol, port }) => boundInodes(protocol, port));
  const own = socketInodes(groupMembers(groupId));
  return bound.map((inodes) => {
    if (inodes.some((inode) => own.has(inode))) return 'ours';
    return inodes.length > 0 ? 'foreign' : 'free';
  });
}
