import { isIP } from 'node:net';
import { formatServer } from '../core/server-list.ts';
import type { ServerAddress } from '../core/server-list.ts';
import { headerKey, headerValue, headerValues, isResponse, statusCode } from './sip-message.ts';
import type { SipHeader, SipMessage } from './sip-message.ts';

/** Record-Routes of a company's servers are few; more would be a server that makes them up. */
const namesKept = 64;
/** Requests of calls that may still be answered; each call has one or two. */
const requestsKept = 64;
/** A proxy sent the request round in circles (RFC 3261 sections 21.4.20 and 21.4.21). */
const loopStatuses: readonly number[] = [482, 483];

/**
 * Leads the requests of running dialogs around a server that is gone. A dialog's route set never changes (RFC 3261
 * section 12.2), so its requests would go by the proxy that died with the old connection. The proxy that serves us now
 * takes them when the old proxy's Route is replaced by its own.
 *
 * What the proxies call themselves is learned from their Record-Routes.
 *
 * A proxy behind a load balancer or a forwarded port does not know the address that we have of it. It would send such a
 * request on to that address, and so to itself, until it counts too many hops, and every relay of sound on the way would
 * take the offer anew each time. So the requests of a proxy that calls itself by another address than ours of it go
 * their own way: often it is the same one that is reached over another network now. Where that was not foreseen they
 * do from the first circle on.
 */
export class RouteDetour {
  /** What Record-Routes called the proxy next to us, and the server over which that came first. */
  readonly #names = new Map<string, string>();
  #current: { readonly server: ServerAddress; readonly transport: string } | undefined;
  /** Requests that were led around, by Call-ID and CSeq. */
  readonly #led = new Set<string>();
  /** Servers that do not know the address that we have of them. */
  readonly #circles = new Set<string>();
  /** Route values that the registrar gave for this connection. */
  #serviceRoute: readonly string[] = [];

  /** From now on everything goes over this server. `transport` as URIs name it. */
  use(server: ServerAddress, transport: string): void {
    this.#current = { server, transport };
    this.#serviceRoute = [];
  }

  /** The way that the registrar asks requests to take (RFC 3608): its first hop is the proxy next to us. */
  serviceRoute(routes: readonly string[]): void {
    this.#serviceRoute = uris(routes);
  }

  /** Takes the names of the proxy next to us from what came. */
  learn(message: SipMessage): void {
    if (this.#current === undefined) return;
    if (loopStatuses.includes(statusCode(message)) && this.#led.has(transactionOf(message)))
      this.#circles.add(placeOf(this.#current.server));
    const recorded = uris(headerValues(message, 'record-route'));
    // RFC 3261 section 12.1: the proxy next to us stands last in responses, first in requests.
    const nearest = isResponse(message) ? recorded.at(-1) : recorded[0];
    const name = nearest === undefined ? undefined : nameOf(nearest);
    if (name === undefined || this.#isForwarded(name)) return;
    // Some far ends repeat the Record-Route of the dialog's beginning when they answer later, over another server.
    if (this.#names.has(name) || this.#names.size >= namesKept) return;
    this.#names.set(name, placeOf(this.#current.server));
  }

  /** The request with its way led around a server that is no longer ours; other messages as they are. */
  outgoing(message: SipMessage): SipMessage {
    const current = this.#current;
    if (current === undefined || isResponse(message)) return message;
    const routes = uris(headerValues(message, 'route'));
    const first = routes[0];
    if (first === undefined || !this.#isOfAnother(first) || this.#circles.has(placeOf(current.server))) return message;
    this.#remember(message);
    // A proxy that changes transports records itself twice and marks it so (`r2`): both go.
    const rest = routes.slice(/;[ \t]*r2[ \t]*=[ \t]*on\b/i.test(first) ? 2 : 1);
    const own = this.#serviceRoute[0] ?? `<sip:${placeOf(current.server)};transport=${current.transport};lr>`;
    const headers: SipHeader[] = [];
    let isWritten = false;
    for (const header of message.headers) {
      if (headerKey(header.name) !== 'route') headers.push(header);
      else if (!isWritten) {
        isWritten = true;
        for (const value of [own, ...rest]) headers.push({ name: 'Route', value });
      }
    }
    return { ...message, headers };
  }

  #remember(request: SipMessage): void {
    const [oldest] = this.#led;
    if (this.#led.size >= requestsKept && oldest !== undefined) this.#led.delete(oldest);
    this.#led.add(transactionOf(request));
  }

  /** The address that it calls itself by is not where we reach it. A name of DNS tells nothing. */
  #isForwarded(name: string): boolean {
    const host = name.replace(/:\d*;[a-z]*$/, '').replace(/^\[|\]$/g, '');
    const { address = '', host: ours = '' } = this.#current?.server ?? {};
    return isIP(host) !== 0 && host !== (address === '' ? ours : address).toLowerCase();
  }

  #isOfAnother(route: string): boolean {
    const name = nameOf(route);
    if (name === undefined || this.#current === undefined) return false;
    const owner = this.#names.get(name);
    return owner !== undefined && owner !== placeOf(this.#current.server);
  }
}

/** Proxies know their addresses, and not always every name that DNS has for them. */
function placeOf({ host, port, address }: ServerAddress): string {
  return formatServer({ host: address ?? host, port });
}

const transactionOf = (message: SipMessage): string =>
  `${headerValue(message, 'call-id') ?? ''} ${headerValue(message, 'cseq') ?? ''}`;

/** Values of a header that may hold several, separated by commas outside of `<>` and quotes. */
function uris(values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => value.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) ?? [])
    .map((uri) => uri.trim());
}

/** `host:port;transport` of a Route; undefined when it has no SIP URI. */
function nameOf(route: string): string | undefined {
  const match = /<sips?:(?:[^@>]*@)?(\[[^\]]+\]|[^:;>?]+)(?::(\d+))?([^>]*)>/i.exec(route);
  if (match === null) return undefined;
  const transport = /;[ \t]*transport=([a-z]+)/i.exec(match[3] ?? '')?.[1] ?? '';
  return `${match[1] ?? ''}:${match[2] ?? ''};${transport}`.toLowerCase();
}
