import { serviceNames } from '../../src-shared/model/health.ts';
import type { ServiceHealth, ServiceName } from '../../src-shared/model/health.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { Logger } from './log.ts';
import type { HealthReporter } from './service.ts';

export interface HealthBoardOptions {
  readonly hub: Pick<TopicHub, 'publish'>;
  readonly log: Logger;
  /** Takes secrets out of the details that people copy. */
  readonly redact: (text: string) => string;
}

/** The state of every service in one place: feeds topic `health` and the log. Services that never reported are `off`. */
export class HealthBoard implements HealthReporter {
  readonly #options: HealthBoardOptions;
  readonly #latest = new Map<ServiceName, ServiceHealth>();

  constructor(options: HealthBoardOptions) {
    this.#options = options;
    for (const service of serviceNames) this.#latest.set(service, { service, state: 'off', message: '' });
    this.#publish();
  }

  report(health: ServiceHealth): void {
    const { redact, log } = this.#options;
    const clean: ServiceHealth = {
      ...health,
      message: redact(health.message),
      ...(health.detail === undefined ? {} : { detail: redact(health.detail) }),
    };
    const before = this.#latest.get(health.service);
    if (before !== undefined && same(before, clean)) return;
    this.#latest.set(health.service, clean);
    if (before?.state !== clean.state) {
      const { service, state, message, server, detail } = clean;
      const fields = { message, server, detail };
      if (state === 'failed') log.warn(`${service} is ${state}`, fields);
      else log.info(`${service} is ${state}`, fields);
    }
    this.#publish();
  }

  /** For the support report. */
  all(): readonly ServiceHealth[] {
    return [...this.#latest.values()];
  }

  of(service: ServiceName): ServiceHealth {
    return this.#latest.get(service) ?? { service, state: 'off', message: '' };
  }

  #publish(): void {
    this.#options.hub.publish('health', { services: this.all() });
  }
}

function same(a: ServiceHealth, b: ServiceHealth): boolean {
  return (
    a.state === b.state &&
    a.message === b.message &&
    a.server === b.server &&
    a.detail === b.detail &&
    a.cannotRetry === b.cannotRetry &&
    a.needsPassword === b.needsPassword
  );
}
