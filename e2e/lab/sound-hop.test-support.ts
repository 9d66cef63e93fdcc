import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import type { MediaSession } from '../../src-main/media-gateway/media.ts';

/** Of loopback; the far end is on 127.0.0.1. */
const hopAddress = '127.0.0.2';
/** What the far end calls itself: an address of a network behind the NAT, where nobody answers. */
const hiddenAddress = '127.0.66.66';
const portsTried = 200;

/**
 * A NAT that the far end sits behind, for the sound of one call: the descriptions lead the far end to the hop and the
 * gateway into nothing, so that the gateway has to find the far end by where its packets come from (RFC 4961).
 *
 *   gateway <--> [inside]  hop  [outside] <--> far end          a hidden address is all that the gateway is told
 *
 * Each side is answered where it was heard. RTCP goes nowhere.
 */
export class SoundHop {
  /** One packet of ten is lost in each direction. */
  isLossy = false;
  /** What the far end sends goes no further. */
  isClosed = false;
  #outside: Socket | undefined;
  #outsideRtcp: Socket | undefined;
  #inside: Socket | undefined;
  #farEnd: RemoteInfo | undefined;
  #gateway: { readonly address: string; readonly port: number } | undefined;
  #swallowed = 0;
  readonly #count = { out: 0, in: 0 };

  static async start(): Promise<SoundHop> {
    const made = new SoundHop();
    await made.#openOutside();
    await made.move();
    return made;
  }

  /** Where the gateway hears the far end, `address:port`. */
  get inside(): string {
    return `${hopAddress}:${String(this.#inside?.address().port)}`;
  }

  /** Packets of the far end that went nowhere since it is closed. */
  get swallowed(): number {
    return this.#swallowed;
  }

  /** Forgets its mapping, as NATs do: the gateway hears the far end from another port, and the old one leads nowhere. */
  async move(): Promise<void> {
    const next = createSocket('udp4');
    next.on('message', (packet) => {
      if (this.#farEnd === undefined || this.#isLost('out')) return;
      this.#outside?.send(packet, this.#farEnd.port, this.#farEnd.address);
    });
    await bind(next, 0);
    this.#inside?.close();
    this.#inside = next;
  }

  /** Stands between the two ends of this call, in every offer and answer. */
  stand(session: MediaSession): void {
    const createOffer = session.createOffer.bind(session);
    session.createOffer = async () => this.#leaving(await createOffer());
    const readAnswer = session.readAnswer.bind(session);
    session.readAnswer = (sdp) => readAnswer(hidden(sdp));
    const acceptAnswer = session.acceptAnswer.bind(session);
    session.acceptAnswer = (sdp) => acceptAnswer(hidden(sdp));
  }

  stop(): void {
    for (const socket of [this.#outside, this.#outsideRtcp, this.#inside]) socket?.close();
  }

  /** Our own description, which names the hop for the gateway. */
  #leaving(sdp: string): string {
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
    const port = /^m=audio (\d+)/m.exec(sdp)?.[1];
    if (address === undefined || port === undefined) throw new Error('the offer names no place for its sound');
    this.#gateway = { address, port: Number(port) };
    const outside = this.#outside?.address().port ?? 0;
    return sdp
      .replace(/^c=IN IP4 \S+/gm, `c=IN IP4 ${hopAddress}`)
      .replace(/^m=audio \d+/m, `m=audio ${String(outside)}`)
      .replace(/^a=rtcp:\d+/m, `a=rtcp:${String(outside + 1)}`);
  }

  #isLost(way: 'out' | 'in'): boolean {
    this.#count[way] += 1;
    return this.isLossy && this.#count[way] % 10 === 0;
  }

  /** RTCP comes to the port after it, which is taken so that it bothers nobody. */
  async #openOutside(): Promise<void> {
    for (let tries = 0; tries < portsTried; tries += 1) {
      const [rtp, rtcp] = [createSocket('udp4'), createSocket('udp4')];
      try {
        await bind(rtp, 0);
        if (rtp.address().port % 2 !== 0) throw new Error('odd');
        await bind(rtcp, rtp.address().port + 1);
      } catch {
        for (const socket of [rtp, rtcp]) socket.close();
        continue;
      }
      rtp.on('message', (packet, from) => {
        this.#farEnd = from;
        if (this.isClosed) this.#swallowed += 1;
        else if (this.#gateway !== undefined && !this.#isLost('in'))
          this.#inside?.send(packet, this.#gateway.port, this.#gateway.address);
      });
      this.#outside = rtp;
      this.#outsideRtcp = rtcp;
      return;
    }
    throw new Error('no two ports in a row are free');
  }
}

/** The far end's description as it is behind a NAT. Its port stays: nobody listens at that address. */
function hidden(sdp: string): string {
  return sdp.replace(/^c=IN IP4 (?!0\.0\.0\.0)\S+/gm, `c=IN IP4 ${hiddenAddress}`);
}

async function bind(socket: Socket, port: number): Promise<void> {
  socket.bind(port, hopAddress);
  await once(socket, 'listening');
}
