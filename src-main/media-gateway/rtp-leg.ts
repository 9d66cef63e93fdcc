import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import { markSocket } from '../core/dscp.ts';
import type { PortRange } from '../core/port-range.ts';
import { gatewayLimits } from './gateway-limits.ts';
import { Latch, same, type Source } from './latch.ts';
import type { StreamConfig } from './protocol.ts';
import { isRtcp, isRtp, payloadTypeOf, ssrcOf } from './rtp.ts';
import { SrtpPath } from './srtp-path.ts';

/** Why a packet of the peer was not taken; `authentication`: it is not encrypted with the key that was agreed. */
export type PacketFault = 'malformed' | 'payloadType' | 'source' | 'authentication';

export interface RtpLegOptions {
  readonly localAddress: string;
  readonly ports: PortRange;
  /** 0 leaves packets unmarked. */
  readonly dscp: number;
  readonly monotonicMs: () => number;
}

/** Kernel buffers that hold a burst of video while the process is busy. */
const socketBufferBytes = 1 << 20;

/**
 * The leg towards the SIP peer of one m-line: an even port for RTP and the next one for RTCP
 * (RFC 3550 section 11), with RTCP on the RTP port understood as well (RFC 5761).
 * Socket errors such as ICMP refusals are counted and otherwise ignored: the peer may come back.
 */
export class RtpLeg {
  readonly #options: RtpLegOptions;
  #localAddress: string;
  readonly #latch = new Latch();
  #rtp: Socket | undefined;
  #rtcp: Socket | undefined;
  #port = 0;
  /** The DSCP value that is wanted, and the one in force. */
  #wantedDscp: number;
  #dscp: number | undefined;
  #closed = false;
  #payloadTypes: ReadonlySet<number> = new Set();
  #rtcpTarget: { readonly address: string; readonly port: number; readonly mux: boolean } | undefined;
  /** Where RTCP of the peer came from, once that was proven. */
  #rtcpHeardFrom: Source | undefined;
  #peerSsrc: number | undefined;
  #socketErrors = 0;
  readonly #srtp = new SrtpPath();

  onRtp: (packet: Buffer, arrivalMs: number) => void = () => undefined;
  onRtcp: (compound: Buffer) => void = () => undefined;
  onFault: (fault: PacketFault) => void = () => undefined;
  /** RTP that is on its way to the peer, in the clear. */
  onSent: (packet: Buffer) => void = () => undefined;

  constructor(options: RtpLegOptions) {
    this.#options = options;
    this.#wantedDscp = options.dscp;
    this.#localAddress = options.localAddress;
  }

  /** The address of this computer that its sockets are bound to. */
  get localAddress(): string {
    return this.#localAddress;
  }

  /** The RTP port; 0 before `open`. */
  get port(): number {
    return this.#port;
  }

  /** The DSCP value in force, or undefined. */
  get dscp(): number | undefined {
    return this.#dscp;
  }

  get socketErrors(): number {
    return this.#socketErrors;
  }

  /** `address:port` that we send to. */
  get remote(): string | undefined {
    const target = this.#latch.target;
    if (!target) return undefined;
    return isIP(target.address) === 6 ? `[${target.address}]:${target.port}` : `${target.address}:${target.port}`;
  }

