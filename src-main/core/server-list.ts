import type { Advice } from './connect-failure.ts';

/** One server of a service; `host` is a name or an address, IPv6 without brackets. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** The address of `host` that is meant; undefined: found when connecting. */
  readonly address?: string;
}

/** The same place? */
export function isSameServer(one: ServerAddress, other: ServerAddress): boolean {
  return keyOf(one) === keyOf(other);
}

/** Another address of the same server? */
export function isSameName(one: ServerAddress, other: ServerAddress): boolean {
  return one.host.toLowerCase() === other.host.toLowerCase() && one.port === other.port;
}

/** One SRV answer (RFC 2782). */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  /** Target host; `.` means that the service is decidedly not offered. */
  readonly name: string;
  readonly port: number;
}

/** A number from 0 (inclusive) to 1 (exclusive), as Math.random; injected so that tests own it. */
export type Random = () => number;

/**
 * The order in which a client tries SRV targets: by priority, and within one priority by the weighted
 * draw of RFC 2782. Targets `.` are left out.
 */
export function orderBySrv(records: readonly SrvRecord[], random: Random): ServerAddress[] {
  const offered = records.filter((record) => record.name !== '.' && record.name !== '');
  const priorities = [...new Set(offered.map((record) => record.priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawByWeight(
      offered.filter((record) => record.priority === priority),
      random,
    ),
  );
}

function drawByWeight(records: readonly SrvRecord[], random: Random): ServerAddress[] {
  // "all those with weight 0 are placed at the beginning of the list", so that they keep a small chance.
  let left = [...records.filter((record) => record.weight === 0), ...records.filter((record) => record.weight > 0)];
  const ordered: ServerAddress[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, record) => total + record.weight, 0);
    // A whole number between zero and the sum, both inclusive.
    const drawn = Math.floor(random() * (sum + 1));
    let running = 0;
    const chosen = left.find((record) => (running += record.weight) >= drawn) ?? left[left.length - 1];
    if (chosen === undefined) break;
    ordered.push({ host: chosen.name.replace(/\.$/, ''), port: chosen.port });
    left = left.filter((record) => record !== chosen);
  }
  return ordered;
}

/** Pauses between attempts on one server. */
export interface Backoff {
  /** Pause after the first failure, before jitter. */
  readonly firstMs: number;
  /** No pause is longer, jitter included. */
  readonly capMs: number;
}

/** A server's own wish for a pause is heeded up to this time: a wrong figure must not keep a phone off for a day. */
const longestWishMs = 600_000;

export const defaultBackoff: Backoff = { firstMs: 1_000, capMs: 60_000 };

/**
 * The pause after the n-th failure in a row (n from 1): doubling, capped, and drawn from the upper half of that time,
 * so that clients which lost the same server do not return in step.
 */
export function backoffMs(failures: number, backoff: Backoff, random: Random): number {
  const wholeMs = Math.min(backoff.capMs, backoff.firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return wholeMs / 2 + (wholeMs / 2) * random();
}

/** What to do next: try a server, wait, or stop because only a person can help. */
export type NextServer =
  | { readonly kind: 'server'; readonly server: ServerAddress }
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'none' };

interface Memory {
  /** Failures in a row. */
  failures: number;
  /** Not to be tried before (UTC ms). */
  notBeforeMs: number;
  /** `now` was taken once since the last success; a second one waits, or a broken server would be hammered. */
  nowTaken: boolean;
}

/**
 * The servers of one service in order of preference and what is known of each. Pure: it is told the time and
 * what happened, and says what to try next. Attempts never overlap; the reconnector drives it.
 *
 * `never` holds for the credential in use: it is forgotten with `useCredential`. Credentials are opaque labels,
 * for example a counter of sign-ins, and never passwords.
 */
export class ServerList {
  #servers: readonly ServerAddress[];
  readonly #backoff: Backoff;
  readonly #random: Random;
  readonly #memories = new Map<string, Memory>();
  /** `credential + server` that got the advice `never`. */
  readonly #never = new Set<string>();
  readonly #refusedCredentials = new Set<string>();
  #credential = '';
  #roundsWithoutServers = 0;

  constructor(servers: readonly ServerAddress[], random: Random, backoff: Backoff = defaultBackoff) {
    this.#servers = servers;
    this.#random = random;
    this.#backoff = backoff;
  }

  /** In order of preference. */
  get servers(): readonly ServerAddress[] {
    return this.#servers;
  }

  /** The server that is used when all are well. */
  get preferred(): ServerAddress | undefined {
    return this.#servers[0];
  }

