import { addressParameters, splitHeaderList } from './header-list.ts';
import { headerValue } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';
import { isSameAddress } from './via-identity.ts';
import type { LocalAddress } from './via-identity.ts';

/**
 * Which address of ours stands in Contact. Behind NAT the socket's own leads nowhere for the server: what it saw our
 * requests come from does (RFC 3581 section 4, `received` and `rport` in the Via of its answers).
 *
 *   unknown --connected--> own --seen elsewhere, move--> seen --seen elsewhere, move--> seen
 *   any --connected--> own                      a new socket has a new place
 *   any --flows known--> own                    the registrar reaches us over the flow, whatever Contact says (RFC 5626)
 */
export class ContactPlace {
  #own: LocalAddress | undefined;
  #seen: LocalAddress | undefined;
  #used: LocalAddress | undefined;
  #hasFlows = false;

  /** A new connection with this socket; undefined: the wire has no address that could stand there (WebSocket). */
  connected(own: LocalAddress | undefined): void {
    this.#own = own;
    this.#used = own;
    this.#seen = own;
    this.#hasFlows = false;
  }

  /** What stands in Contact. */
  get address(): LocalAddress | undefined {
    return this.#used;
  }

  /** The server sees us at another place than Contact names, and it counts. */
  get isElsewhere(): boolean {
    if (this.#hasFlows || this.#seen === undefined || this.#used === undefined) return false;
    return !isSameAddress(this.#seen, this.#used);
  }

  /** Learns from a response to a request of ours. */
  learn(response: SipMessage): void {
    if (this.#own === undefined) return;
    const parameters = addressParameters(splitHeaderList(headerValue(response, 'via') ?? '')[0] ?? '');
    const port = Number(parameters.get('rport'));
    // Without a port there is no address to be reached at; a server that knows RFC 3581 names both.
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return;
    const address = parameters.get('received')?.replace(/^\[|\]$/g, '') ?? this.#own.address;
    this.#seen = { address: address === '' ? this.#own.address : address, port };
  }

  /** Contact names from now on where the server sees us. */
  move(): void {
    if (this.isElsewhere) this.#used = this.#seen;
  }

  /** The registrar knows flows (`Require: outbound` in its answer, RFC 5626 section 6): Contact names the socket. */
  keepsFlows(hasFlows: boolean): void {
    this.#hasFlows = hasFlows;
    if (hasFlows) this.#used = this.#own;
  }
}