  /**
   * Goes over to another address of this computer: new ports, everything else as it was. Where the peer is does not
   * change by it, nor the keys. Throws AppError `media` and stays where it is when nothing can be bound there.
   */
  async move(localAddress: string): Promise<void> {
    const before = { address: this.#localAddress, rtp: this.#rtp, rtcp: this.#rtcp };
    this.#localAddress = localAddress;
    try {
      await this.open();
    } catch (error) {
      this.#localAddress = before.address;
      throw error;
    }
    before.rtp?.close();
    before.rtcp?.close();
  }

  /** Binds a free pair of the range. Throws AppError `media` when there is none. */
  async open(): Promise<void> {
    const { ports } = this.#options;
    const localAddress = this.#localAddress;
    const pairs = Math.floor((ports.last - ports.first + 1) / 2);
    // Begin anywhere, so that two programs on one computer seldom meet.
    let pair = Math.floor(Math.random() * pairs);
    for (let attempt = 0; attempt < Math.min(gatewayLimits.portAttempts, pairs); attempt += 1) {
      const port = ports.first + (ports.first % 2) + pair * 2;
      pair = (pair + 1) % pairs;
      if (port + 1 > ports.last) continue;
      const rtp = await this.#bind(port);
      if (rtp === 'impossible') {
        throw new AppError(
          'media',
          t('The network that this call began with is gone. Call again.'),
          `${localAddress} is not an address of this computer`,
        );
      }
      if (rtp === 'taken') continue;
      const rtcp = await this.#bind(port + 1);
      if (typeof rtcp === 'string') {
        rtp.close();
        continue;
      }
      if (this.#closed) {
        rtp.close();
        rtcp.close();
        return;
      }
      this.#rtp = rtp;
      this.#rtcp = rtcp;
      this.#port = port;
      // New sockets carry no mark yet.
      this.#dscp = undefined;
      this.mark(this.#wantedDscp);
      rtp.on('message', (packet, from) => {
        this.#received(packet, from);
      });
      rtcp.on('message', (packet, from) => {
        this.#receivedRtcp(packet, from);
      });
      return;
    }
    throw new AppError(
      'media',
      t(
        'All ports for sound are in use on this computer, so there is no call. End another call or close other programs that carry sound, then call again; your administrator can give Parley more ports.',
      ),
      `no pair of UDP ports between ${ports.first} and ${ports.last} on ${localAddress}`,
    );
  }

  /** Packets carry this DSCP value from now on; 0 leaves them as they are. */
  mark(dscp: number): void {
    this.#wantedDscp = dscp;
    if (!this.#rtp || !this.#rtcp || dscp === this.#dscp) return;
    const isIp6 = isIP(this.#localAddress) === 6;
    const isMarked = markSocket(this.#rtp, dscp, isIp6) && markSocket(this.#rtcp, dscp, isIp6);
    this.#dscp = isMarked ? dscp : undefined;
  }

  /**
   * Where the peer is, whether it may send, and what, by the payload types that it uses. With `srtp` nothing goes out or comes
   * in that is not encrypted. Before the first call every packet of the peer is dropped: its key is not known.
   */
  configure(
    remote: StreamConfig['remote'],
    maySend: boolean,
    payloadTypes: ReadonlySet<number>,
    srtp?: StreamConfig['srtp'],
  ): void {
    this.#srtp.configure(srtp);
    this.#payloadTypes = payloadTypes;
    this.#latch.agree(maySend, this.#options.monotonicMs());
    this.#latch.signal(remote ? { address: remote.address, port: remote.rtpPort } : undefined);
    const rtcpTarget = remote
      ? {
          address: remote.rtcpAddress ?? remote.address,
          port: remote.rtcpPort,
          mux: remote.rtcpPort === remote.rtpPort,
        }
      : undefined;
    if (!same(rtcpTarget, this.#rtcpTarget)) this.#rtcpHeardFrom = undefined;
    this.#rtcpTarget = rtcpTarget;
  }

  /** Sends RTP to where the peer was heard, else to where it said it is. False when that is unknown. */
  send(packet: Buffer): boolean {
    const target = this.#latch.target;
    if (!target || !this.#rtp) return false;
    const wire = this.#srtp.protectRtp(packet);
    if (wire === undefined) return false;
    this.#transmit(this.#rtp, wire, target.port, target.address);
    this.onSent(packet);
    return true;
  }

  /** Sends RTCP to where the peer's was heard, else to where it said. False when that is unknown. */
  sendRtcp(compound: Buffer): boolean {
    const target = this.#rtcpWay();
    const socket = this.#rtcpTarget?.mux === true ? this.#rtp : this.#rtcp;
    if (!target || !socket) return false;
    const wire = this.#srtp.protectRtcp(compound);
    if (wire === undefined) return false;
    this.#transmit(socket, wire, target.port, target.address);
    return true;
  }

  #rtcpWay(): Source | undefined {
    const signalled = this.#rtcpTarget;
    const rtp = this.#latch.target;
    if (!signalled || !rtp) return undefined;
    if (signalled.mux) return rtp;
    if (this.#rtcpHeardFrom !== undefined) return this.#rtcpHeardFrom;
    // RTCP follows RTP to another address; its port there is a guess until RTCP comes from it.
    return this.#latch.isAtSignalledAddress ? signalled : { address: rtp.address, port: signalled.port };
  }

  close(): void {
    this.#closed = true;
    this.#rtp?.close();
    this.#rtcp?.close();
    this.#rtp = undefined;
    this.#rtcp = undefined;
  }

  #transmit(socket: Socket, packet: Buffer, port: number, address: string): void {
    socket.send(packet, port, address, (error) => {
      if (error) this.#socketErrors += 1;
    });
  }

  #received(wire: Buffer, from: RemoteInfo): void {
    if (isRtcp(wire)) {
      this.#receivedRtcp(wire, from);
      return;
    }
    const packet = this.#srtp.openRtp(wire);
    if (packet === undefined) {
      this.onFault('authentication');
      return;
    }
    if (!isRtp(packet)) {
      this.onFault('malformed');
      return;
    }
    if (!this.#payloadTypes.has(payloadTypeOf(packet))) {
      this.onFault('payloadType');
      return;
    }
    const nowMs = this.#options.monotonicMs();
    if (!this.#latch.accept(packet, from, nowMs)) {
      this.onFault('source');
      return;
    }
    this.#peerSsrc = ssrcOf(packet);
    this.onRtp(packet, nowMs);
  }

  /** RTCP proves nothing of itself, so it only counts from the address that RTP comes from or was announced for. */
  #receivedRtcp(wire: Buffer, from: RemoteInfo): void {
    const isPeer = this.#latch.target?.address === from.address || this.#rtcpTarget?.address === from.address;
    if (!isPeer) {
      this.onFault('source');
      return;
    }
    const compound = this.#srtp.openRtcp(wire);
    if (compound === undefined) {
      this.onFault('authentication');
      return;
    }
    // Symmetric RTCP (RFC 4961) behind a NAT that changes ports: only for who names the stream that we hear.
    if (compound.length >= 8 && compound.readUInt32BE(4) === this.#peerSsrc && !same(this.#rtcpHeardFrom, from))
      this.#rtcpHeardFrom = { address: from.address, port: from.port };
    this.onRtcp(compound);
  }

  /** A bound socket; `taken` when another port may do; `impossible` when the address is not ours. */
  #bind(port: number): Promise<Socket | 'taken' | 'impossible'> {
    const localAddress = this.#localAddress;
    return new Promise((resolve) => {
      const isIp6 = isIP(localAddress) === 6;
      const socket = createSocket({
        type: isIp6 ? 'udp6' : 'udp4',
        ipv6Only: isIp6,
        // SDP with names is refused, so there is nothing to look up. Node would still put every packet off to the next
        // turn, behind whatever else waits, and lose the goodbye of a socket that is closed in this one.
        lookup: (address, _options, callback) => {
          callback(null, address, isIp6 ? 6 : 4);
        },
      });
      const failed = (error: NodeJS.ErrnoException): void => {
        socket.close();
        resolve(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? 'taken' : 'impossible');
      };
      socket.once('error', failed);
      socket.bind({ port, address: localAddress, exclusive: true }, () => {
        socket.off('error', failed);
        socket.on('error', () => {
          this.#socketErrors += 1;
        });
        try {
          socket.setRecvBufferSize(socketBufferBytes);
          socket.setSendBufferSize(socketBufferBytes);
        } catch {
          // The system's own size then; it only matters for bursts.
        }
        resolve(socket);
      });
    });
  }
}
