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

  constructor(advice: Advice, message: string, options: { detail?: string; credentialRefused?: boolean } = {}) {
    super(message);
    this.name = 'ConnectFailure';
    this.advice = advice;
    this.detail = options.detail;
    this.credentialRefused = options.credentialRefused ?? false;
  }

  /** An unexpected error of a connection attempt counts as `later`. */
  static from(error: unknown): ConnectFailure {
    if (error instanceof ConnectFailure) return error;
    const detail = error instanceof Error ? error.message : String(error);
    return new ConnectFailure('later', 'The server could not be reached.', { detail });
  }
}
