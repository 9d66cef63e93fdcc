/** A voice packet: RTP header and 20 ms of G.711 (RFC 3551 section 4.5.14). */
const headerBytes = 12;
const payloadBytes = 160;
/** Time between two voice packets. */
const intervalMs = 20;
/** The number of a packet stands in its payload: relays may renumber the header. */
const numberOffset = headerBytes;

export interface PacketStreamOptions {
  readonly payloadType: number;
  readonly ssrc: number;
  readonly send: (packet: Buffer) => void;
}

/** What became of the packets of one direction that were sent while counting. */
export interface StreamCount {
  readonly sent: number;
  readonly lost: number;
  /** Milliseconds from before the sending to the arrival, one for each packet that came. */
  readonly delaysMs: readonly number[];
}

/**
 * One direction of a call: 50 packets a second at one end, their arrival at the other. Both ends stand in this process,
 * so one clock times both. What this process needs for sending and receiving is part of the figure.
 */
export class PacketStream {
  readonly #options: PacketStreamOptions;
  /** performance.now() of every packet not yet seen again, by number. */
  readonly #underway = new Map<number, number>();
  #next = 0;
  /** Numbers that count: from the first up to, not including, the end. */
  #firstCounted = 0;
  #endCounted = Infinity;
  #delaysMs: number[] = [];
  #arrived = false;
  #startedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PacketStreamOptions) {
    this.#options = options;
  }

  /** True once anything came through. */
  get arrived(): boolean {
    return this.#arrived;
  }

  /** Packets that count and have not come yet. */
  get underway(): number {
    return [...this.#underway.keys()].filter((number) => this.#counts(number)).length;
  }

  start(): void {
    this.#startedMs = performance.now() - this.#next * intervalMs;
    this.#sendNext();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Packets sent from now on count; what was counted before is forgotten. */
  beginCount(): void {
    this.#firstCounted = this.#next;
    this.#endCounted = Infinity;
    this.#delaysMs = [];
  }

  /** Packets sent from now on do not count; those underway still do. */
  endCount(): void {
    this.#endCounted = this.#next;
  }

  result(): StreamCount {
    const sent = Math.min(this.#next, this.#endCounted) - this.#firstCounted;
    return { sent, lost: this.underway, delaysMs: this.#delaysMs };
  }

  /** A packet that came at the other end; what is no packet of this stream is ignored. */
  receive(packet: Buffer): void {
    const atMs = performance.now();
    // RTCP and the like have another length.
    if (packet.length !== headerBytes + payloadBytes) return;
    const number = packet.readUInt32BE(numberOffset);
    const sentMs = this.#underway.get(number);
    if (sentMs === undefined) return;
    this.#underway.delete(number);
    this.#arrived = true;
    if (this.#counts(number)) this.#delaysMs.push(atMs - sentMs);
  }

  #counts(number: number): boolean {
    return number >= this.#firstCounted && number < this.#endCounted;
  }

  #sendNext(): void {
    const number = this.#next;
    this.#next += 1;
    const packet = Buffer.alloc(headerBytes + payloadBytes, 0x5a);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(this.#options.payloadType, 1);
    packet.writeUInt16BE(number & 0xffff, 2);
    packet.writeUInt32BE((number * payloadBytes) >>> 0, 4);
    packet.writeUInt32BE(this.#options.ssrc, 8);
    packet.writeUInt32BE(number, numberOffset);
    this.#underway.set(number, performance.now());
    this.#options.send(packet);
    // Due times do not drift, however late a timer comes.
    const dueMs = this.#startedMs + this.#next * intervalMs;
    this.#timer = setTimeout(
      () => {
        this.#sendNext();
      },
      Math.max(0, dueMs - performance.now()),
    );
  }
}