  /** A new order, for example after DNS was asked again. What is known of servers that stay is kept. */
  replace(servers: readonly ServerAddress[]): void {
    this.#servers = servers;
    this.#roundsWithoutServers = 0;
    const keys = new Set(servers.map(keyOf));
    for (const key of this.#memories.keys()) if (!keys.has(key)) this.#memories.delete(key);
  }

  /** No server is known. @returns when to look for some again */
  foundNone(nowMs: number): number {
    this.#roundsWithoutServers += 1;
    return nowMs + backoffMs(this.#roundsWithoutServers, this.#backoff, this.#random);
  }

  /** From now on attempts are made with this credential (an opaque label). Pauses stay, refusals of others do not count. */
  useCredential(label: string): void {
    this.#credential = label;
  }

  /** The first server in order that may be tried now, else the earliest time at which one may. */
  next(nowMs: number): NextServer {
    if (this.#refusedCredentials.has(this.#credential)) return { kind: 'none' };
    let untilMs = Infinity;
    for (const server of this.#servers) {
      if (this.#never.has(this.#neverKey(server))) continue;
      if (this.#pauseIsOver(server, nowMs)) return { kind: 'server', server };
      untilMs = Math.min(untilMs, this.#notBeforeMs(server));
    }
    return untilMs === Infinity ? { kind: 'none' } : { kind: 'wait', untilMs };
  }

  /** May this server be tried now? Used for falling back to the preferred one. */
  mayTry(server: ServerAddress, nowMs: number): boolean {
    return (
      !this.#refusedCredentials.has(this.#credential) &&
      !this.#never.has(this.#neverKey(server)) &&
      this.#pauseIsOver(server, nowMs)
    );
  }

  /** Those that are preferred to this one; another address of the same server is not better. */
  betterThan(current: ServerAddress | undefined): readonly ServerAddress[] {
    const rank = current === undefined ? -1 : this.#servers.findIndex((server) => isSameServer(server, current));
    // A server that left the list meanwhile is worse than any that is in it.
    if (current === undefined || rank < 0) return this.#servers;
    return this.#servers.slice(0, rank).filter((server) => !isSameName(server, current));
  }

  /** The other addresses of this server, in order; a pause of theirs does not count, as they only run beside this one. */
  others(server: ServerAddress): readonly ServerAddress[] {
    return this.#servers.filter(
      (one) => isSameName(one, server) && !isSameServer(one, server) && !this.#never.has(this.#neverKey(one)),
    );
  }

  /** @param retryAfterMs the pause that the server asked for */
  failed(server: ServerAddress, advice: Advice, nowMs: number, retryAfterMs = 0): void {
    if (advice === 'never') {
      this.#never.add(this.#neverKey(server));
      return;
    }
    const memory = this.#memory(server);
    if (advice === 'now' && !memory.nowTaken) {
      memory.nowTaken = true;
      memory.notBeforeMs = 0;
      return;
    }
    memory.failures += 1;
    // Jitter on top: all phones were asked to come back at the same time.
    const wishMs = Math.min(longestWishMs, retryAfterMs) * (1 + 0.1 * this.#random());
    memory.notBeforeMs = nowMs + Math.max(wishMs, backoffMs(memory.failures, this.#backoff, this.#random));
  }

  /** The password was refused: it is tried on no server again. */
  refuseCredential(): void {
    this.#refusedCredentials.add(this.#credential);
  }

  /** The server works: its failures are forgotten. */
  succeeded(server: ServerAddress): void {
    this.#memories.delete(keyOf(server));
  }

  /** The network changed or the computer woke: pauses say nothing any more. `never` stays. */
  forgetPauses(): void {
    this.#memories.clear();
  }

  /** A person asked to try again: everything is forgotten, refusals too. */
  forgetAll(): void {
    this.#memories.clear();
    this.#never.clear();
    this.#refusedCredentials.clear();
  }

  #notBeforeMs(server: ServerAddress): number {
    return this.#memories.get(keyOf(server))?.notBeforeMs ?? 0;
  }

  #pauseIsOver(server: ServerAddress, nowMs: number): boolean {
    const notBeforeMs = this.#notBeforeMs(server);
    // Further away than the longest pause: the computer's clock was set back meanwhile.
    return notBeforeMs <= nowMs || notBeforeMs > nowMs + Math.max(this.#backoff.capMs, 1.1 * longestWishMs);
  }

  #memory(server: ServerAddress): Memory {
    const key = keyOf(server);
    let memory = this.#memories.get(key);
    if (memory === undefined) {
      memory = { failures: 0, notBeforeMs: 0, nowTaken: false };
      this.#memories.set(key, memory);
    }
    return memory;
  }

  #neverKey(server: ServerAddress): string {
    return `${this.#credential}\n${keyOf(server)}`;
  }
}

function keyOf(server: ServerAddress): string {
  return `${server.host.toLowerCase()}:${server.port} ${server.address ?? ''}`;
}

/** `host:port` as people write it; IPv6 in brackets. */
export function formatServer(server: ServerAddress): string {
  return server.host.includes(':') ? `[${server.host}]:${server.port}` : `${server.host}:${server.port}`;
}
