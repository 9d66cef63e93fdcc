import { randomBytes } from 'node:crypto';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { Logger } from '../core/log.ts';
import { formatServer, isSameName, isSameServer } from '../core/server-list.ts';
import type { ServerAddress } from '../core/server-list.ts';
import { domainOf } from './make-wire.ts';
import { isResponse, parseSipMessage } from './sip-message.ts';
import { signallingLimits } from './signalling-limits.ts';
import { formatAddress } from './via-identity.ts';
import type { LocalAddress } from './via-identity.ts';
import type { Wire } from './wire.ts';

export interface StandbyOptions {
  readonly aor: string;
  /** User part of our Contact. */
  readonly contactUser: () => string;
  readonly instanceId: string;
  readonly product: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly makeWire: (server: ServerAddress) => Wire;
}

/**
 * Keeps the node ready that would serve next, as phones of Unified CM do: a connection of its own, and over it a
 * REGISTER with `Expires: 0` and the Contact parameter `cisco-keep-alive` every 115 s, which registers nothing.
 *
 *   off --keep--> opening --open--> kept --115 s--> kept      asks again
 *   opening | kept --failed | lost--> waiting --115 s--> opening
 *   any --stop--> off
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #callId = randomBytes(12).toString('hex');
  #server: ServerAddress | undefined;
  #wire: Wire | undefined;
  #local: LocalAddress | undefined;
  #timer: TimerHandle | undefined;
  #sequence = 0;
  #isAlive = false;

  constructor(options: StandbyOptions) {
    this.#options = options;
  }

  /** True while the node answers. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** @param serving the server in use; the first other one is kept ready */
  keep(servers: readonly ServerAddress[], serving: ServerAddress): void {
    const next = servers.find((server) => !isSameName(server, serving));
    if (this.#server !== undefined && next !== undefined && isSameServer(this.#server, next)) return;
    this.stop();
    this.#server = next;
    if (next !== undefined) void this.#open(next);
  }

  stop(): void {
    this.#server = undefined;
    this.#leave();
  }

  #leave(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#wire?.close();
    this.#wire = undefined;
    this.#isAlive = false;
  }

  async #open(server: ServerAddress): Promise<void> {
    const wire = this.#options.makeWire(server);
    this.#wire = wire;
    const isCurrent = (): boolean => this.#wire === wire;
    try {
      const local = await wire.open({
        message: (text) => {
          const message = parseSipMessage(text);
          // A challenge is a sign of life as well; the password is kept for when it is needed.
          if (isCurrent() && message !== undefined && isResponse(message)) this.#isAlive = true;
        },
        pong: () => undefined,
        dropped: () => undefined,
        closed: (error) => {
          if (isCurrent()) this.#failed(server, error);
        },
      });
      if (!isCurrent()) return;
      this.#local = local;
      this.#ask(server, wire);
    } catch (error) {
      await wire.close();
      if (isCurrent()) this.#failed(server, error);
    }
  }

  #ask(server: ServerAddress, wire: Wire): void {
    wire.send(this.#request(wire)).catch((error: unknown) => {
      if (this.#wire === wire) this.#failed(server, error);
    });
    this.#arm(() => {
      this.#ask(server, wire);
    });
  }

  #failed(server: ServerAddress, error: unknown): void {
    this.#options.log.info('the standby node does not answer', { server: formatServer(server), error });
    this.#leave();
    this.#arm(() => {
      void this.#open(server);
    });
  }

  #arm(task: () => void): void {
    const { clock } = this.#options;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(task, signallingLimits.standbyIntervalMs);
  }

  #request(wire: Wire): string {
    const { aor, contactUser, instanceId, product } = this.#options;
    this.#sequence += 1;
    const host = wire.addressed && this.#local !== undefined ? formatAddress(this.#local) : `${this.#callId}.invalid`;
    const transport = wire.protocol === 'WSS' ? 'ws' : wire.protocol.toLowerCase();
    const contact = `<sip:${contactUser()}@${host};transport=${transport}>;+sip.instance="<urn:uuid:${instanceId}>"`;
    return [
      `REGISTER sip:${domainOf(aor)} SIP/2.0`,
      `Via: SIP/2.0/${wire.protocol} ${host};branch=z9hG4bK${randomBytes(8).toString('hex')}${wire.unreliable ? ';rport' : ''}`,
      `From: <${aor}>;tag=${this.#callId.slice(0, 8)}`,
      `To: <${aor}>`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${this.#sequence} REGISTER`,
      'Max-Forwards: 70',
      `User-Agent: ${product}`,
      `Contact: ${contact};cisco-keep-alive`,
      'Expires: 0',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  }
}
