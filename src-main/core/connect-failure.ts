import { t } from '../../src-shared/words.ts';
import type { ServerAddress } from './server-list.ts';

/**
 * What a failed or lost connection says about trying again.
 *
 * - `now`: this server ended the connection but is well (it restarted, the session was replaced): it may be tried at once
 * - `later`: this server is not well; the next one is tried at once, this one after a pause
 * - `never`: trying this server again with the same credential and settings cannot help; a person is needed
 */
export type Advice = 'now' | 'later' | 'never';

/** Why a connection could not be made or ended; `message` is plain words for people, `detail` for "Copy details". */
export class ConnectFailure extends Error {
  readonly advice: Advice;
  readonly detail: string | undefined;
  /** The password was refused: with advice `never` it is tried on no other server either, so that no account is locked. */
  readonly credentialRefused: boolean;
  /** The addresses that failed, where it was not the one that was asked for, or not it alone. */
  readonly servers: readonly ServerAddress[] | undefined;
  /** The server itself asked not to be tried before so long. */
  readonly retryAfterMs: number | undefined;

  constructor(
    advice: Advice,
    message: string,
    options: {
      detail?: string;
      credentialRefused?: boolean;
      servers?: readonly ServerAddress[];
      retryAfterMs?: number;
    } = {},
  ) {
    super(message);
    this.name = 'ConnectFailure';
    this.advice = advice;
    this.detail = options.detail;
    this.credentialRefused = options.credentialRefused ?? false;
    this.servers = options.servers;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The same failure, of this address. */
  at(server: ServerAddress): ConnectFailure {
    const { advice, message, detail, credentialRefused, retryAfterMs } = this;
    return new ConnectFailure(advice, message, {
      ...(detail === undefined ? {} : { detail }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      credentialRefused,
      servers: [server],
    });
  }

  /** An unexpected error of a connection attempt counts as `later`. */
  static from(error: unknown): ConnectFailure {
    if (error instanceof ConnectFailure) return error;
    const detail = error instanceof Error ? error.message : String(error);
    return new ConnectFailure('later', t('The server could not be reached.'), { detail });
  }
}
