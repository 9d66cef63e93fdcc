/** The bytes are not LDAP, or are more than was asked for. */
export class MalformedLdapAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedLdapAnswer';
  }
}

/** An entry with a large photo comes near one megabyte; a length beyond this is a lie or a mistake. */
const maxFrameBytes = 8 * 1024 * 1024;
/** Entries of one answer; every request asks for far fewer. */
const maxEntriesPerRequest = 2_000;

const tags = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
  controls: 0xa0,
  referral: 0xa3,
  saslCredentials: 0x87,
  responseName: 0x8a,
  responseValue: 0x8b,
} as const;

/** Application tags of the answers a client may get (RFC 4511 section 4.2 and on). */
export const ldapAnswers = {
  bind: 0x61,
  entry: 0x64,
  searchDone: 0x65,
  reference: 0x73,
  extended: 0x78,
  intermediate: 0x79,
} as const;

/** One LDAPMessage, checked. */
export interface LdapFrame {
  readonly bytes: Buffer;
  readonly messageId: number;
  /** Application tag. */
  readonly answer: number;
  /** resultCode of answers that end an operation. */
  readonly resultCode: number | undefined;
}

/**
 * Cuts the stream of a server into LDAPMessages (RFC 4511 section 4.1.1) and checks each down to its last element.
 * The parser behind it trusts lengths and loops for ever on some that lie, so nothing else may reach it.
 */
export class LdapFrames {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Size of the frame at the front; undefined until its header is there. */
  #wanted: number | undefined;
  readonly #entries = new Map<number, number>();

  /** The messages that are complete now. Throws MalformedLdapAnswer; nothing can be read after that. */
  push(chunk: Buffer): LdapFrame[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const frames: LdapFrame[] = [];
    for (;;) {
      this.#wanted ??= this.#frameSize();
      if (this.#wanted === undefined || this.#bytes < this.#wanted) return frames;
      const frame = readFrame(this.#take(this.#wanted));
      this.#wanted = undefined;
      this.#count(frame);
      frames.push(frame);
    }
  }

  #count(frame: LdapFrame): void {
    if (frame.answer !== ldapAnswers.entry && frame.answer !== ldapAnswers.reference) {
      this.#entries.delete(frame.messageId);
      return;
    }
    const count = (this.#entries.get(frame.messageId) ?? 0) + 1;
    if (count > maxEntriesPerRequest) throw new MalformedLdapAnswer('more entries than were asked for');
    this.#entries.set(frame.messageId, count);
  }

  #frameSize(): number | undefined {
    const header = this.#joined(6);
    if (header.length < 2) return undefined;
    if (header[0] !== tags.sequence) throw new MalformedLdapAnswer('not an LDAP message');
    const size = readLength(header, 1);
    if (size === undefined) return undefined;
    const wanted = size.next + size.length;
    if (wanted > maxFrameBytes) throw new MalformedLdapAnswer(`a message of ${wanted} bytes`);
    return wanted;
  }

  /** At least the first `bytes` bytes in one piece, when there are so many. */
  #joined(bytes: number): Buffer {
    let first = this.#chunks[0] ?? Buffer.alloc(0);
    if (first.length < bytes && this.#chunks.length > 1) {
      first = Buffer.concat(this.#chunks);
      this.#chunks = [first];
    }
    return first;
  }

  #take(bytes: number): Buffer {
    const all = this.#joined(bytes);
    const rest = all.subarray(bytes);
    this.#chunks = rest.length === 0 ? this.#chunks.slice(1) : [rest, ...this.#chunks.slice(1)];
    this.#bytes -= bytes;
    return all.subarray(0, bytes);
  }
}

/** BER length (X.690 8.1.3), definite form of at most four bytes. Undefined: bytes are missing. */
function readLength(bytes: Buffer, at: number): { readonly length: number; readonly next: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return { length: first, next: at + 1 };
  const count = first & 0x7f;
  if (count === 0) throw new MalformedLdapAnswer('indefinite length');
  if (count > 4) throw new MalformedLdapAnswer('a length of more than four bytes');
  if (bytes.length < at + 1 + count) return undefined;
  return { length: bytes.readUIntBE(at + 1, count), next: at + 1 + count };
}

