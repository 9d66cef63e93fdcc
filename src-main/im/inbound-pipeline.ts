import { limits } from '../../src-shared/limits.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import type { InboundMessage } from './message-stanza.ts';
import type { TimedMessage } from './message-store.ts';

/** Messages on their way through the steps. */
export interface InboundBatch {
  readonly messages: readonly TimedMessage[];
  /** Filled by the step `store`. */
  readonly stored: readonly ChatMessage[];
}

/** One step: what it returns goes on to the next. */
export interface InboundStep {
  readonly name: string;
  run(batch: InboundBatch): InboundBatch;
}

/** What the steps work with. */
export interface InboundPorts {
  readonly confirm: (message: InboundMessage) => ChatMessage | undefined;
  readonly isKnown: (message: InboundMessage) => boolean;
  readonly addAll: (messages: readonly TimedMessage[]) => readonly ChatMessage[];
  readonly archive: (messages: readonly ChatMessage[]) => void;
  readonly acknowledge: (messages: readonly TimedMessage[]) => void;
  readonly publish: (messages: readonly ChatMessage[]) => void;
}

/** The messages could not be stored; the server must keep them. */
export class NotStoredError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'NotStoredError';
  }
}

/** The steps in their order: nothing is archived, acknowledged or shown that is not stored. */
export function inboundSteps(ports: InboundPorts): readonly InboundStep[] {
  return [
    { name: 'confirm', run: (batch) => confirm(batch, ports) },
    { name: 'dedupe', run: (batch) => dedupe(batch, ports) },
    { name: 'store', run: (batch) => ({ ...batch, stored: ports.addAll(batch.messages) }) },
    { name: 'archive', run: (batch) => pass(batch, ports.archive) },
    {
      name: 'acknowledge',
      run: (batch) => {
        ports.acknowledge(batch.messages);
        return batch;
      },
    },
    { name: 'publish', run: (batch) => pass(batch, ports.publish) },
  ];
}

/** Messages of our own that wait for an acknowledgement and turn up in the server's archive were sent. */
function confirm(batch: InboundBatch, ports: InboundPorts): InboundBatch {
  const confirmed: ChatMessage[] = [];
  const messages = batch.messages.filter((message) => {
    const own = message.direction === 'out' ? ports.confirm(message) : undefined;
    if (own !== undefined) confirmed.push(own);
    return own === undefined;
  });
  if (confirmed.length > 0) {
    ports.archive(confirmed);
    ports.publish(confirmed);
  }
  return { ...batch, messages };
}

function dedupe(batch: InboundBatch, ports: InboundPorts): InboundBatch {
  const seen = new Set<string>();
  const messages = batch.messages.filter((message) => {
    const keys = [
      ...(message.archiveId === undefined ? [] : [`archive\n${message.archiveId}`]),
      ...(message.originKey === undefined ? [] : [`${message.direction}\n${message.peer}\n${message.originKey}`]),
    ];
    if (keys.some((key) => seen.has(key)) || ports.isKnown(message)) return false;
    for (const key of keys) seen.add(key);
    return true;
  });
  return { ...batch, messages };
}

function pass(batch: InboundBatch, take: (messages: readonly ChatMessage[]) => void): InboundBatch {
  if (batch.stored.length > 0) take(batch.stored);
  return batch;
}

export interface InboundPipelineOptions {
  readonly ports: InboundPorts;
  /** UTC milliseconds. */
  readonly now: () => number;
}

/** Beyond this the times of all chats are forgotten; then stamps count again as they are. */
const maxRememberedChats = 2_000;

/** Gathers received messages and sends them through the steps in batches of at most limits.transactionRows. */
export class InboundPipeline {
  readonly #steps: readonly InboundStep[];
  readonly #options: InboundPipelineOptions;
  #waiting: TimedMessage[] = [];
  /** Newest time given out, per source and chat. */
  readonly #lastAtMs = new Map<string, number>();

  constructor(options: InboundPipelineOptions) {
    this.#options = options;
    this.#steps = inboundSteps(options.ports);
  }

  /** Takes a message; a full batch goes through the steps at once. @throws NotStoredError */
  push(message: InboundMessage, countsAsUnread: boolean): void {
    this.#waiting.push({ ...message, sentAtMs: this.#timeOf(message), countsAsUnread });
    if (this.#waiting.length >= limits.transactionRows) this.flush();
  }

  /** Sends what is gathered through the steps. @throws NotStoredError; what was gathered is then gone from here */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const messages = this.#waiting;
    this.#waiting = [];
    try {
      this.#steps.reduce<InboundBatch>((batch, step) => step.run(batch), { messages, stored: [] });
    } catch (error) {
      throw new NotStoredError(error);
    }
  }

  /**
   * The time under which a message is shown. Messages of one chat come in the order in which the server took them, but
   * stamps need not tell that: servers stamp whole seconds, and after a resumption (XEP-0198) they stamp what they send
   * again by their clock, while what came before stands under ours. So the time never runs back within one source.
   */
  #timeOf({ peer, source, stampMs }: InboundMessage): number {
    const nowMs = this.#options.now();
    const chat = `${source === 'archive' ? 'archive' : 'live'} ${peer}`;
    const lastMs = this.#lastAtMs.get(chat) ?? -1;
    let atMs = nowMs;
    // A stamp of the future would stand below everything that is written later.
    if (stampMs !== undefined) atMs = Math.min(nowMs, lastMs >= stampMs ? lastMs + 1 : stampMs);
    if (this.#lastAtMs.size >= maxRememberedChats) this.#lastAtMs.clear();
    this.#lastAtMs.set(chat, atMs);
    return atMs;
  }

  /** The archive is read anew from some point: its times begin anew, too. */
  archiveBegins(): void {
    for (const chat of [...this.#lastAtMs.keys()]) if (chat.startsWith('archive ')) this.#lastAtMs.delete(chat);
  }
}
