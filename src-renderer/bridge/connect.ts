import { t } from '@lingui/core/macro';
import { AppError } from '../../src-shared/errors.ts';
import { clientIdStorageKey, closeCodes, webSocketPath } from '../../src-shared/rpc/handshake.ts';
import type { Hello } from '../../src-shared/rpc/handshake.ts';
import type { Wire } from '../../src-shared/rpc/wire.ts';
import { portWire, socketWire } from './wires.ts';

const secretKey = 'parley.secret';

/** How this window reaches the service layer. */
export interface Connector {
  /** Names this window to main; survives a reload, so that the media lease can be taken back. */
  readonly clientId: string;
  /** For ContractClient: opens one wire. Rejects with AppError `denied` once the service has refused this window. */
  readonly connect: () => Promise<Wire>;
}

/** Picks the wire by the shell: a MessagePort in Electron, a WebSocket elsewhere. */
export function createConnector(page: Window): Connector {
  const clientId = rememberedClientId(page.sessionStorage);
  if (page.parley !== undefined) return { clientId, connect: portConnector(page) };
  const secret = takeSecret(page);
  return { clientId, connect: socketConnector(page, secret, clientId) };
}

function rememberedClientId(storage: Storage): string {
  const known = storage.getItem(clientIdStorageKey);
  if (known !== null) return known;
  const made = crypto.randomUUID();
  storage.setItem(clientIdStorageKey, made);
  return made;
}

/** The secret of `#secret=...`, or null. */
export function secretInHash(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('secret');
}

/** Moves the secret from the address, where history and screenshots would keep it, to this window's own storage. */
function takeSecret(page: Window): string {
  const fresh = secretInHash(page.location.hash);
  if (fresh !== null) {
    page.sessionStorage.setItem(secretKey, fresh);
    page.history.replaceState(null, '', `${page.location.pathname}${page.location.search}`);
  }
  return page.sessionStorage.getItem(secretKey) ?? '';
}

/**
 * The preload posts `parley-port` with a port: once after load, and again when another program runs behind it. The wire
 * to the one before is closed then, whether or not its end was told.
 */
function portConnector(page: Window): () => Promise<Wire> {
  const ports: MessagePort[] = [];
  let wire: Wire | undefined;
  const waiting: ((port: MessagePort) => void)[] = [];
  page.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source !== page || event.data !== 'parley-port') return;
    const port = event.ports[0];
    if (port === undefined) return;
    const next = waiting.shift();
    if (next !== undefined) {
      next(port);
      return;
    }
    ports.push(port);
    wire?.close();
  });
  return async () => {
    const port = ports.shift() ?? (await new Promise<MessagePort>((resolve) => waiting.push(resolve)));
    wire = portWire(port);
    return wire;
  };
}

function socketConnector(page: Window, secret: string, clientId: string): () => Promise<Wire> {
  const hello: Hello = { secret, clientId };
  let refused = false;
  const scheme = page.location.protocol === 'https:' ? 'wss' : 'ws';
  return () => {
    if (refused) return Promise.reject(new AppError('denied', t`Parley did not accept this window.`));
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${scheme}://${page.location.host}${webSocketPath}`);
      socket.addEventListener('open', () => {
        socket.send(JSON.stringify(hello));
        resolve(socketWire(socket));
      });
      socket.addEventListener('close', (event) => {
        // The refusal comes after the wire was handed out: the next attempt tells the client.
        refused ||= event.code === closeCodes.secretRefused;
        reject(
          refused
            ? new AppError('denied', t`Parley did not accept this window.`)
            : new AppError('disconnected', t`The Parley service does not answer.`),
        );
      });
    });
  };
}
