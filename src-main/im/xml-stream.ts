import type { Duplex } from 'node:stream';
import type { Element } from '@xmpp/xml';
import type { ConnectFailure } from '../core/connect-failure.ts';
import { imLimits } from './im-limits.ts';
import { namespaces } from './namespaces.ts';
import { StanzaParser } from './stanza-parser.ts';
import { connectionLost, malformed, socketFailure, streamErrorFailure } from './stream-failures.ts';

/** Who takes the elements once the handshake is over. */
export interface StreamConsumer {
  onElement(element: Element): void;
  /**
   * A slice of received data is worked through: what was gathered may be written. A promise: the next slice waits for
   * it, and the server with it; it must not reject.
   */
  onSlice(): Promise<void> | undefined;
  /** The stream ended, told once. Nothing comes afterwards. */
  onEnd(failure: ConnectFailure): void;
}

interface Waiter {
  readonly resolve: (element: Element) => void;
  readonly reject: (failure: ConnectFailure) => void;
}

/**
 * One XML stream over one byte stream (RFC 6120 section 4), from our header to its end. While the handshake runs
 * elements are asked for one by one with `next`; then `consume` hands them all to a consumer.
 *
 *   handshake --consume--> flowing --end | error | close--> over
 *   handshake --end | error | close | detach--> over
 *
 * Received data is worked through in slices of a few milliseconds, and read no further ahead than a bound,
 * so that a burst never holds the loop. The consumer may hold the stream up between two slices.
 */
