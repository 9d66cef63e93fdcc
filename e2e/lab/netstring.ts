const COLON = 0x3a;
const COMMA = 0x2c;
/** Digits of the longest length that is believed: baresip's messages are far below a megabyte. */
const MAX_LENGTH_DIGITS = 7;

/** One netstring: `<length>:<bytes>,`. */
export function encodeNetstring(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${String(bytes.length)}:`), bytes, Buffer.from(',')]);
}

/** Cuts a stream of bytes, in pieces of any size, into netstrings. */
export class NetstringParser {
  #buffer: Buffer = Buffer.alloc(0);

  /**
   * @returns the texts that are complete with this piece, in order
   * @throws Error when the stream is no netstring; it cannot be read any further then
   */
  push(piece: Buffer): readonly string[] {
    this.#buffer = Buffer.concat([this.#buffer, piece]);
    const texts: string[] = [];
    for (;;) {
      const colon = this.#buffer.indexOf(COLON);
      const head = this.#buffer.toString('latin1', 0, colon < 0 ? this.#buffer.length : colon);
      if (!/^\d*$/.test(head) || head.length > MAX_LENGTH_DIGITS || (colon >= 0 && head === '')) {
        throw new Error('not a netstring');
      }
      if (colon < 0) return texts;
      const end = colon + 1 + Number(head);
      if (this.#buffer.length <= end) return texts;
      if (this.#buffer[end] !== COMMA) throw new Error('not a netstring');
      texts.push(this.#buffer.toString('utf8', colon + 1, end));
      this.#buffer = this.#buffer.subarray(end + 1);
    }
  }
}
