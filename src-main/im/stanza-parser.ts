import { StringDecoder } from 'node:string_decoder';
import { Parser } from '@xmpp/xml';
import type { Attributes, Element } from '@xmpp/xml';
import { assertNever } from '../../src-shared/assert-never.ts';
import { XmlGuard } from './xml-guard.ts';

export interface ParserLimits {
  readonly stanzaBytes: number;
  readonly stanzaDepth: number;
}

export interface ParserEvents {
  /** The stream header. */
  onOpen(header: Element): void;
  /** One whole child of the stream. */
  onElement(element: Element): void;
  /** `</stream:stream>` */
  onEnd(): void;
  /** Not well-formed, too large or too deep; nothing comes after it. */
  onMalformed(reason: string): void;
}

/** The parser of @xmpp/xml, with a bound on depth and without the text between stanzas, which it would keep for ever. */
class BoundedParser extends Parser {
  #depth = 0;
  readonly #maxDepth: number;

  constructor(maxDepth: number) {
    super();
    this.#maxDepth = maxDepth;
  }

  override onStartElement(name: string, attributes: Attributes): void {
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) throw new Error('elements are nested too deep');
    super.onStartElement(name, attributes);
  }

  override onEndElement(name: string): void {
    if (this.cursor === null) throw new Error(`${name} was never opened`);
    this.#depth -= 1;
    super.onEndElement(name);
  }

  override onText(text: string): void {
    // Whitespace between stanzas keeps the connection alive (RFC 6120 section 4.6.1).
    if (this.cursor !== null && this.cursor === this.root) {
      if (text.trim() !== '') throw new Error('text between stanzas');
      return;
    }
    super.onText(text);
  }
}

type Parsed =
  | { readonly kind: 'open' | 'element'; readonly element: Element }
  | { readonly kind: 'end' }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Bytes in, elements of one XML stream out (RFC 6120 section 4). A character that is split between two packets
 * is put together again. After `close` nothing is told any more, even from the middle of a packet.
 */
export class StanzaParser {
  readonly #events: ParserEvents;
  readonly #limits: ParserLimits;
  readonly #decoder = new StringDecoder('utf8');
  readonly #guard = new XmlGuard();
  /** Looked at, but not given to the parser yet. */
  #held = '';
  readonly #parser: BoundedParser;
  /** Filled while a packet is parsed and told afterwards, so that an error of a listener is never taken for bad XML. */
  #parsed: Parsed[] = [];
  #bytesOfElement = 0;
  #isClosed = false;

  constructor(limits: ParserLimits, events: ParserEvents) {
    this.#events = events;
    this.#limits = limits;
    this.#parser = new BoundedParser(limits.stanzaDepth);
    this.#parser.on('start', (element) => this.#parsed.push({ kind: 'open', element }));
    this.#parser.on('element', (element) => {
      this.#bytesOfElement = 0;
      this.#parsed.push({ kind: 'element', element });
    });
    this.#parser.on('end', () => this.#parsed.push({ kind: 'end' }));
    this.#parser.on('error', (error) => this.#parsed.push({ kind: 'malformed', reason: error.message }));
  }

  write(chunk: Buffer): void {
    if (this.#isClosed) return;
    if (this.#bytesOfElement > this.#limits.stanzaBytes) {
      this.#parsed.push({ kind: 'malformed', reason: `an element is larger than ${this.#limits.stanzaBytes} bytes` });
    } else {
      this.#bytesOfElement += chunk.length;
      try {
        this.#parse(this.#decoder.write(chunk));
      } catch (error) {
        this.#parsed.push({ kind: 'malformed', reason: error instanceof Error ? error.message : String(error) });
      }
    }
    const parsed = this.#parsed;
    this.#parsed = [];
    for (const one of parsed) {
      // A listener may close us; the compiler cannot know that, so the field is read afresh.
      if (this.isClosed) return;
      this.#tell(one);
    }
  }

  #parse(text: string): void {
    const notXml = this.#guard.check(text);
    this.#held += notXml === undefined ? text : text.slice(0, notXml.at);
    if (notXml === undefined && this.#guard.needsMore) return;
    this.#parser.write(this.#held);
    this.#held = '';
    if (notXml !== undefined) this.#parsed.push({ kind: 'malformed', reason: notXml.reason });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
  }

  #tell(parsed: Parsed): void {
    switch (parsed.kind) {
      case 'open':
        this.#events.onOpen(parsed.element);
        return;
      case 'element':
        this.#events.onElement(parsed.element);
        return;
      case 'end':
        this.#events.onEnd();
        return;
      case 'malformed':
        this.#isClosed = true;
        this.#events.onMalformed(parsed.reason);
        return;
      default:
        assertNever(parsed);
    }
  }
}
