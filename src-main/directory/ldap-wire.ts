import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { t } from '../../src-shared/words.ts';
import type { DirectoryConfig, ServerAddress } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { openRacedTcp } from '../core/raced-tcp.ts';
import type { RaceTools } from '../core/raced-tcp.ts';
import { formatServer } from '../core/server-list.ts';
import { certificateProblem } from '../core/tls-trust.ts';
import type { TlsTrustOptions } from '../core/tls-trust.ts';
import { LdapFrames, ldapAnswers } from './ldap-frames.ts';
import { words } from './words.ts';

export interface WireOptions extends RaceTools {
  readonly encryption: DirectoryConfig['encryption'];
  readonly tls: TlsTrustOptions;
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
}

/**
 * A connection to a directory, encrypted as configured, through which only well-formed LDAP messages come in.
 * It looks like an open socket to the LDAP library. Ends itself when the server breaks the protocol.
 */
export class LdapWire extends Duplex {
  /** The library asks a socket for these two. */
  readonly connecting = false;
  readonly readyState = 'open';
  readonly #socket: Socket;
  readonly #frames = new LdapFrames();
  #received = 0;
  #cause: Error | undefined;

  constructor(socket: Socket) {
    super({ readableObjectMode: true });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    socket.on('error', (error) => {
      this.#end(error);
    });
    socket.on('close', () => {
      this.#end(undefined);
    });
  }

  /** Why it ended by itself. A property, as the library takes listeners for `error` away. */
  get cause(): Error | undefined {
    return this.#cause;
  }

  #end(cause: Error | undefined): void {
    this.#cause ??= cause;
    this.destroy();
  }

  /** Messages received so far: a server that is slow is told from one that stands still. */
  get received(): number {
    return this.#received;
  }

  #take(chunk: Buffer): void {
    try {
      for (const frame of this.#frames.push(chunk)) {
        this.#received += 1;
        // Nothing that we ask is answered by the one, and message id 0 is a notice that the server is about to hang up.
        if (frame.answer === ldapAnswers.intermediate || frame.messageId === 0) continue;
        this.push(frame.bytes);
      }
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Writes what is left, then closes. */
  destroySoon(): void {
    this.#socket.end();
    this.destroy();
  }

  override _read(): void {
    // Messages are small and are asked for one search at a time: they are pushed as they come.
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

/** Connects; rejects with ConnectFailure. The reconnector sets the deadline by aborting the signal. */
export async function openWire(server: ServerAddress, options: WireOptions): Promise<LdapWire> {
  const tcp = await connectTcp(server, options);
  switch (options.encryption) {
    case 'none':
      return new LdapWire(tcp);
    case 'ldaps':
      return new LdapWire(await encrypt(tcp, server, options));
    case 'starttls':
      await askForTls(tcp, server, options);
      return new LdapWire(await encrypt(tcp, server, options));
  }
}

async function connectTcp({ host, port }: ServerAddress, options: WireOptions): Promise<Socket> {
  try {
    return await openRacedTcp({ ...options, host, port });
  } catch (error) {
    throw wireFailure(error, { host, port });
  }
}

function encrypt(tcp: Socket, server: ServerAddress, options: WireOptions): Promise<Socket> {
  // RFC 6066 section 3: no literal address as server name; the certificate is checked against `host` all the same.
  const name = isIP(server.host) === 0 ? { servername: server.host } : {};
  const secure = connectTls({ ...options.tls, socket: tcp, host: server.host, ...name });
  secure.once('error', () => tcp.destroy());
  return connected(secure, server, options);
}

/** Resolves with the socket when it emits `ready`; it has no listeners left then but a silent one for errors. */
function connected<T extends Socket>(socket: T, server: ServerAddress, options: WireOptions): Promise<T> {
  const ready = 'secureConnect';
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      socket.off(ready, onReady).off('error', onError).off('close', onClose);
      options.signal.removeEventListener('abort', onAbort);
      socket.on('error', () => undefined);
      settle();
    };
    const fail = (failure: ConnectFailure): void => {
      finish(() => {
        socket.destroy();
        reject(failure);
      });
    };
    const onReady = (): void => {
      finish(() => {
        resolve(socket);
      });
    };
    const onError = (error: Error): void => {
      fail(wireFailure(error, server));
    };
    const onClose = (): void => {
      fail(
        new ConnectFailure('later', t(words.unreachable), { detail: `${formatServer(server)} closed the connection` }),
      );
    };
    const onAbort = (): void => {
      fail(new ConnectFailure('later', t(words.unreachable), { detail: `${formatServer(server)}: given up` }));
    };
    socket.on(ready, onReady).on('error', onError).on('close', onClose);
    options.signal.addEventListener('abort', onAbort);
    if (options.signal.aborted) onAbort();
  });
}

/** Why the network did not let us through. Certificates need a person; all else heals. */
export function wireFailure(error: unknown, server: ServerAddress): ConnectFailure {
  const problem = certificateProblem(error, server.host);
  if (problem !== undefined) return new ConnectFailure('never', problem.message, { detail: problem.detail });
  const detail = `${formatServer(server)}: ${error instanceof Error ? error.message : String(error)}`;
  return new ConnectFailure('later', t(words.unreachable), { detail });
}

/** ExtendedRequest 1.3.6.1.4.1.1466.20037 with message id 1 (RFC 4511 section 4.14.1). */
const startTlsRequest = Buffer.concat([
  Buffer.from([0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]),
  Buffer.from('1.3.6.1.4.1.1466.20037'),
]);

/**
 * StartTLS. Done here because whatever arrives between the answer and the handshake was not protected and must not
 * be believed later.
 */
function askForTls(tcp: Socket, server: ServerAddress, options: WireOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const frames = new LdapFrames();
    const finish = (failure?: ConnectFailure): void => {
      tcp.off('data', onData).off('close', onClose).pause();
      options.signal.removeEventListener('abort', onClose);
      if (failure === undefined) {
        resolve();
        return;
      }
      tcp.destroy();
      reject(failure);
    };
    const onData = (chunk: Buffer): void => {
      try {
        const [answer, ...more] = frames.push(chunk);
        if (answer === undefined) return;
        if (answer.answer !== ldapAnswers.extended || more.length > 0) throw new Error('not an answer to StartTLS');
        if (answer.resultCode === 0) finish();
        else
          finish(
            new ConnectFailure('never', t(words.noStartTls), { detail: `StartTLS result ${answer.resultCode ?? ''}` }),
          );
      } catch (error) {
        finish(new ConnectFailure('later', t(words.garbled), { detail: String(error) }));
      }
    };
    const onClose = (): void => {
      finish(
        new ConnectFailure('later', t(words.unreachable), { detail: `${formatServer(server)} closed during StartTLS` }),
      );
    };
    tcp.on('data', onData).on('close', onClose).resume();
    options.signal.addEventListener('abort', onClose);
    tcp.write(startTlsRequest);
  });
}
