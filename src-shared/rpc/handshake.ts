/**
 * How a window opens its WebSocket to the browser shell, before the contract flows:
 *
 *   window                                   service
 *     | --- WebSocket to `webSocketPath` --->  |  Host and Origin checked at the upgrade
 *     | --- Hello as the first text message -> |  secret compared
 *     | <---------- contract messages ------>  |  no acknowledgement: the wire simply stays open
 *     | <-- close 4401 ----------------------  |  wrong secret: never try again with it
 *
 * The secret comes to the window in the fragment of the address (`#secret=...`); the window takes it out of
 * the address bar and keeps it in sessionStorage, where no other origin and no other port can read it.
 */
export interface Hello {
  readonly secret: string;
  /** Names this window, also after a reload: kept in sessionStorage. 8 to 64 of A-Z a-z 0-9 and `-`. */
  readonly clientId: string;
}

/** Where a window keeps its client id (sessionStorage): a reload finds it again, and the Electron preload reads it. */
export const clientIdStorageKey = 'parley.clientId';

export const webSocketPath = '/rpc';

/** Close codes of the service (RFC 6455 section 7.4.2, private range). */
export const closeCodes = {
  /** The secret is wrong or missing. Trying again with it is of no use. */
  secretRefused: 4401,
  /** No hello came in time. */
  helloTimeout: 4408,
  /** This window read too slowly or broke the protocol; connecting again is fine. */
  dropped: 4409,
} as const;

/** Parses the first message. Undefined when it is not a hello. */
export function parseHello(text: string): Hello | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('secret' in value) || !('clientId' in value)) return undefined;
  const { secret, clientId } = value;
  if (typeof secret !== 'string' || !isClientId(clientId)) return undefined;
  return { secret, clientId };
}

export function isClientId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9-]{8,64}$/.test(value);
}
