import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';

/**
 * Stands between a phone and SIPp, over UDP: takes the phone's REGISTER and OPTIONS itself, as a scenario of SIPp plays
 * one call only, and passes everything else on. Several scenarios may run at once: each has the calls that it began, and
 * the newest one those of the phone. It can lose datagrams, as a bad network does.
 */
export class SippFront {
  readonly #socket = createSocket('udp4');
  #phonePort: number | undefined;
  /** Ports of SIPps, the newest last; and where each call is, by Call-ID. */
  readonly #sippPorts: number[] = [];
  readonly #calls = new Map<string, number>();
  /** True loses this datagram. Registration and keepalive are never lost. */
  loses: () => boolean = () => false;
  /** Status line and more headers of the answer to a REGISTER. */
  registrar: (register: string) => readonly string[] = () => ['SIP/2.0 200 OK'];
  /** First lines of what the phone sent, registration and keepalive left out. */
  readonly heard: string[] = [];
  /** The newest INVITE of the phone that began a call. */
  lastInvite = '';
  /**
   * So many datagrams of SIPp go to the phone at once, when the last of them is there. What a scenario sends in a row has
   * then left SIPp before the phone answers any of it: SIPp takes an answer for unexpected while it has more to send.
   */
  bunch = 1;
  readonly #gathered: Buffer[] = [];
  /** How many datagrams were lost. */
  lost = 0;

  /** Where the phone finds its server, and SIPp the phone. */
  get port(): number {
    return this.#socket.address().port;
  }

  async start(): Promise<void> {
    this.#socket.on('message', (datagram, from) => {
      if (this.#sippPorts.includes(from.port)) {
        this.#calls.set(callIdOf(datagram.toString('latin1')), from.port);
        this.#gathered.push(datagram);
        if (this.#gathered.length < this.bunch) return;
        for (const gathered of this.#gathered.splice(0)) this.#pass(gathered, this.#phonePort);
      } else this.#fromPhone(datagram, from.port);
    });
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
  }

  /** The SIPp that calls or is called next. */
  serve(sippPort: number): void {
    this.#sippPorts.push(sippPort);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.close(resolve);
    });
  }

  #fromPhone(datagram: Buffer, port: number): void {
    const text = datagram.toString('utf8');
    const [line = ''] = text.split('\r\n');
    // Keep-alives are no messages.
    if (!/^(SIP\/2\.0 \d{3} |[A-Z]+ sip)/.test(line)) return;
    this.#phonePort = port;
    if (/^(REGISTER|OPTIONS) /.test(line)) {
      const answer = line.startsWith('REGISTER ') ? this.registrar(text) : ['SIP/2.0 200 OK'];
      this.#socket.send(answerTo(text, answer), port, '127.0.0.1');
      return;
    }
    this.heard.push(line);
    const callId = callIdOf(text);
    if (line.startsWith('INVITE ') && !this.#calls.has(callId)) {
      this.lastInvite = text;
      const newest = this.#sippPorts.at(-1);
      if (newest !== undefined) this.#calls.set(callId, newest);
    }
    this.#pass(datagram, this.#calls.get(callId));
  }

  #pass(datagram: Buffer, port: number | undefined): void {
    if (port === undefined) return;
    if (this.loses()) {
      this.lost += 1;
      return;
    }
    this.#socket.send(datagram, port, '127.0.0.1');
  }
}

function callIdOf(message: string): string {
  return /^Call-ID:[ \t]*(\S+)/im.exec(message)?.[1] ?? '';
}

function answerTo(request: string, [status = '', ...headers]: readonly string[]): string {
  const kept = request
    .split('\r\n')
    .filter((line) => /^(Via|From|To|Call-ID|CSeq|Contact):/i.test(line))
    .map((line) => (/^To:/i.test(line) ? `${line};tag=front` : line));
  return [status, ...kept, ...headers, 'Content-Length: 0', '', ''].join('\r\n');
}

/** A UDP port that is free now. */
export async function freeUdpPort(): Promise<number> {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => {
    socket.close(resolve);
  });
  return port;
}
