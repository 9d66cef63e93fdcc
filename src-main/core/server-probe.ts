import type { ReconnectorLife } from './reconnector-life.ts';
import type { ReconnectorOptions } from './reconnector-options.ts';
import type { ServerAddress } from './server-list.ts';

export interface ServerProbeOptions {
  readonly probe: ReconnectorOptions['probe'];
  readonly life: ReconnectorLife;
  readonly deadlineMs: number;
  /** Told once, unless it was abandoned or is of an earlier state. */
  readonly told: (isAlive: boolean) => void;
}

/** Asks one server for a sign of life:  asking --answer | error | deadline--> told;  asking --abandon--> over. */
export class ServerProbe {
  readonly #abort = new AbortController();

  constructor(server: ServerAddress, { probe, life, deadlineMs, told }: ServerProbeOptions) {
    const { epoch } = life;
    const alive = (async () => {
      if (probe === undefined) throw new Error('fallBack "probe" needs a probe');
      await probe(server, this.#abort.signal);
    })();
    life.within(alive, deadlineMs, 'probe').then(
      () => {
        if (epoch === life.epoch) told(true);
      },
      () => {
        this.#abort.abort();
        if (epoch === life.epoch) told(false);
      },
    );
  }

  abandon(): Promise<void> {
    this.#abort.abort();
    return Promise.resolve();
  }
}