export class XmlStream {
  readonly #socket: Duplex;
  readonly #parser: StanzaParser;
  #state: 'handshake' | 'flowing' | 'over' = 'handshake';
  #failure: ConnectFailure | undefined;
  #consumer: StreamConsumer | undefined;
  #waiter: Waiter | undefined;
  readonly #elements: Element[] = [];
  readonly #chunks: Buffer[] = [];
  #chunkBytes = 0;
  #sliceStartedMs: number | undefined;
  #isHeldUp = false;
  #receivedBytes = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#parser = new StanzaParser(imLimits, {
      onOpen: () => undefined,
      onElement: (element) => {
        this.#element(element);
      },
      onEnd: () => {
        this.#over(connectionLost('the server closed the stream'));
      },
      onMalformed: (reason) => {
        this.#writeQuietly(
          `<stream:error><not-well-formed xmlns="${namespaces.streamErrors}"/></stream:error></stream:stream>`,
        );
        this.#over(malformed(reason));
      },
    });
    socket.on('data', this.#onData);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
    socket.on('end', this.#onClose);
  }

  /** Grows with every byte from the server: the sign of life. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** The server has sent more than was worked through: what we wait for may be among it. */
  get isBehind(): boolean {
    return this.#chunks.length > 0;
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Sends our stream header (RFC 6120 section 4.7). `from` is told over TLS only. */
  open(domain: string, from?: string): void {
    const sender = from === undefined ? '' : ` from='${escapeAttribute(from)}'`;
    this.write(
      `<?xml version='1.0'?><stream:stream${sender} to='${escapeAttribute(domain)}' version='1.0' xml:lang='en' ` +
        `xmlns='${namespaces.client}' xmlns:stream='${namespaces.streams}'>`,
    );
  }

  /** What is written after the end goes nowhere: the owner learns of the end by itself. */
  write(text: string): void {
    if (this.#state !== 'over') this.#socket.write(text);
  }

  /** The next element of the handshake. @throws ConnectFailure when the stream ends first, also with a stream error */
  next(): Promise<Element> {
    const element = this.#elements.shift();
    if (element !== undefined) return Promise.resolve(element);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  /** Ends the handshake: elements flow to the consumer, first those that came already. */
  consume(consumer: StreamConsumer): void {
    if (this.#state === 'flowing' || this.#consumer !== undefined) throw new Error('the stream has a consumer');
    this.#consumer = consumer;
    if (this.#failure !== undefined) {
      consumer.onEnd(this.#failure);
      return;
    }
    this.#state = 'flowing';
    for (const element of this.#elements.splice(0)) {
      if (!this.isOver) consumer.onElement(element);
    }
    void consumer.onSlice();
  }

  /**
   * Leaves the socket to TLS, or to the next stream after SASL.
   * @returns false when the server sent more than it may before that point: whoever put it there speaks without
   * protection, and it must not be believed later
   */
  detach(): boolean {
    this.#parser.close();
    this.#state = 'over';
    this.#removeListeners();
    return this.#elements.length === 0 && this.#chunks.length === 0;
  }

  /** Says goodbye and lets the socket go. */
  close(): void {
    if (this.#state === 'over') return;
    this.#writeQuietly('</stream:stream>');
    this.#over(connectionLost('closed by us'), false);
    this.#socket.end(() => {
      this.#socket.destroy();
    });
  }

  /** Ends the stream for this reason, at once. */
  fail(failure: ConnectFailure): void {
    this.#over(failure);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#receivedBytes += chunk.length;
    for (let start = 0; start < chunk.length; start += imLimits.pieceBytes) {
      this.#chunks.push(chunk.subarray(start, start + imLimits.pieceBytes));
    }
    this.#chunkBytes += chunk.length;
    if (this.#chunkBytes > imLimits.readAheadBytes) this.#socket.pause();
    if (this.#isHeldUp) return;
    if (this.#sliceStartedMs === undefined) {
      this.#sliceStartedMs = performance.now();
      setImmediate(this.#endSlice);
    }
    this.#workThrough(this.#sliceStartedMs);
  };

  readonly #endSlice = (): void => {
    this.#sliceStartedMs = undefined;
    const room = this.#consumer?.onSlice();
    if (room === undefined) {
      this.#nextSlice();
      return;
    }
    this.#isHeldUp = true;
    void room.then(() => {
      this.#isHeldUp = false;
      this.#nextSlice();
    });
  };

  #nextSlice(): void {
    if (this.#chunks.length === 0 || this.isOver) return;
    this.#sliceStartedMs = performance.now();
    setImmediate(this.#endSlice);
    this.#workThrough(this.#sliceStartedMs);
  }

  #workThrough(startedMs: number): void {
    while (performance.now() - startedMs < imLimits.sliceMs) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) break;
      this.#chunkBytes -= chunk.length;
      this.#parser.write(chunk);
      if (this.isOver) return;
    }
    if (this.#chunkBytes <= imLimits.readAheadBytes && this.#socket.isPaused()) this.#socket.resume();
  }

  readonly #onError = (error: Error): void => {
    this.#over(socketFailure(error));
  };

  readonly #onClose = (): void => {
    // What was received before the end is still worked through.
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) this.#parser.write(chunk);
    this.#over(connectionLost('the connection was closed'));
  };

  #element(element: Element): void {
    if (element.is('error', namespaces.streams)) {
      this.#over(streamErrorFailure(element));
    } else if (this.#consumer !== undefined) {
      this.#consumer.onElement(element);
    } else if (this.#waiter !== undefined) {
      const { resolve } = this.#waiter;
      this.#waiter = undefined;
      resolve(element);
    } else {
      this.#elements.push(element);
    }
  }

  #over(failure: ConnectFailure, destroy = true): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#failure = failure;
    this.#parser.close();
    this.#chunks.length = 0;
    this.#removeListeners();
    // A late error of a socket that we no longer use is no news, but without a listener it would end the process.
    this.#socket.on('error', () => undefined);
    if (destroy) this.#socket.destroy();
    this.#waiter?.reject(failure);
    this.#waiter = undefined;
    this.#consumer?.onEnd(failure);
  }

  #removeListeners(): void {
    this.#socket.off('data', this.#onData);
    this.#socket.off('error', this.#onError);
    this.#socket.off('close', this.#onClose);
    this.#socket.off('end', this.#onClose);
  }

  #writeQuietly(text: string): void {
    if (this.#socket.writable) this.#socket.write(text);
  }
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
