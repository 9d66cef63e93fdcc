import { createBirpc } from 'birpc';
import type { BirpcReturn } from 'birpc';
import { t } from '../words.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import type {
  CallInput,
  CallOutput,
  EventName,
  EventPayload,
  MainCall,
  RendererHandlers,
  TopicName,
  TopicSnapshot,
} from '../contract/contract.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { withDeadline } from './deadline.ts';
import { ProtocolError, parseMessage } from './protocol.ts';
import type { Envelope, MainFunctions, RendererFunctions } from './protocol.ts';
import { shareUnchanged } from './structural-sharing.ts';
import type { Wire } from './wire.ts';

/**
 *   connecting --wire open--> connected --wire closed--> connecting
 *   connecting | connected --refused for good--> refused
 *   any --close()--> closed
 */
export type ConnectionState = 'connecting' | 'connected' | 'refused' | 'closed';

const transitions: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  connecting: ['connected', 'refused', 'closed'],
  connected: ['connecting', 'refused', 'closed'],
  refused: ['closed'],
  closed: [],
};

export interface ClientOptions {
  /** Opens a wire that is ready for the contract. Rejecting with AppError `denied` ends all attempts. */
  readonly connect: () => Promise<Wire>;
  readonly handlers: RendererHandlers;
  readonly clock: Clock;
  /** Delays between attempts in milliseconds; the last repeats. */
  readonly retryDelaysMs?: readonly number[];
  /** Gets errors that are bugs in a handler of the window. */
  readonly reportInternal: (where: string, error: unknown) => void;
}

const defaultRetryDelaysMs = [100, 250, 500, 1_000, 2_000];
/** Events are acknowledged in batches of this many, and once more when the burst ends. */
const eventAckBatch = 64;
const eventAckDelayMs = 20;

type Rpc = BirpcReturn<MainFunctions, RendererFunctions, false>;

