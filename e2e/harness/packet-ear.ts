import koffi from 'koffi';
import type { LibraryHandle } from 'koffi';

/**
 * The numbers of Linux for a socket that gets a copy of every packet of this computer, from its IP header on (packet(7)):
 * AF_PACKET, SOCK_DGRAM with SOCK_NONBLOCK, ETH_P_ALL in network order; SOL_SOCKET and SO_RCVBUF.
 */
const linux = { packet: 17, datagram: 2 | 2_048, allProtocols: 0x0300, socketLevel: 1, receiveBuffer: 8 } as const;
const dontWait = 0x40;
const receiveBufferBytes = 4 << 20;
const udp = 17;
const pollMs = 10;
const packetBytes = 65_536;
const udpHeaderBytes = 8;
/** RFC 7983 section 7: RTP and RTCP begin with 128 to 191, STUN and DTLS do not. */
const isRtp = (byte: number): boolean => byte >= 128 && byte <= 191;

/** RTP and RTCP packets from one port to another (each is seen twice: as it leaves and as it comes), and with which DSCP values they came. */
export interface RtpFlow {
  readonly from: number;
  readonly to: number;
  readonly packets: number;
  readonly dscps: readonly number[];
  /** Payload types of RTP, the numbers above 63 also of RTCP (RFC 5761 section 4). */
  readonly payloadTypes: readonly number[];
}

interface Heard {
  readonly from: number;
  readonly to: number;
  packets: number;
  readonly dscps: Set<number>;
  readonly payloadTypes: Set<number>;
}

/** What RTP on this computer looks like on the wire, IP header and all. */
export class PacketEar {
  readonly #flows = new Map<string, Heard>();
  readonly #fd: number;
  readonly #timer: NodeJS.Timeout;
  readonly #receive: (fd: number, buffer: Buffer, bytes: number, flags: number) => number;
  readonly #close: (fd: number) => number;

  private constructor(fd: number, libc: LibraryHandle) {
    this.#fd = fd;
    this.#receive = libc.func('long recv(int fd, _Out_ uint8_t *buffer, size_t bytes, int flags)');
    this.#close = libc.func('int close(int fd)');
    this.#timer = setInterval(() => {
      this.#drain();
    }, pollMs);
  }

  /** An ear, or why there can be none. Give it back with `close`. */
  static open(): PacketEar | string {
    if (process.platform !== 'linux') return 'packets are looked at on Linux only';
    const libc = koffi.load('libc.so.6');
    const socket = libc.func('int socket(int domain, int type, int protocol)') as (...args: number[]) => number;
    const fd = socket(linux.packet, linux.datagram, linux.allProtocols);
    if (fd >= 0) {
      const setOption = libc.func('int setsockopt(int fd, int level, int name, const int *value, uint32_t bytes)');
      // Without room for the packets of a busy moment some would be missed.
      setOption(fd, linux.socketLevel, linux.receiveBuffer, [receiveBufferBytes], 4);
    }
    return fd < 0 ? 'only root may look at packets (CAP_NET_RAW)' : new PacketEar(fd, libc);
  }

  /** Since it was opened. */
  flows(): readonly RtpFlow[] {
    return [...this.#flows.values()].map(({ dscps, payloadTypes, ...flow }) => ({
      ...flow,
      dscps: [...dscps],
      payloadTypes: [...payloadTypes],
    }));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#close(this.#fd);
  }

  #drain(): void {
    const buffer = Buffer.alloc(packetBytes);
    for (;;) {
      const bytes = this.#receive(this.#fd, buffer, packetBytes, dontWait);
      if (bytes <= 0) return;
      this.#heard(buffer.subarray(0, bytes));
    }
  }

  #heard(packet: Buffer): void {
    const found = udpOf(packet);
    if (found === undefined) return;
    const { dscp, datagram } = found;
    const from = datagram.readUInt16BE(0);
    const to = datagram.readUInt16BE(2);
    const key = `${from} ${to}`;
    const flow = this.#flows.get(key) ?? { from, to, packets: 0, dscps: new Set(), payloadTypes: new Set() };
    flow.packets += 1;
    flow.payloadTypes.add((datagram[udpHeaderBytes + 1] ?? 0) & 0x7f);
    flow.dscps.add(dscp);
    this.#flows.set(key, flow);
  }
}

/** A UDP datagram (RFC 768) with RTP in it, and the DSCP value of its packet: RFC 791 section 3.1, RFC 8200 section 3. */
function udpOf(packet: Buffer): { readonly dscp: number; readonly datagram: Buffer } | undefined {
  const isIp6 = (packet[0] ?? 0) >> 4 === 6;
  const headerBytes = isIp6 ? 40 : ((packet[0] ?? 0) & 0x0f) * 4;
  if (packet[isIp6 ? 6 : 9] !== udp || packet.length < headerBytes + udpHeaderBytes + 2) return undefined;
  const trafficClass = isIp6 ? (((packet[0] ?? 0) << 4) | ((packet[1] ?? 0) >> 4)) & 0xff : (packet[1] ?? 0);
  const datagram = packet.subarray(headerBytes);
  return isRtp(datagram[udpHeaderBytes] ?? 0) ? { dscp: trafficClass >> 2, datagram } : undefined;
}
