import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';

const RTP_HEADER_BYTES = 12;
const PACKET_SAMPLES = 160;
/** A byte of mu law far from silence: what is heard of it is loud. */
const LOUD = 0x55;
const INTERVAL_MS = 5;

/** Somebody at another address (127.0.0.3) who sends valid RTP, one packet after the other, to the port of a call. */
export class Stranger {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #received = 0;

  private constructor(socket: Socket, port: number) {
    this.#socket = socket;
    socket.on('message', () => {
      this.#received += 1;
    });
    let sequence = 0;
    this.#timer = setInterval(() => {
      const packet = Buffer.alloc(RTP_HEADER_BYTES + PACKET_SAMPLES, LOUD);
      packet.writeUInt16BE(0x8000, 0);
      packet.writeUInt16BE(sequence & 0xffff, 2);
      packet.writeUInt32BE((sequence * PACKET_SAMPLES) >>> 0, 4);
      packet.writeUInt32BE(0x0bad_0bad, 8);
      sequence += 1;
      socket.send(packet, port, '127.0.0.1');
    }, INTERVAL_MS);
  }

  static async start(port: number): Promise<Stranger> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.3');
    await once(socket, 'listening');
    return new Stranger(socket, port);
  }

  /** Packets that came to the stranger. */
  get received(): number {
    return this.#received;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }
}
