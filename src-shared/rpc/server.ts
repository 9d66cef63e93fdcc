import { createBirpc } from 'birpc';
import type { BirpcReturn } from 'birpc';
import { t } from '../words.ts';
import type { Clock } from '../clock.ts';
import { contract } from '../contract/contract.ts';
import type {
  CallInput,
  CallOutput,
  EventName,
  EventPayload,
  MainCall,
  MainHandlers,
  RendererCall,
  TopicName,
} from '../contract/contract.ts';
import { AppError } from '../errors.ts';
import { EventFeed } from './event-feed.ts';
import { ProtocolError, parseMessage } from './protocol.ts';
import type { Envelope, MainFunctions, RendererFunctions } from './protocol.ts';
import { TopicFeed } from './topic-hub.ts';
import type { AfterTurn, TopicHub } from './topic-hub.ts';
import { withDeadline } from './deadline.ts';
import type { Wire } from './wire.ts';

export interface ServerOptions {
  readonly hub: TopicHub;
  readonly handlers: MainHandlers;
  readonly clock: Clock;
  /** Gets every unexpected error whole; the window gets a bare `internal`. */
  readonly reportInternal: (where: string, error: unknown) => void;
  /** When anything goes to the window: behind what is going on now. Default: topics as a microtask, the rest at once. */
  readonly afterTurn?: AfterTurn;
}

/** Main's end of one window: validates what comes in, dispatches it, feeds topics and events. */
export class ServerConnection {
  readonly clientId: string;
  readonly #options: ServerOptions;
  readonly #wire: Wire;
  readonly #rpc: BirpcReturn<RendererFunctions, MainFunctions, false>;
  readonly #topics: TopicFeed;
  readonly #events: EventFeed;
  /** What goes to the window when the present turn is over. */
  #outbox: string[] = [];
  #closed = false;

