import type { MediaEncryption } from './media.ts';
import type { StreamConfig } from './protocol.ts';
import { chooseSdesKey, formatSdesKey, newSdesKeys, parseSdesKey, type SdesKey } from './sdes.ts';
import type { SdpMedia } from './sdp.ts';
import type { SrtpSuite } from './srtp-suites.ts';

/** What settings and signalling say about SRTP for one call. */
export interface LocalEncryption {
  readonly mode: MediaEncryption;
  /** The SDP travels encrypted to the server (TLS): RFC 4568 section 8.3 wants that before keys are put into it. */
  readonly keysAreSecret: boolean;
  /** Suites to offer and to take, in order; all that we know when absent. */
  readonly suites?: readonly string[];
}

/** The keys of one m-line in force. */
export interface AgreedSrtp {
  readonly suite: SrtpSuite;
  readonly sendKey: Buffer;
  readonly receiveKey: Buffer;
}

/** A failed negotiation, for the caller to put into words. */
export class NegotiationError extends Error {}

/** One side wants SRTP and the other cannot or will not. */
export class EncryptionRefusedError extends NegotiationError {}

const plainProfiles: readonly string[] = ['RTP/AVP', 'RTP/AVPF'];
const secureProfiles: readonly string[] = ['RTP/SAVP', 'RTP/SAVPF'];

/** Without settings of the call everything is in the clear. */
export const noEncryption: LocalEncryption = { mode: 'never', keysAreSecret: false };

/** RTP of a form that the gateway speaks, encrypted or not. */
export const isKnownProfile = (protocol: string): boolean =>
  plainProfiles.includes(protocol) || secureProfiles.includes(protocol);

/**
 * The keys of an offer of ours: those of the line so far, so that a re-INVITE does not disturb running streams, else
 * fresh ones. `offered` offers keys only where they stay secret (RFC 8643 section 3.1); `required` always.
 */
export function keysToOffer(
  local: LocalEncryption,
  before: readonly SdesKey[],
  agreed: AgreedSrtp | undefined,
): readonly SdesKey[] {
  if (local.mode === 'never' || (local.mode === 'offered' && !local.keysAreSecret && agreed === undefined)) return [];
  if (before.length > 0) return before;
  const fresh = newSdesKeys(local.suites);
  if (agreed === undefined) return fresh;
  // We answered before: our key of then stays, first in line.
  const others = fresh.filter((key) => key.suite !== agreed.suite);
  const keys = [{ tag: 1, suite: agreed.suite, keying: agreed.sendKey }, ...others];
  return keys.map((key, index) => ({ ...key, tag: index + 1 }));
}

/** RFC 8643 section 3.1: opportunistic offers are RTP/AVP with keys; mandatory ones RTP/SAVP (RFC 4568 section 7). */
export const offeredProfile = (local: LocalEncryption): string => (local.mode === 'required' ? 'RTP/SAVP' : 'RTP/AVP');

/** True when an offered line can be answered as far as encryption is concerned. */
export function canAnswerProfile(media: SdpMedia, local: LocalEncryption): boolean {
  if (!isKnownProfile(media.protocol)) return false;
  const hasKey = local.mode !== 'never' && chooseSdesKey(media.crypto, local.suites) !== undefined;
  return secureProfiles.includes(media.protocol) || local.mode === 'required' ? hasKey : true;
}

/** Our part of an answer: the key we take, and the one we send with; that stays as it was while the suite does. */
export function answerKeys(
  media: SdpMedia,
  local: LocalEncryption,
  agreed: AgreedSrtp | undefined,
): { readonly srtp?: AgreedSrtp; readonly crypto: readonly string[] } {
  const theirs = local.mode === 'never' ? undefined : chooseSdesKey(media.crypto, local.suites);
  if (theirs === undefined) return { crypto: [] };
  const { suite, tag } = theirs;
  const sendKey = agreed?.suite === suite ? agreed.sendKey : (newSdesKeys([suite.name])[0]?.keying ?? Buffer.alloc(0));
  return {
    srtp: { suite, sendKey, receiveKey: theirs.keying },
    crypto: [formatSdesKey({ tag, suite, keying: sendKey })],
  };
}

/** What an answer makes of the keys that we offered; undefined: in the clear. Throws EncryptionRefusedError. */
export function takeAnswerKeys(
  media: SdpMedia,
  local: LocalEncryption,
  offered: readonly SdesKey[],
): AgreedSrtp | undefined {
  const theirs = media.crypto.map(parseSdesKey).find((key) => key !== undefined);
  // Section 5.1.3: tag and suite of the answer are those of one of ours.
  const ours = theirs && offered.find(({ tag, suite }) => tag === theirs.tag && suite === theirs.suite);
  if (theirs && ours) return { suite: ours.suite, sendKey: ours.keying, receiveKey: theirs.keying };
  if (local.mode === 'required') throw new EncryptionRefusedError('the answer has no key');
  if (secureProfiles.includes(media.protocol)) throw new EncryptionRefusedError(`${media.protocol} without a key`);
  return undefined;
}

/** Nothing but encryption stands between these lines and an answer: they want it and we do not, or the reverse. */
export function refusesForEncryption(media: readonly SdpMedia[], local: LocalEncryption): boolean {
  const lines = media.filter(({ type, port, protocol }) => type === 'audio' && port !== 0 && isKnownProfile(protocol));
  return lines.length > 0 && !lines.some((line) => canAnswerProfile(line, local));
}

/** The keys as the gateway process gets them. */
export function srtpConfig(srtp: AgreedSrtp): NonNullable<StreamConfig['srtp']> {
  return {
    suite: srtp.suite.name,
    sendKey: srtp.sendKey.toString('base64'),
    receiveKey: srtp.receiveKey.toString('base64'),
  };
}
