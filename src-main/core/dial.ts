import type { Clock } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { ServerAddress } from './server-list.ts';

/** An established connection (or registration) as the reconnector sees it. */
export interface Connection {
  /** The address that was reached, where several of one server were raced; undefined: the one that was asked for. */
  readonly server?: ServerAddress;
  /** Ends it and frees everything; safe to call when it is lost already. */
  close(): Promise<void>;
  /**
   * Asks the server for a sign of life (a ping, an OPTIONS, a NOOP); rejects when there is none.
   * Used after the computer woke or the network changed; the reconnector sets the deadline.
   */
  check?(): Promise<void>;
}

/** What a connection attempt is given. */
export interface Attempt {
  /** More addresses of the same server, which may be tried in the same attempt (RFC 8305). */
  readonly others?: readonly ServerAddress[];
  /** Aborted when the attempt is given up: free everything. */
  readonly signal: AbortSignal;
  /** To be called once when the connection ends by itself, before or after `connect` resolved. */
  readonly lost: (failure: ConnectFailure) => void;
}

/**
 * Connects to one server until it is usable: authenticated, bound, registered.
 * Rejects with a ConnectFailure; any other error counts as `later`.
 */
export type Connect = (server: ServerAddress, attempt: Attempt) => Promise<Connection>;

export interface DialEvents {
  readonly opened: (connection: Connection) => void;
  readonly failed: (failure: ConnectFailure) => void;
  readonly lost: (failure: ConnectFailure) => void;
}

/**
 * One attempt on one server:
 *
 *   dialing --connected--> open --lost | abandon--> over
 *   dialing --failed | deadline | abandon--> over
 *
 * Exactly one of `opened` and `failed` is told, then at most one `lost`; nothing after `abandon`.
 * A connection that comes about after its attempt was over is closed at once.
 */
export class Dial {
  #server: ServerAddress;
  readonly startedAtMs: number;
  readonly #events: DialEvents;
  readonly #abort = new AbortController();
  #state: 'dialing' | 'open' | 'over' = 'dialing';
  #connection: Connection | undefined;
  #cancelDeadline: () => void;

  constructor(
    connect: Connect,
    { server, others }: { readonly server: ServerAddress; readonly others: readonly ServerAddress[] },
    deadlineMs: number,
    clock: Clock,
    events: DialEvents,
  ) {
    this.#server = server;
    this.startedAtMs = clock.now();
    this.#events = events;
    const timer = clock.setTimeout(() => {
      this.#fail(
        new ConnectFailure('later', t('The server did not answer in time.'), {
          detail: `no answer in ${deadlineMs} ms`,
        }),
      );
    }, deadlineMs);
    this.#cancelDeadline = () => {
      clock.clearTimeout(timer);
    };
    // Begun after the constructor returned: nothing is told before the owner holds this object.
    const connecting = Promise.resolve().then(() =>
      connect(server, {
        others,
        signal: this.#abort.signal,
        lost: (failure) => {
          this.#lost(failure);
        },
      }),
    );
    void connecting.then(
      (connection) => {
        this.#opened(connection);
      },
      (error: unknown) => {
        this.#fail(ConnectFailure.from(error));
      },
    );
  }

  /** The server that serves, or that was asked for. */
  get server(): ServerAddress {
    return this.#server;
  }

  /** The connection while it is open. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Gives the attempt up or closes its connection; nothing is told afterwards. */
  async abandon(): Promise<void> {
    const connection = this.#connection;
    this.#over();
    if (connection !== undefined) await closeQuietly(connection);
  }

  #opened(connection: Connection): void {
    if (this.#state !== 'dialing') {
      void closeQuietly(connection);
      return;
    }
    this.#state = 'open';
    this.#cancelDeadline();
    this.#connection = connection;
    this.#server = connection.server ?? this.#server;
    this.#events.opened(connection);
  }

  #fail(failure: ConnectFailure): void {
    if (this.#state !== 'dialing') return;
    this.#over();
    this.#events.failed(failure);
  }

  #lost(failure: ConnectFailure): void {
    if (this.#state === 'over') return;
    const connection = this.#connection;
    const wasOpen = this.#state === 'open';
    this.#over();
    if (connection !== undefined) void closeQuietly(connection);
    if (wasOpen) this.#events.lost(failure);
    else this.#events.failed(failure);
  }

  #over(): void {
    this.#state = 'over';
    this.#connection = undefined;
    this.#cancelDeadline();
    this.#abort.abort();
  }
}

/** Closing what is broken may fail; there is nothing left to do about it. */
async function closeQuietly(connection: Connection): Promise<void> {
  try {
    await connection.close();
  } catch {
    // The connection is given up either way.
  }
}
