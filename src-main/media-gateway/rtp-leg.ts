import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { AppError } from '../../src-shared/errors.ts';
import { markSocket } from '../core/dscp.ts';
import { gatewayLimits, type PortRange } from './gateway-limits.ts';
import { Latch } from './latch.ts';
import type { StreamConfig } from './protocol.ts';
import { isRtcp, isRtp, payloadTypeOf } from './rtp.ts';

/** Why a packet of the peer was not taken. */
export type PacketFault = 'malformed' | 'payloadType' | 'source';

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
  readonly #latch = new Latch();
  #rtp: Socket | undefined;
  #rtcp: Socket | undefined;
  #port = 0;
  #marked = false;
  #closed = false;
  #payloadTypes: ReadonlySet<number> = new Set();
  #rtcpTarget: { readonly address: string; readonly port: number; readonly mux: boolean } | undefined;
  #socketErrors = 0;

  onRtp: (packet: Buffer, arrivalMs: number) => void = () => undefined;
  onRtcp: (compound: Buffer) => void = () => undefined;
  onFault: (fault: PacketFault) => void = () => undefined;

  constructor(options: RtpLegOptions) {
    this.#options = options;
  }

  /** The RTP port; 0 before `open`. */
  get port(): number {
    return this.#port;
  }

  /** The DSCP value in force, or undefined. */
  get dscp(): number | undefined {
    return this.#marked ? this.#options.dscp : undefined;
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

  /** Binds a free pair of the range. Throws AppError `media` when there is none. */
  async open(): Promise<void> {
    const { ports, dscp, localAddress } = this.#options;
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
          'The network that this call began with is gone. Call again.',
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
      const isIp6 = isIP(localAddress) === 6;
      this.#marked = markSocket(rtp, dscp, isIp6) && markSocket(rtcp, dscp, isIp6);
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
      'No port is free for the sound of this call.',
      `no pair of UDP ports between ${ports.first} and ${ports.last} on ${localAddress}`,
    );
  }

  /** Where the peer is and what it may send, by the payload types that it uses. */
  configure(remote: StreamConfig['remote'], payloadTypes: ReadonlySet<number>): void {
    this.#payloadTypes = payloadTypes;
    this.#latch.signal(remote ? { address: remote.address, port: remote.rtpPort } : undefined);
    this.#rtcpTarget = remote
      ? { address: remote.address, port: remote.rtcpPort, mux: remote.rtcpPort === remote.rtpPort }
      : undefined;
  }

  /** Sends RTP to where the peer was heard, else to where it said it is. False when that is unknown. */
  send(packet: Buffer): boolean {
    const target = this.#latch.target;
    if (!target || !this.#rtp) return false;
    this.#transmit(this.#rtp, packet, target.port, target.address);
    return true;
  }

  sendRtcp(compound: Buffer): void {
    const rtcpTarget = this.#rtcpTarget;
    const rtpTarget = this.#latch.target;
    if (!rtcpTarget || !rtpTarget) return;
    if (rtcpTarget.mux) {
      if (this.#rtp) this.#transmit(this.#rtp, compound, rtpTarget.port, rtpTarget.address);
      return;
    }
    // RTCP follows RTP to another address, but keeps the port that was signalled.
    if (this.#rtcp) this.#transmit(this.#rtcp, compound, rtcpTarget.port, rtpTarget.address);
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

  #received(packet: Buffer, from: RemoteInfo): void {
    if (isRtcp(packet)) {
      this.#receivedRtcp(packet, from);
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
    this.onRtp(packet, nowMs);
  }

  /** RTCP proves nothing of itself, so it only counts from the address that RTP comes from or was announced for. */
  #receivedRtcp(compound: Buffer, from: RemoteInfo): void {
    if (this.#latch.target?.address === from.address) this.onRtcp(compound);
    else this.onFault('source');
  }

  /** A bound socket; `taken` when another port may do; `impossible` when the address is not ours. */
  #bind(port: number): Promise<Socket | 'taken' | 'impossible'> {
    const { localAddress } = this.#options;
    return new Promise((resolve) => {
      const socket = createSocket({
        type: isIP(localAddress) === 6 ? 'udp6' : 'udp4',
        ipv6Only: isIP(localAddress) === 6,
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
