import { createBirpc } from 'birpc';
import type { BirpcReturn } from 'birpc';
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
} from '../contract/contract.ts';
import { AppError } from '../errors.ts';
import { EventFeed } from './event-feed.ts';
import { parseMessage } from './protocol.ts';
import type { Envelope, MainFunctions, RendererFunctions } from './protocol.ts';
import { TopicFeed } from './topic-hub.ts';
import type { TopicHub } from './topic-hub.ts';
import { withDeadline } from './deadline.ts';
import type { Wire } from './wire.ts';

export interface ServerOptions {
  readonly hub: TopicHub;
  readonly handlers: MainHandlers;
  readonly clock: Clock;
  /** Gets every unexpected error whole; the window gets a bare `internal`. */
  readonly reportInternal: (where: string, error: unknown) => void;
}

/** Main's end of one window: validates what comes in, dispatches it, feeds topics and events. */
export class ServerConnection {
  readonly clientId: string;
  readonly #options: ServerOptions;
  readonly #wire: Wire;
  readonly #rpc: BirpcReturn<RendererFunctions, MainFunctions, false>;
  readonly #topics: TopicFeed;
  readonly #events: EventFeed;
  #closed = false;

  constructor(clientId: string, wire: Wire, options: ServerOptions) {
    this.clientId = clientId;
    this.#options = options;
    this.#wire = wire;
    const functions: MainFunctions = {
      call: (name, input) => this.#dispatch(name, input),
      subscribe: (name) => {
        if (Object.hasOwn(contract.topics, name)) this.#topics.subscribe(name);
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
        if (!this.#closed) wire.send(text);
      },
      on: (receive) => {
        wire.onMessage(receive);
      },
      serialize: JSON.stringify,
      deserialize: parseMessage,
      timeout: -1, // Deadlines are ours, on the injected clock.
      proxify: false,
      resolver: (name, resolved) => (Object.hasOwn(functions, name) ? resolved : undefined),
      onGeneralError: (error) => {
        // Not our protocol: nothing that follows can be trusted.
        this.#options.reportInternal('rpc', error);
        this.close();
        return true;
      },
    });
    this.#topics = new TopicFeed(options.hub, options.clock, (name, revision, snapshot) => {
      void this.#rpc.$callEvent('topic', name, revision, snapshot);
    });
    this.#events = new EventFeed(
      (name, sequence, payload) => {
        void this.#rpc.$callEvent('event', name, sequence, payload);
      },
      () => {
        void this.#rpc.$callEvent('gap');
      },
    );
    wire.onClose(() => {
      this.close();
    });
  }

  /** Bytes of events on their way to a window that has not acknowledged them. */
  get backlogBytes(): number {
    return this.#events.backlogBytes;
  }

  async #dispatch(name: string, input: unknown): Promise<Envelope> {
    try {
      if (!isMainCall(name))
        throw new AppError('unsupported', 'This version of Parley does not know that request.', name);
      return { ok: true, value: await this.#invoke(name, input) };
    } catch (error) {
      if (error instanceof AppError) return { ok: false, error: error.toData() };
      this.#options.reportInternal(name, error);
      return {
        ok: false,
        error: { code: 'internal', message: 'Something went wrong inside Parley. The log has the details.' },
      };
    }
  }

  async #invoke<Name extends MainCall>(name: Name, input: unknown): Promise<CallOutput<Name>> {
    const parsed = contract.calls[name].input.safeParse(input);
    if (!parsed.success) {
      // Paths and kinds only: the values may hold a password.
      const detail = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; ');
      throw new AppError('invalid', 'That value is not valid.', `${name}: ${detail}`);
    }
    // The schema just produced this type; TypeScript cannot tie it to Name.
    return await this.#options.handlers[name](parsed.data as CallInput<Name>, this.clientId);
  }

  /** Asks the window, with the deadline that the declaration gives. Throws AppError: `timeout`, `disconnected`, or the window's own. */
  async call<Name extends RendererCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
    if (this.#closed) throw new AppError('disconnected', 'The window is not connected.', name);
    const declaration = contract.calls[name];
    const answer = this.#rpc.$call('call', name, input).catch((error: unknown) => {
      if (error instanceof AppError) throw error;
      throw new AppError('disconnected', 'The window closed before it answered.', name);
    });
    const envelope = await withDeadline(answer, declaration.deadlineMs, this.#options.clock, name);
    if (!envelope.ok) throw AppError.fromData(envelope.error);
    const parsed = declaration.output.safeParse(envelope.value);
    if (!parsed.success) throw new AppError('invalid', 'The window gave an answer that does not fit.', name);
    return parsed.data as CallOutput<Name>;
  }

  emit<Name extends EventName>(name: Name, payload: EventPayload<Name>): void {
    if (!this.#closed) this.#events.push(name, payload);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#topics.close();
    this.#rpc.$close(new AppError('disconnected', 'The window closed.'));
    this.#wire.close();
  }
}

function isMainCall(name: string): name is MainCall {
  return (
    Object.hasOwn(contract.calls, name) && contract.calls[name as keyof typeof contract.calls].direction === 'toMain'
  );
}
