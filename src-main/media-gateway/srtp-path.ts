import type { StreamConfig } from './protocol.ts';
import { SrtpReceiver, SrtpSender } from './srtp.ts';
import { srtpSuite, type SrtpSuite } from './srtp-suites.ts';

interface Secured {
  readonly suite: string;
  readonly sendKey: string;
  readonly receiveKey: string;
  readonly sender: SrtpSender;
  readonly receiver: SrtpReceiver;
  /** What opened before the peer changed its key: packets under the old one are still on their way. */
  readonly previous: SrtpReceiver | undefined;
}

/**
 * Encryption of one m-line as offer and answer agree on it, time and again:
 *
 *   clear --keys--> secured --same keys--> secured          counters go on
 *   secured --another key of one side--> secured            that side begins anew (RFC 3711 section 8.1), and packets
 *                                                           under the peer's old key are taken until one under the new
 *   secured --no keys--> clear                              only by a new offer and answer, never by a packet
 */
export class SrtpPath {
  #secured: Secured | undefined;

  /** Undefined: plain RTP from now on. Throws RangeError for a suite or a key that is none. */
  configure(config: StreamConfig['srtp']): void {
    const before = this.#secured;
    if (config === undefined) {
      this.#secured = undefined;
      return;
    }
    const suite = srtpSuite(config.suite);
    if (suite === undefined) throw new RangeError(`no SRTP suite ${config.suite}`);
    const sameSuite = before?.suite === config.suite ? before : undefined;
    const keepsSender = sameSuite?.sendKey === config.sendKey;
    const keepsReceiver = sameSuite?.receiveKey === config.receiveKey;
    this.#secured = {
      ...config,
      sender: sameSuite && keepsSender ? sameSuite.sender : new SrtpSender(suite, keying(config.sendKey, suite)),
      receiver:
        sameSuite && keepsReceiver ? sameSuite.receiver : new SrtpReceiver(suite, keying(config.receiveKey, suite)),
      previous: sameSuite && keepsReceiver ? sameSuite.previous : before?.receiver,
    };
  }

  /** What goes on the wire; undefined when it must not. */
  protectRtp(packet: Buffer): Buffer | undefined {
    return this.#secured === undefined ? packet : this.#secured.sender.protectRtp(packet);
  }

  protectRtcp(compound: Buffer): Buffer | undefined {
    return this.#secured === undefined ? compound : this.#secured.sender.protectRtcp(compound);
  }

  /** What came from the wire, in the clear; undefined when it is not the peer's. */
  openRtp(wire: Buffer): Buffer | undefined {
    return this.#open((receiver) => receiver.openRtp(wire), wire);
  }

  openRtcp(wire: Buffer): Buffer | undefined {
    return this.#open((receiver) => receiver.openRtcp(wire), wire);
  }

  #open(by: (receiver: SrtpReceiver) => Buffer | undefined, wire: Buffer): Buffer | undefined {
    const secured = this.#secured;
    if (secured === undefined) return wire;
    const opened = by(secured.receiver);
    if (opened === undefined) return secured.previous && by(secured.previous);
    if (secured.previous !== undefined) this.#secured = { ...secured, previous: undefined };
    return opened;
  }
}

function keying(base64: string, suite: SrtpSuite): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== suite.masterKeyBytes + suite.masterSaltBytes) throw new RangeError(`no key for ${suite.name}`);
  return bytes;
}
