import { gatewayLimits } from './gateway-limits.ts';
import { sequenceDistance, sequenceOf, ssrcOf } from './rtp.ts';

export interface Source {
  readonly address: string;
  readonly port: number;
}

interface Candidate extends Source {
  readonly ssrc: number;
  sequence: number;
  packets: number;
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
 *   any       --new address in an offer or answer--------------------> signalled
 *
 * "In a row" is one SSRC with rising sequence numbers and no packet of the source in use between.
 * A stranger can therefore neither join a call nor take one over while the peer is heard.
 */
export class Latch {
  #signalled: Source | undefined;
  #current: Source | undefined;
  #lastHeardMs = 0;
  #candidate: Candidate | undefined;

  /** Applies the address of an offer or answer; the same one again (183, then 200) changes nothing. */
  signal(source: Source | undefined): void {
    if (same(this.#signalled, source)) return;
    this.#signalled = source;
    this.#current = undefined;
    this.#candidate = undefined;
  }

  /** Where to send: where the peer was heard, else where it said it is. */
  get target(): Source | undefined {
    return this.#current ?? this.#signalled;
  }

  /** True when the packet is the peer's; may move the target. `nowMs` is monotonic. */
  accept(packet: Buffer, from: Source, nowMs: number): boolean {
    if (same(this.#current, from)) {
      this.#lastHeardMs = nowMs;
      this.#candidate = undefined;
      return true;
    }
    if (same(this.#signalled, from) || this.#isFirstFromSignalledAddress(from) || this.#isProven(packet, from, nowMs)) {
      this.#current = { address: from.address, port: from.port };
      this.#lastHeardMs = nowMs;
      this.#candidate = undefined;
      return true;
    }
    return false;
  }

  #isFirstFromSignalledAddress(from: Source): boolean {
    return this.#current === undefined && this.#signalled?.address === from.address;
  }

  #isProven(packet: Buffer, from: Source, nowMs: number): boolean {
    const sequence = sequenceOf(packet);
    const ssrc = ssrcOf(packet);
    const candidate = this.#candidate;
    if (
      candidate &&
      same(candidate, from) &&
      candidate.ssrc === ssrc &&
      sequenceDistance(candidate.sequence, sequence) === 1
    ) {
      candidate.packets += 1;
      candidate.sequence = sequence;
    } else {
      this.#candidate = { address: from.address, port: from.port, ssrc, sequence, packets: 1 };
    }
    if ((this.#candidate?.packets ?? 0) < gatewayLimits.latchPackets) return false;
    if (!this.#current) return true;
    const silenceMs =
      this.#current.address === from.address
        ? gatewayLimits.latchSilenceSameAddressMs
        : gatewayLimits.latchSilenceOtherAddressMs;
    return nowMs - this.#lastHeardMs >= silenceMs;
  }
}

function same(a: Source | undefined, b: Source | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.port === b.port && a.address === b.address);
}
