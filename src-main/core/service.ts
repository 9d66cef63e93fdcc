import type { ServiceHealth } from '../../src-shared/model/health.ts';

/**
 * A part of the program with a life. The constructor stores, `start` acts, `stop` undoes in reverse.
 * A server that cannot be reached is health, never an exception of `start`.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  /** Ends everything that `start` began; safe to call twice and after a failed start. */
  stop(): Promise<void>;
}

/** Where services tell how they are. Latest wins, per service. */
export interface HealthReporter {
  report(health: ServiceHealth): void;
}

/** A part that only has something to do at the start. */
export function startOnly(name: string, begin: () => void): Service {
  return {
    name,
    start: () => {
      begin();
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
}
