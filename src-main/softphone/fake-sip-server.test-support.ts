import {
  formatSipMessage,
  headerKey,
  headerValue,
  isResponse,
  methodOf,
  parseSipMessage,
  statusCode,
} from './sip-message.ts';
import type { SipHeader, SipMessage } from './sip-message.ts';
import type { LocalAddress } from './via-identity.ts';
import type { Wire, WireListener } from './wire.ts';

/** One message as it went over a fake wire. `lost` ones did not arrive. */
export interface Passage {
  readonly from: string;
  readonly message: SipMessage;
  readonly lost: boolean;
}

/** What the registrar answers. */
export interface RegistrarAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers?: readonly SipHeader[];
}

interface Port {
  readonly address: LocalAddress;
  listener: WireListener | undefined;
}

/**
 * Two users at one server, without a network: for tests at the wire. REGISTER and OPTIONS are answered here,
 * everything else goes straight to the other user.
 */
export class FakeSipServer {
  readonly passages: Passage[] = [];
  /** True loses the message on its way from this user. */
  loses: (from: string, message: SipMessage) => boolean = () => false;
  /** Changes a message on its way from this user to the other one. */
  rewrites: (from: string, message: SipMessage) => SipMessage = (_from, message) => message;
  registrar: (request: SipMessage) => RegistrarAnswer = () => ({ status: 200, reason: 'OK' });
  /** Where the server sees everybody, when a NAT stands between (RFC 3581). */
  seesAt: LocalAddress | undefined;
  /** False: the server takes no connections. */
  isUp = true;
  readonly protocol: Wire['protocol'];
  readonly #ports = new Map<string, Port>();
  #nextPort = 5070;
  #nextTag = 1;

  constructor(protocol: Wire['protocol'] = 'TCP') {
    this.protocol = protocol;
  }

  /** The wire of a user to this server. */
  wireOf(user: string): Wire {
    const port: Port = { address: { address: '192.0.2.7', port: this.#nextPort++ }, listener: undefined };
    return {
      protocol: this.protocol,
      unreliable: this.protocol === 'UDP',
      addressed: true,
      open: (listener) => {
        if (!this.isUp) return Promise.reject(new Error('connection refused'));
        port.listener = listener;
        this.#ports.set(user, port);
        return Promise.resolve(port.address);
      },
      send: (text) => {
        this.#sent(user, text);
        return Promise.resolve();
      },
      close: () => {
        port.listener = undefined;
        if (this.#ports.get(user) === port) this.#ports.delete(user);
        return Promise.resolve();
      },
    };
  }

  /** Puts text on the wire of a user, as from the server. */
  deliver(user: string, text: string): void {
    queueMicrotask(() => this.#ports.get(user)?.listener?.message(text));
  }

  /** Ends the connection of a user, as a server that died. */
  disconnect(user: string): void {
    const port = this.#ports.get(user);
    const listener = port?.listener;
    if (port !== undefined) port.listener = undefined;
    this.#ports.delete(user);
    listener?.closed(new Error('connection reset'));
  }

  /** First lines of what a user sent, repetitions included. */
  sentBy(user: string): readonly string[] {
    return this.passages.filter(({ from }) => from === user).map(({ message }) => message.startLine);
  }

  #sent(from: string, text: string): void {
    const message = parseSipMessage(text);
    if (message === undefined) throw new Error(`not SIP: ${text}`);
    const lost = this.loses(from, message);
    this.passages.push({ from, message, lost });
    if (lost) return;
    const method = methodOf(message);
    if (!isResponse(message) && (method === 'REGISTER' || (method === 'OPTIONS' && from !== 'server'))) {
      this.#answer(from, message, method === 'REGISTER' ? this.registrar(message) : { status: 200, reason: 'OK' });
      return;
    }
    // Answers to what a test asked by `deliver` go nowhere.
    const to = [...this.#ports.keys()].find((user) => user !== from);
    if (to !== undefined) this.deliver(to, formatSipMessage(this.rewrites(from, message)));
  }

  #answer(to: string, request: SipMessage, answer: RegistrarAnswer): void {
    const copied = request.headers.filter((header) =>
      ['via', 'from', 'to', 'call-id', 'cseq'].includes(headerKey(header.name)),
    );
    const headers = copied.map((header) => {
      if (headerKey(header.name) === 'to') return { name: 'To', value: `${header.value};tag=server${this.#nextTag++}` };
      if (headerKey(header.name) !== 'via' || this.seesAt === undefined) return header;
      const { address, port } = this.seesAt;
      return { name: 'Via', value: `${header.value.replace(/;rport(?=;|$)/, '')};received=${address};rport=${port}` };
    });
    const contact = headerValue(request, 'contact');
    const response: SipMessage = {
      startLine: `SIP/2.0 ${answer.status} ${answer.reason}`,
      headers: [
        ...headers,
        ...(contact === undefined || answer.status !== 200 ? [] : [{ name: 'Contact', value: contact }]),
        ...(answer.headers ?? []),
        { name: 'Content-Length', value: '0' },
      ],
      body: '',
    };
    // Answers can be lost as well.
    const lost = this.loses('server', response);
    this.passages.push({ from: 'server', message: response, lost });
    if (!lost) this.deliver(to, formatSipMessage(response));
  }
}

/** Status codes that a user or the server sent, in order. */
export function statusesFrom(server: FakeSipServer, from: string): readonly number[] {
  return server.passages
    .filter((passage) => passage.from === from && isResponse(passage.message))
    .map((passage) => statusCode(passage.message));
}
