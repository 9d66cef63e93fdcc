import { signallingLimits } from './signalling-limits.ts';

/** What came out of a stream. `ping` asks for a CRLF in return, `pong` is one (RFC 5626 section 4.4.1). */
export type Frame =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'broken'; readonly why: string };

const empty = Buffer.alloc(0);

/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 section 18.3). After `broken`
 * the place of the next message is unknown and the connection has to be closed.
 */
export class StreamFramer {
  #buffer: Buffer = empty;
  #broken = false;

  push(chunk: Buffer): readonly Frame[] {
    if (this.#broken) return [];
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const frame = this.#next();
      if (frame === undefined) return frames;
      frames.push(frame);
      if (frame.kind === 'broken') {
        this.#broken = true;
        this.#buffer = empty;
        return frames;
      }
    }
  }

  #next(): Frame | undefined {
    let blank = 0;
    while (this.#buffer[blank] === 13 && this.#buffer[blank + 1] === 10) blank += 2;
    if (blank > 0) {
      this.#buffer = this.#buffer.subarray(blank);
      return { kind: blank >= 4 ? 'ping' : 'pong' };
    }
    const headerEnd = this.#buffer.indexOf('\r\n\r\n');
    if (headerEnd < 0) {
      return this.#buffer.length > signallingLimits.headerBytes
        ? { kind: 'broken', why: 'header longer than allowed' }
        : undefined;
    }
    if (headerEnd > signallingLimits.headerBytes) return { kind: 'broken', why: 'header longer than allowed' };
    const header = this.#buffer.toString('latin1', 0, headerEnd + 2);
    const length = /^(?:content-length|l)[ \t]*:[ \t]*(\S*)[ \t]*\r$/im.exec(header)?.[1];
    if (length !== undefined && !/^\d{1,9}$/.test(length)) return { kind: 'broken', why: 'bad Content-Length' };
    const bodyBytes = Number(length ?? 0);
    if (bodyBytes > signallingLimits.bodyBytes) return { kind: 'broken', why: 'body longer than allowed' };
    const total = headerEnd + 4 + bodyBytes;
    if (this.#buffer.length < total) return undefined;
    const text = this.#buffer.toString('utf8', 0, total);
    this.#buffer = this.#buffer.subarray(total);
    return { kind: 'message', text };
  }
}
