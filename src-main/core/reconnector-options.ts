import type { Clock } from '../../src-shared/clock.ts';
import type { ConnectFailure } from './connect-failure.ts';
import type { Connect } from './dial.ts';
import type { Backoff, Random, ServerAddress } from './server-list.ts';

/**
 * How a client returns to its preferred server while another one serves it.
 *
 * - `never`: it stays until that connection is lost
 * - `whenIdle`: it connects to the preferred one and then closes the other; for protocols that allow both at once
 * - `probe`: it asks the preferred one for a sign of life, then closes the other and connects; for protocols where
 *   a second session would throw out the first
 */
export type FallBack = 'never' | 'whenIdle' | 'probe';

export interface ReconnectorTiming {
  readonly connectDeadlineMs: number;
  /** The time for finding the servers (DNS). */
  readonly resolveDeadlineMs: number;
  /** Time on another server until the preferred one is tried; jittered by a quarter either way. */
  readonly fallBackMs: number;
  /** A connection counts as a success when it held this long; flapping servers keep their growing pauses. */
  readonly stableMs: number;
  /** Time for a sign of life after wake or network change. */
  readonly checkDeadlineMs: number;
  /** `stop` waits this long for a connection to close. */
  readonly closeDeadlineMs: number;
  /** A kick restarts an attempt only when it is older: network changes come in bursts. */
  readonly kickGraceMs: number;
}

export const defaultTiming: ReconnectorTiming = {
  connectDeadlineMs: 10_000,
  resolveDeadlineMs: 5_000,
  fallBackMs: 60_000,
  stableMs: 10_000,
  checkDeadlineMs: 3_000,
  closeDeadlineMs: 2_000,
  kickGraceMs: 1_000,
};

/** What the service tells its health from. `failure` is the last one, until connected again. */
export type ReconnectorStatus =
  | { readonly state: 'stopped' }
  | {
      readonly state: 'connecting';
      readonly server?: ServerAddress;
      readonly failure?: ConnectFailure;
      readonly everUp: boolean;
    }
  | {
      readonly state: 'waiting';
      readonly retryAtMs: number;
      readonly failure: ConnectFailure;
      readonly everUp: boolean;
    }
  | { readonly state: 'up'; readonly server: ServerAddress }
  /** Only a person can help: see the failure. `retry` or `useCredential` starts again. */
  | { readonly state: 'failed'; readonly failure: ConnectFailure };

export interface ReconnectorOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Servers in order of preference; asked at start and before each new round, as DNS may have changed. */
  readonly servers: () => Promise<readonly ServerAddress[]>;
  readonly connect: Connect;
  readonly onStatus: (status: ReconnectorStatus) => void;
  readonly fallBack: FallBack;
  /** For `probe`: resolves when the server shows a sign of life. */
  readonly probe?: (server: ServerAddress, signal: AbortSignal) => Promise<void>;
  readonly timing?: Partial<ReconnectorTiming>;
  readonly backoff?: Backoff;
}