  constructor(clientId: string, wire: Wire, options: ServerOptions) {
    this.clientId = clientId;
    this.#options = options;
    this.#wire = wire;
    const functions: MainFunctions = {
      call: (name, input) => this.#dispatch(name, input),
      subscribe: (name) => {
        if (isTopic(name)) this.#topics.subscribe(name);
      },
      unsubscribe: (name) => {
        this.#topics.unsubscribe(name);
      },
      topicAck: (name, revision) => {
        this.#topics.acknowledge(name, revision);
      },
      eventAck: (sequence) => {
        this.#events.acknowledge(sequence);
      },
    };
    this.#rpc = createBirpc<RendererFunctions, MainFunctions, false>(functions, {
      post: (text: string) => {
        this.#post(text);
      },
      on: (receive) => {
        wire.onMessage((text) => {
          // What is still on its way when the connection is closed here must not act any more.
          if (!this.#closed) receive(text);
        });
      },
      serialize: JSON.stringify,
      deserialize: parseMessage,
      timeout: -1, // Deadlines are ours, on the injected clock.
      proxify: false,
      resolver: (name, resolved) => (Object.hasOwn(functions, name) ? resolved : undefined),
      onGeneralError: (error, method) => {
        if (error instanceof ProtocolError) {
          // Nothing that follows can be trusted.
          this.#options.reportInternal('rpc', error);
          this.close();
          return true;
        }
        // A request of ours that failed is its caller's matter.
        if (method === undefined) return false;
        // An answer of ours that JSON cannot carry.
        this.#options.reportInternal(method, error);
        return true;
      },
    });
    this.#topics = new TopicFeed(
      options.hub,
      options.clock,
      (name, revision, snapshot) => {
        this.#tell('topic', name, revision, snapshot);
      },
      options.afterTurn,
    );
    this.#events = new EventFeed(
      (name, sequence, payload) => {
        this.#tell('event', name, sequence, payload);
      },
      () => {
        this.#tell('gap');
      },
    );
    wire.onClose(() => {
      this.close();
    });
  }

  /** Every write wakes another process, which may take this one's processor: what is going on here comes first. */
  #post(text: string): void {
    if (this.#closed) return;
    this.#outbox.push(text);
    if (this.#outbox.length > 1) return;
    const { afterTurn } = this.#options;
    if (afterTurn === undefined) this.#sendAll();
    else
      afterTurn(() => {
        this.#sendAll();
      });
  }

  #sendAll(): void {
    const texts = this.#outbox;
    this.#outbox = [];
    for (const text of texts) this.#wire.send(text);
  }

  /** Sends what has no answer. A wire that broke in this moment is told by its own close. */
  #tell<Name extends 'topic' | 'event' | 'gap'>(name: Name, ...args: Parameters<RendererFunctions[Name]>): void {
    if (this.#closed) return;
    this.#rpc.$callEvent(name, ...args).catch((error: unknown) => {
      if (!this.#closed) this.#options.reportInternal(name, error);
    });
  }

  /** Bytes of events on their way to a window that has not acknowledged them. */
  get backlogBytes(): number {
    return this.#events.backlogBytes;
  }

  async #dispatch(name: unknown, input: unknown): Promise<Envelope> {
    const shown = typeof name === 'string' ? name : 'no name';
    try {
      if (!isMainCall(name))
        throw new AppError('unsupported', t('This version of Parley does not know that request.'), shown);
      return { ok: true, value: await this.#invoke(name, input) };
    } catch (error) {
      if (error instanceof AppError) return { ok: false, error: error.toData() };
      this.#options.reportInternal(shown, error);
      return {
        ok: false,
        error: { code: 'internal', message: t('Something went wrong inside Parley. The log has the details.') },
      };
    }
  }

  async #invoke<Name extends MainCall>(name: Name, input: unknown): Promise<CallOutput<Name>> {
    const parsed = contract.calls[name].input.safeParse(input);
    if (!parsed.success) {
      // Paths and kinds only: the values may hold a password.
      const detail = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; ');
      throw new AppError('invalid', t('That value is not valid.'), `${name}: ${detail}`);
    }
    // The schema just produced this type; TypeScript cannot tie it to Name.
    return await this.#options.handlers[name](parsed.data as CallInput<Name>, this.clientId);
  }

  /** Asks the window, with the deadline that the declaration gives. Throws AppError: `timeout`, `disconnected`, or the window's own. */
  async call<Name extends RendererCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
    if (this.#closed) throw new AppError('disconnected', t('The window is not connected.'), name);
    const declaration = contract.calls[name];
    const answer = this.#rpc.$call('call', name, input).catch((error: unknown) => {
      if (error instanceof AppError) throw error;
      throw new AppError('disconnected', t('The window closed before it answered.'), name);
    });
    const envelope = await withDeadline(answer, declaration.deadlineMs, this.#options.clock, name);
    if (!envelope.ok) throw AppError.fromData(envelope.error);
    const parsed = declaration.output.safeParse(envelope.value);
    if (!parsed.success) throw new AppError('invalid', t('The window gave an answer that does not fit.'), name);
    return parsed.data as CallOutput<Name>;
  }

  emit<Name extends EventName>(name: Name, payload: EventPayload<Name>): void {
    if (!this.#closed) this.#events.push(name, payload);
  }

  close(): void {
    if (this.#closed) return;
    this.#sendAll();
    this.#closed = true;
    this.#topics.close();
    this.#rpc.$close(new AppError('disconnected', t('The window closed.')));
    this.#wire.close();
  }
}

// Names come from the wire: whatever its type says, they may be anything that JSON can hold.
function isTopic(name: unknown): name is TopicName {
  return typeof name === 'string' && Object.hasOwn(contract.topics, name);
}

function isMainCall(name: unknown): name is MainCall {
  return (
    typeof name === 'string' &&
    Object.hasOwn(contract.calls, name) &&
    contract.calls[name as keyof typeof contract.calls].direction === 'toMain'
  );
}