/** Reads elements one after the other within its bounds. */
class Elements {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  get nextTag(): number | undefined {
    return this.isAtEnd ? undefined : this.#bytes[this.#at];
  }

  /** Steps over the next element, which must carry this tag (any, when undefined) and fit. */
  next(tag: number | undefined): { readonly tag: number; readonly start: number; readonly end: number } {
    const found = this.nextTag;
    if (found === undefined) throw new MalformedLdapAnswer('an element is missing');
    if (tag !== undefined && found !== tag) {
      throw new MalformedLdapAnswer(`tag 0x${found.toString(16)} where 0x${tag.toString(16)} belongs`);
    }
    const size = readLength(this.#bytes, this.#at + 1);
    if (size === undefined || size.next + size.length > this.#end) {
      throw new MalformedLdapAnswer('an element is longer than what holds it');
    }
    this.#at = size.next + size.length;
    return { tag: found, start: size.next, end: this.#at };
  }

  inside(tag: number | undefined): Elements {
    const element = this.next(tag);
    return new Elements(this.#bytes, element.start, element.end);
  }

  integer(tag: number): number {
    const { start, end } = this.next(tag);
    if (end - start < 1 || end - start > 4) throw new MalformedLdapAnswer('a number of a size that is not one');
    return this.#bytes.readIntBE(start, end - start);
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw new MalformedLdapAnswer('more elements than belong here');
  }
}

function readFrame(bytes: Buffer): LdapFrame {
  const message = new Elements(bytes, 0, bytes.length).inside(tags.sequence);
  const messageId = message.integer(tags.integer);
  if (messageId < 0) throw new MalformedLdapAnswer('a negative message id');
  const answer = message.nextTag ?? 0;
  const resultCode = checkAnswer(answer, message.inside(undefined));
  if (message.nextTag === tags.controls) checkControls(message.inside(tags.controls));
  message.expectEnd();
  return { bytes, messageId, answer, resultCode };
}

function checkAnswer(answer: number, body: Elements): number | undefined {
  switch (answer) {
    case ldapAnswers.entry:
      checkEntry(body);
      return undefined;
    case ldapAnswers.reference:
      while (!body.isAtEnd) body.next(tags.octetString);
      return undefined;
    case ldapAnswers.intermediate:
      while (!body.isAtEnd) body.next(undefined);
      return undefined;
    case ldapAnswers.bind:
    case ldapAnswers.searchDone:
    case ldapAnswers.extended:
      return checkResult(body);
    default:
      throw new MalformedLdapAnswer(`an answer of kind 0x${answer.toString(16)}`);
  }
}

/** LDAPResult, RFC 4511 section 4.1.9, with the trailing parts of bind and extended answers. */
function checkResult(body: Elements): number {
  const resultCode = body.integer(tags.enumerated);
  body.next(tags.octetString);
  body.next(tags.octetString);
  if (body.nextTag === tags.referral) {
    const referral = body.inside(tags.referral);
    while (!referral.isAtEnd) referral.next(tags.octetString);
  }
  for (const tag of [tags.saslCredentials, tags.responseName, tags.responseValue]) {
    if (body.nextTag === tag) body.next(tag);
  }
  body.expectEnd();
  return resultCode;
}

/** SearchResultEntry, RFC 4511 section 4.5.2. */
function checkEntry(body: Elements): void {
  body.next(tags.octetString);
  const attributes = body.inside(tags.sequence);
  body.expectEnd();
  while (!attributes.isAtEnd) {
    const attribute = attributes.inside(tags.sequence);
    attribute.next(tags.octetString);
    const values = attribute.inside(tags.set);
    attribute.expectEnd();
    while (!values.isAtEnd) values.next(tags.octetString);
  }
}

/** Controls, RFC 4511 section 4.1.11. */
function checkControls(controls: Elements): void {
  while (!controls.isAtEnd) {
    const control = controls.inside(tags.sequence);
    control.next(tags.octetString);
    if (control.nextTag === tags.boolean) control.next(tags.boolean);
    if (control.nextTag === tags.octetString) control.next(tags.octetString);
    control.expectEnd();
  }
}
