import type { Clock, TimerHandle } from '../src-shared/clock.ts';
import type {
  CallInput,
  CallOutput,
  EventName,
  EventPayload,
  MainHandlers,
  RendererCall,
} from '../src-shared/contract/contract.ts';
import type { Lease, RendererCodec } from '../src-shared/contract/media.ts';
import { AppError } from '../src-shared/errors.ts';
import { limits } from '../src-shared/limits.ts';
import { ServerConnection } from '../src-shared/rpc/server.ts';
import type { AfterTurn, TopicHub } from '../src-shared/rpc/topic-hub.ts';
import type { Wire } from '../src-shared/rpc/wire.ts';
import { t } from '../src-shared/words.ts';
import type { Logger } from './core/log.ts';
import type { WindowMedia } from './window-media.ts';

export interface WindowsOptions {
  readonly hub: TopicHub;
  readonly clock: Clock;
  readonly log: Logger;
  /** Topics go to the windows behind what is going on now, so that a call's INVITE leaves before it is drawn. */
  readonly afterTurn?: AfterTurn;
}

/**
 * The connected windows and the media lease. One window at a time holds the lease: it has the microphone
 * and it alone rings; others may control calls.
 *
 *   free --claim--> held(A)
 *   held(A) --claim by A (reload)--> held(A)      legs of running calls are built anew
 *   held(A) --claim with takeOver by B--> held(B) legs of running calls are built anew
 *   held(A) --A disconnects--> reserved(A)        for limits.leaseReclaimMs
 *   reserved(A) --claim by A--> held(A)
 *   reserved(A) --claim with takeOver by B--> held(B)
 *   reserved(A) --time over--> free
 *   held(A) --release--> free
 */
export class Windows implements WindowMedia {
  readonly #options: WindowsOptions;
  readonly #connections = new Map<string, ServerConnection>();
  readonly #holderListeners = new Set<() => void>();
  readonly #codecsByClient = new Map<string, readonly RendererCodec[]>();
  #holder: string | undefined;
  #reserveTimer: TimerHandle | undefined;

  constructor(options: WindowsOptions) {
    this.#options = options;
    this.#publish();
  }

  /** Takes over a window's wire. A second wire of the same client (a reload) replaces the first. */
  attach(clientId: string, wire: Wire, handlers: MainHandlers): void {
    this.#connections.get(clientId)?.close();
    const { hub, clock, log, afterTurn } = this.#options;
    const connection = new ServerConnection(clientId, wire, {
      hub,
      clock,
      handlers,
      ...(afterTurn === undefined ? {} : { afterTurn }),
      reportInternal: (where, error) => {
        log.error(`unexpected error in ${where}`, { error });
      },
    });
    this.#connections.set(clientId, connection);
    wire.onClose(() => {
      connection.close();
      if (this.#connections.get(clientId) !== connection) return;
      this.#connections.delete(clientId);
      if (this.#holder === clientId) this.#reserve();
    });
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Sends an event to every window. */
  emit<Name extends EventName>(name: Name, payload: EventPayload<Name>): void {
    for (const connection of this.#connections.values()) connection.emit(name, payload);
  }

  claim(clientId: string, takeOver: boolean): { readonly held: boolean } {
    const mine = this.#holder === clientId;
    if (this.#holder !== undefined && !mine && !takeOver) return { held: false };
    this.#clearReservation();
    this.#holder = clientId;
    this.#publish();
    // Also after a reload of the same window: its peer connections are gone.
    for (const listener of this.#holderListeners) listener();
    return { held: true };
  }

  release(clientId: string): void {
    if (this.#holder !== clientId) return;
    this.#clearReservation();
    this.#holder = undefined;
    this.#publish();
  }

  reportCodecs(clientId: string, codecs: readonly RendererCodec[]): void {
    this.#codecsByClient.set(clientId, codecs);
  }

  codecs(): readonly RendererCodec[] | undefined {
    if (this.#holder !== undefined) return this.#codecsByClient.get(this.#holder);
    return this.#codecsByClient.values().next().value;
  }

  available(): boolean {
    return this.#holder !== undefined && this.#connections.has(this.#holder);
  }

  async ask<Name extends RendererCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
    const connection = this.#holder === undefined ? undefined : this.#connections.get(this.#holder);
    if (connection === undefined) {
      throw new AppError(
        'media',
        t('No Parley window is open for sound. Open Parley to speak on this computer.'),
        name,
      );
    }
    return connection.call(name, input);
  }

  onHolderChanged(listener: () => void): () => void {
    this.#holderListeners.add(listener);
    return () => this.#holderListeners.delete(listener);
  }

  close(): void {
    this.#clearReservation();
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  #reserve(): void {
    this.#reserveTimer = this.#options.clock.setTimeout(() => {
      this.#reserveTimer = undefined;
      this.#holder = undefined;
      this.#publish();
    }, limits.leaseReclaimMs);
    this.#publish();
  }

  #clearReservation(): void {
    if (this.#reserveTimer !== undefined) this.#options.clock.clearTimeout(this.#reserveTimer);
    this.#reserveTimer = undefined;
  }

  #publish(): void {
    const lease: Lease = {
      holder: this.#holder ?? null,
      ...(this.#reserveTimer === undefined
        ? {}
        : { reclaimUntilMs: this.#options.clock.now() + limits.leaseReclaimMs }),
    };
    this.#options.hub.publish('lease', lease);
  }
}
