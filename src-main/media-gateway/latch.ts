import { gatewayLimits } from './gateway-limits.ts';
import { sequenceDistance, sequenceOf, ssrcOf } from './rtp.ts';

export interface Source {
  readonly address: string;
  readonly port: number;
}

interface Candidate extends Source {
  readonly ssrc: number;
  readonly sequence: number;
  readonly packets: number;
}

/**
 * Symmetric RTP (RFC 4961) with limits: decides whose packets count as the peer's, and so where
 * ours go. Only valid RTP of a negotiated payload type is shown to it.
 *
 *   signalled --first packet from the signalled address--------------> latched
 *   signalled --latchPackets in a row from one other source----------> latched
 *   latched   --packet from exactly the signalled address and port---> latched (there)
 *   latched   --latchPackets in a row from another source, while the
 *               one in use is silent (100 ms same address, else 1 s)-> latched (there)
 *   latched   --latchPackets in a row of the stream from which
 *               another address took the call----------------------> latched (there)
 *   any       --new address in an offer or answer--------------------> signalled
 *
 * While the peer is asked to send nothing (hold), its silence says nothing: then only another port of its own address
 * takes over, and afterwards the silence counts anew.
 *
 * "In a row" is one SSRC with rising sequence numbers and no packet of the source in use between. For the stream that
 * has or had the call those between do not count: who only sends, and does not listen, does not know its SSRC.
 * A stranger can therefore neither join a call nor take one over while the peer is heard, nor keep one that it took in
 * a silence.
 */
export class Latch {
  #signalled: Source | undefined;
  #current: Source | undefined;
  #lastHeardMs = 0;
  #candidate: Candidate | undefined;
  #mayPeerSend = true;
  /** SSRC of the stream that has the call, or had it when another address took it. */
  #owner: number | undefined;
  #isTaken = false;
  #returning: Candidate | undefined;

  /** Whether the peer may send, by what was agreed. `nowMs` is monotonic. */
  agree(maySend: boolean, nowMs: number): void {
    if (maySend && !this.#mayPeerSend) this.#lastHeardMs = nowMs;
    this.#mayPeerSend = maySend;
  }

  /** Applies the address of an offer or answer; the same one again (183, then 200) changes nothing. */
  signal(source: Source | undefined): void {
    if (same(this.#signalled, source)) return;
    this.#signalled = source;
    this.#current = undefined;
    this.#candidate = undefined;
    this.#isTaken = false;
    this.#owner = undefined;
  }

  /** Where to send: where the peer was heard, else where it said it is. */
  get target(): Source | undefined {
    return this.#current ?? this.#signalled;
  }

  /** False once the peer was heard from another address than it named. */
  get isAtSignalledAddress(): boolean {
    return this.#current === undefined || this.#current.address === this.#signalled?.address;
  }

  /** True when the packet is the peer's; may move the target. `nowMs` is monotonic. */
  accept(packet: Buffer, from: Source, nowMs: number): boolean {
    if (same(this.#current, from)) {
      this.#hear(packet, nowMs);
      return true;
    }
    const isSignalled = same(this.#signalled, from) || this.#isFirstFromSignalledAddress(from);
    if (!isSignalled && !this.#isBack(packet, from, nowMs) && !this.#isProven(packet, from, nowMs)) return false;
    const isElsewhere = this.#current !== undefined && this.#current.address !== from.address;
    if (isSignalled || ssrcOf(packet) === this.#owner) this.#isTaken = false;
    else if (isElsewhere) this.#isTaken = true;
    this.#current = { address: from.address, port: from.port };
    this.#hear(packet, nowMs);
    return true;
  }

  #hear(packet: Buffer, nowMs: number): void {
    this.#lastHeardMs = nowMs;
    this.#candidate = undefined;
    if (!this.#isTaken) this.#owner = ssrcOf(packet);
  }

  /** The stream that has the call, at another place, or whose call another address took. */
  #isBack(packet: Buffer, from: Source, nowMs: number): boolean {
    if (ssrcOf(packet) !== this.#owner) return false;
    this.#returning = afterwards(this.#returning, packet, from);
    if (this.#returning.packets < gatewayLimits.latchPackets) return false;
    return this.#isTaken || this.#isFree(from, nowMs);
  }

  #isFirstFromSignalledAddress(from: Source): boolean {
    return this.#current === undefined && this.#signalled?.address === from.address;
  }

  #isProven(packet: Buffer, from: Source, nowMs: number): boolean {
    this.#candidate = afterwards(this.#candidate, packet, from);
    if (this.#candidate.packets < gatewayLimits.latchPackets) return false;
    return this.#isFree(from, nowMs);
  }

  /** The source in use is silent for so long that this one may take over. */
  #isFree(from: Source, nowMs: number): boolean {
    if (!this.#current) return true;
    if (this.#current.address === from.address)
      return nowMs - this.#lastHeardMs >= gatewayLimits.latchSilenceSameAddressMs;
    return this.#mayPeerSend && nowMs - this.#lastHeardMs >= gatewayLimits.latchSilenceOtherAddressMs;
  }
}

/** The row with this packet: the one before when it goes on, else a new one. */
function afterwards(row: Candidate | undefined, packet: Buffer, { address, port }: Source): Candidate {
  const [ssrc, sequence] = [ssrcOf(packet), sequenceOf(packet)];
  const goesOn =
    row !== undefined &&
    same(row, { address, port }) &&
    row.ssrc === ssrc &&
    sequenceDistance(row.sequence, sequence) === 1;
  return { address, port, ssrc, sequence, packets: goesOn ? row.packets + 1 : 1 };
}

/** True for the same address and port, or for none twice. */
export function same(a: Source | undefined, b: Source | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.port === b.port && a.address === b.address);
}