/** The window's end of the contract: reconnects by itself, resubscribes, and tells of gaps. Holds no zod. */
export class ContractClient {
  readonly #options: ClientOptions;
  #state: ConnectionState = 'connecting';
  #rpc: Rpc | undefined;
  #wire: Wire | undefined;
  #attempt = 0;
  #retryTimer: TimerHandle | undefined;
  #connectedBefore = false;
  #lastSequence = 0;
  #unacknowledgedEvents = 0;
  #ackTimer: TimerHandle | undefined;
  readonly #snapshots = new Map<string, unknown>();
  readonly #topicListeners = new Map<string, Set<() => void>>();
  readonly #eventListeners = new Map<string, Set<(payload: never) => void>>();
  readonly #gapListeners = new Set<() => void>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  readonly #awaitingConnection = new Set<{ resolve: (rpc: Rpc) => void; reject: (error: AppError) => void }>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    void this.#connect();
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#setState('closed');
    if (this.#retryTimer !== undefined) this.#options.clock.clearTimeout(this.#retryTimer);
    this.#dropConnection();
    this.#rejectWaiting('disconnected', t('Parley is closing.'));
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Asks main. Waits for the connection while it is being made; rejects with AppError. */
  async call<Name extends MainCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
    let expired = false;
    // At once where it can be: what the click draws would hold up what it asks for.
    const asked =
      this.#rpc?.$call('call', name, input) ??
      this.#connected().then((rpc) => {
        // Long given up: a call placed minutes later, when the wire is back, would startle everybody.
        if (expired) throw new AppError('timeout', t('That took too long.'), name);
        return rpc.$call('call', name, input);
      });
    const answer = asked.catch((error: unknown) => {
      if (error instanceof AppError) throw error;
      throw new AppError(
        'disconnected',
        t('The connection to the Parley service broke. Parley connects again by itself.'),
        name,
      );
    });
    const envelope = await withDeadline(answer, limits.mainCallDeadlineMs, this.#options.clock, name).finally(() => {
      expired = true;
    });
    if (!envelope.ok) throw AppError.fromData(envelope.error);
    return envelope.value as CallOutput<Name>;
  }

  /** The latest snapshot, or undefined before the first. */
  snapshot<Name extends TopicName>(name: Name): TopicSnapshot<Name> | undefined {
    return this.#snapshots.get(name) as TopicSnapshot<Name> | undefined;
  }

  /** Calls `listener` after each change of the snapshot; returns the way to stop. */
  subscribe(name: TopicName, listener: () => void): () => void {
    let listeners = this.#topicListeners.get(name);
    if (listeners === undefined) {
      listeners = new Set();
      this.#topicListeners.set(name, listeners);
      this.#tell('subscribe', name);
    }
    listeners.add(listener);
    return () => {
      // The subscription itself stays: topics are few and small, and a view that returns finds its data at once.
      listeners.delete(listener);
    };
  }

  onEvent<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void {
    let listeners = this.#eventListeners.get(name);
    if (listeners === undefined) {
      listeners = new Set();
      this.#eventListeners.set(name, listeners);
    }
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Events were lost (slow window or reconnect): whoever shows a list of them pages it again. */
  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener);
    return () => this.#gapListeners.delete(listener);
  }

  #connected(): Promise<Rpc> {
    if (this.#rpc !== undefined) return Promise.resolve(this.#rpc);
    if (this.#state === 'closed' || this.#state === 'refused') {
      return Promise.reject(new AppError('disconnected', t('This window is not connected to Parley.')));
    }
    return new Promise((resolve, reject) => {
      this.#awaitingConnection.add({ resolve, reject });
    });
  }

  async #connect(): Promise<void> {
    let wire: Wire;
    try {
      wire = await this.#options.connect();
    } catch (error) {
      this.#connectFailed(error);
      return;
    }
    if (this.#state === 'closed') {
      wire.close();
      return;
    }
    this.#open(wire);
  }

  #connectFailed(error: unknown): void {
    if (this.#state === 'closed') return;
    if (error instanceof AppError && error.code === 'denied') {
      this.#setState('refused');
      this.#rejectWaiting('denied', error.message);
      return;
    }
    const delays = this.#options.retryDelaysMs ?? defaultRetryDelaysMs;
    const delayMs = delays[Math.min(this.#attempt, delays.length - 1)] ?? 1_000;
    this.#attempt += 1;
    this.#retryTimer = this.#options.clock.setTimeout(() => {
      this.#retryTimer = undefined;
      void this.#connect();
    }, delayMs);
  }

  #open(wire: Wire): void {
    const wasConnectedBefore = this.#connectedBefore;
    this.#connectedBefore = true;
    this.#attempt = 0;
    this.#lastSequence = 0;
    this.#unacknowledgedEvents = 0;
    this.#wire = wire;
    const functions: RendererFunctions = {
      call: (name, input) => this.#dispatch(name, input),
      topic: (name, revision, snapshot) => {
        this.#receiveTopic(name, revision, snapshot);
      },
      event: (name, sequence, payload) => {
        this.#receiveEvent(name, sequence, payload);
      },
      gap: () => {
        this.#announceGap();
      },
    };
    const rpc: Rpc = createBirpc<MainFunctions, RendererFunctions, false>(functions, {
      post: (text: string) => {
        wire.send(text);
      },
      on: (receive) => {
        wire.onMessage((text) => {
          // A wire that was given up has nothing to say any more.
          if (this.#wire === wire) receive(text);
        });
      },
      serialize: JSON.stringify,
      deserialize: parseMessage,
      timeout: -1,
      proxify: false,
      resolver: (name, resolved) => (Object.hasOwn(functions, name) ? resolved : undefined),
      onGeneralError: (error, method) => {
        // A request of ours that failed is its caller's matter; the rest is a bug at either end.
        if (method === undefined && !(error instanceof ProtocolError)) return false;
        this.#options.reportInternal(method ?? 'rpc', error);
        return true;
      },
    });
    this.#rpc = rpc;
    wire.onClose(() => {
      if (this.#wire !== wire || this.#state === 'closed') return;
      this.#dropConnection();
      this.#setState('connecting');
      this.#connectFailed(new AppError('disconnected', t('The wire closed.')));
    });
    this.#setState('connected');
    for (const topic of this.#topicListeners.keys()) this.#tell('subscribe', topic);
    for (const waiting of this.#awaitingConnection) waiting.resolve(rpc);
    this.#awaitingConnection.clear();
    // What happened while the wire was down is not replayed: views page again.
    if (wasConnectedBefore) this.#announceGap();
  }

  #dropConnection(): void {
    const rpc = this.#rpc;
    this.#rpc = undefined;
    if (this.#ackTimer !== undefined) this.#options.clock.clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    rpc?.$close(
      new AppError('disconnected', t('The connection to the Parley service broke. Parley connects again by itself.')),
    );
    this.#wire?.close();
    this.#wire = undefined;
  }

  #rejectWaiting(code: 'disconnected' | 'denied', message: string): void {
    for (const waiting of this.#awaitingConnection) waiting.reject(new AppError(code, message));
    this.#awaitingConnection.clear();
  }

  #setState(next: ConnectionState): void {
    if (this.#state === next) return;
    if (!transitions[this.#state].includes(next))
      throw new Error(`connection cannot go from ${this.#state} to ${next}`);
    this.#state = next;
    for (const listener of this.#stateListeners) listener(next);
  }

  async #dispatch(name: string, input: unknown): Promise<Envelope> {
    try {
      if (!Object.hasOwn(this.#options.handlers, name))
        throw new AppError('unsupported', t('This window does not know that request.'), name);
      const handler = this.#options.handlers[name as keyof RendererHandlers] as (input: unknown) => unknown;
      return { ok: true, value: (await handler(input)) ?? null };
    } catch (error) {
      if (error instanceof AppError) return { ok: false, error: error.toData() };
      this.#options.reportInternal(name, error);
      return { ok: false, error: { code: 'internal', message: t('Something went wrong in the window.') } };
    }
  }

  #receiveTopic(name: string, revision: number, snapshot: unknown): void {
    this.#snapshots.set(name, shareUnchanged(this.#snapshots.get(name), snapshot));
    // Before it is drawn: the next one may be made meanwhile, and is drawn after this one whatever happens.
    this.#tell('topicAck', name, revision);
    for (const listener of this.#topicListeners.get(name) ?? []) listener();
  }

  #receiveEvent(name: string, sequence: number, payload: unknown): void {
    const expected = this.#lastSequence + 1;
    this.#lastSequence = sequence;
    if (sequence !== expected) this.#announceGap();
    for (const listener of this.#eventListeners.get(name) ?? []) listener(payload as never);
    this.#unacknowledgedEvents += 1;
    if (this.#unacknowledgedEvents >= eventAckBatch) this.#acknowledgeEvents();
    else
      this.#ackTimer ??= this.#options.clock.setTimeout(() => {
        this.#acknowledgeEvents();
      }, eventAckDelayMs);
  }

  #acknowledgeEvents(): void {
    if (this.#ackTimer !== undefined) this.#options.clock.clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.#unacknowledgedEvents = 0;
    this.#tell('eventAck', this.#lastSequence);
  }

  /** Sends what has no answer. Without a connection there is nothing to say: all of it is said anew on the next. */
  #tell<Name extends Exclude<keyof MainFunctions, 'call'>>(name: Name, ...args: Parameters<MainFunctions[Name]>): void {
    const rpc = this.#rpc;
    rpc?.$callEvent(name, ...args).catch((error: unknown) => {
      if (this.#rpc === rpc) this.#options.reportInternal(name, error);
    });
  }

  #announceGap(): void {
    for (const listener of this.#gapListeners) listener();
  }
}
