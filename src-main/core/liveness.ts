import { t } from '../../src-shared/words.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { Connection } from './dial.ts';
import type { ReconnectorLife } from './reconnector-life.ts';

/** Asks a connection for a sign of life, one question at a time. */
export class Liveness {
  readonly #life: ReconnectorLife;
  readonly #deadlineMs: number;
  #isAsking = false;

  constructor(life: ReconnectorLife, deadlineMs: number) {
    this.#life = life;
    this.#deadlineMs = deadlineMs;
  }

  /** Undefined when there is a sign, or when this kind of connection cannot be asked. */
  async ask(connection: Connection | undefined): Promise<ConnectFailure | undefined> {
    if (connection?.check === undefined || this.#isAsking) return undefined;
    this.#isAsking = true;
    try {
      await this.#life.within(connection.check(), this.#deadlineMs, 'check');
      return undefined;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      // Our own network changed; the server may be well.
      return new ConnectFailure('now', t('The connection did not survive a change of network.'), { detail });
    } finally {
      this.#isAsking = false;
    }
  }
}
