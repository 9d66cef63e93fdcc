import type { OptionalCodec } from '../../src-shared/model/audio-codecs.ts';

/**
 * The media interface between call signalling and media transport. Types only: the softphone
 * imports these, the gateway implements them for plain RTP, the softphone itself for WebRTC-direct.
 */

export type MediaKind = 'audio' | 'video';

/** RFC 3264 section 5.1, from our own point of view. */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/**
 * SRTP of a call: not at all; where the far end has it too (RFC 8643); or no call without it.
 */
export type MediaEncryption = 'never' | 'offered' | 'required';

export interface MediaSessionOptions {
  readonly callId: string;
  /** The IPv4 or IPv6 address of the interface that reaches the SIP peer; stands in our SDP. */
  readonly localAddress: string;
  readonly kinds: readonly MediaKind[];
  /** Order of preference, e.g. `['opus', 'G722', 'PCMA', 'PCMU', 'telephone-event']`. What is not named is not offered. */
  readonly audioCodecs: readonly string[];
  /** Order of preference, e.g. `['H264', 'VP8']`; needed when `kinds` has video. */
  readonly videoCodecs?: readonly string[];
  /** Absent: in the clear. */
  readonly encryption?: {
    readonly mode: MediaEncryption;
    /** The SDP with the keys travels over TLS. */
    readonly keysAreSecret: boolean;
    /** SRTP suites by their names in SDP, in order; all that Parley knows when absent. */
    readonly suites?: readonly string[];
  };
}

/** What offer and answer agreed on for one m-line. */
export interface NegotiatedStream {
  /** Encoding name as browsers spell it, e.g. `opus`, `PCMA`. */
  readonly codec: string;
  readonly clockRateHz: number;
  /** 1 unless the rtpmap says otherwise (opus is always 2). */
  readonly channels: number;
  /** The number that the SIP peer expects in what we send. */
  readonly payloadType: number;
  readonly direction: MediaDirection;
  readonly fmtp?: string;
  /** What the window speaks in its place, where the gateway translates. */
  readonly windowCodec?: { readonly name: string; readonly clockRateHz: number };
  /** The SRTP suite in force, as SDP names it; absent: in the clear. */
  readonly srtpSuite?: string;
}

export interface NegotiatedAudio extends NegotiatedStream {
  /** Payload type of RFC 4733 telephone-event towards the peer; absent when not negotiated. */
  readonly telephoneEvent?: number;
}

export interface NegotiatedVideo extends NegotiatedStream {
  /** The peer takes PLI or FIR in RTCP; otherwise ask for a picture by SIP INFO (RFC 5168). */
  readonly rtcpFeedback: boolean;
}

/** A kind that is absent was refused (port 0) or never offered. */
export interface NegotiatedMedia {
  readonly audio?: NegotiatedAudio;
  readonly video?: NegotiatedVideo;
}

/** Counters of one direction of one m-line. Bytes are RTP packets with header, without UDP and IP. */
export interface StreamStats {
  readonly packets: number;
  readonly bytes: number;
  /** Gaps in the sequence numbers that no late packet has filled (RFC 3550 A.3); at least 0. */
  readonly lost: number;
  /** Interarrival jitter, RFC 3550 section 6.4.1, in milliseconds. */
  readonly jitterMs: number;
  /** UTC milliseconds; absent before the first packet. */
  readonly lastPacketAtMs?: number;
  /** The last packet was comfort noise: nothing needs to come until they speak again (RFC 3389). */
  readonly inPause?: boolean;
}

export interface KindStats {
  readonly kind: MediaKind;
  /** From the SIP peer, as it reached us. */
  readonly fromPeer: StreamStats;
  /** From the renderer, as it reached us. */
  readonly fromRenderer: StreamStats;
  /** Packets that were not relayed: what was wrong with them, and how many. */
  readonly dropped: Readonly<Record<string, number>>;
  /** What the peer last reported of what we send; absent until it has. */
  readonly reported?: {
    /** 0 to 100. */
    readonly lossPercent: number;
    readonly jitterMs: number;
    readonly roundTripMs?: number;
    /** Mean opinion score that it gives what it hears (RFC 3611 section 4.7), 1 to 5. */
    readonly score?: number;
    /** What came too late for its jitter buffer, by the same report, 0 to 100. */
    readonly discardPercent?: number;
    /** UTC milliseconds of the report. */
    readonly atMs: number;
  };
  /** The address that we send to, once known: `address:port`. */
  readonly remote?: string;
  /** The DSCP value that the sockets carry, absent where this system cannot mark packets. */
  readonly dscp?: number;
}

export interface MediaStats {
  readonly callId: string;
  readonly kinds: readonly KindStats[];
  /** The state of the renderer's WebRTC connection, `none` when no leg is attached. */
  readonly rendererLeg: 'none' | 'connecting' | 'connected' | 'failed';
}

/**
 * What the SIP side needs of media; RFC 3264 offer and answer. Implemented by the gateway (plain
 * RTP) and, in the softphone, by WebRTC-direct (DTLS-SRTP).
 *
 * Errors are `AppError`: `unsupported` when no codec is shared, `invalid` for SDP that does not
 * parse or for an answer without an offer, `media` when encryption is asked for and not to be had, `media` or `timeout` when the gateway is away,
 * `notFound` after `close`.
 */
export interface MediaSession {
  readonly callId: string;
  /** Local offer SDP for an outgoing INVITE or re-INVITE: at once, never waits for the renderer. */
  createOffer(): Promise<string>;
  /**
   * What this answer comes to, without applying it, so that the ACK need not wait for that. Throws what `acceptAnswer`
   * would reject with; undefined where only applying it tells.
   */
  readAnswer(sdp: string): NegotiatedMedia | undefined;
  /** Applies the far end's answer (200 or early 183). A repeated answer replaces the one before. */
  acceptAnswer(sdp: string): Promise<NegotiatedMedia>;
  /** Applies the far end's offer, gives our answer. */
  createAnswer(offerSdp: string): Promise<{ sdp: string; negotiated: NegotiatedMedia }>;
  /**
   * Sends RFC 4733 digits (0-9 * # A-D, and a comma for a pause of two seconds); resolves when the
   * last one is out; rejects with `AppError('unsupported')` when telephone-event was not negotiated.
   */
  sendDtmf(digits: string): Promise<void>;
  /** Direction of the next offer or answer; changes nothing until then. */
  setHold(held: boolean): void;
  /** Throws what `createAnswer` would reject with, as far as that can be told without opening anything. */
  readOffer(offerSdp: string): void;
  /**
   * Signalling comes from this address of ours now. True when the one that the sound comes from is gone: the next offer
   * moves the sound, and it has to be made.
   */
  moveTo(localAddress: string): boolean;
  /** From the next offer on: SRTP or nothing. */
  requireEncryption(): void;
  stats(): Promise<MediaStats>;
  /** Ends the session. Never rejects; a second call does nothing. */
  close(): Promise<void>;
}

/** The result of a renderer's offer. */
export interface RendererAnswer {
  readonly answerSdp: string;
}

/**
 * The gateway as the service process sees it.
 *
 * The renderer makes the WebRTC offer (all codecs, host candidates on loopback) and the gateway
 * answers it. That may come before or after the SIP answer: media flows as soon as both are known.
 */
export interface MediaGatewaySessions {
  /**
   * A media session for a call; cheap, asks nothing of the child until the first offer or answer.
   * The same object goes on after the gateway died: `createOffer` then allocates new ports.
   */
  openSession(options: MediaSessionOptions): MediaSession;
  /** Codecs that the gateway translates for the renderer, as far as this computer has their libraries. */
  readonly optionalCodecs: readonly OptionalCodec[];
  /**
   * The next calls use this address of this computer: ports are bound for one of them ahead of time. Undefined: there
   * will be no calls. Never fails; a call without such ports asks for its own.
   */
  expectCalls(localAddress: string | undefined): void;
  /** Connects the renderer to a call, or replaces its leg after a reload; the SIP side is untouched. */
  connectRenderer(callId: string, offerSdp: string): Promise<RendererAnswer>;
  /** A warm leg: connected, but with no call. */
  prepareRenderer(legId: string, offerSdp: string): Promise<RendererAnswer>;
  /** Gives a warm leg to a call; replaces the call's leg when it has one. */
  attach(callId: string, legId: string): Promise<void>;
  /** Closes a warm leg that no call took. */
  dropRenderer(legId: string): Promise<void>;
  /** Asks the renderer's encoder for a whole picture (SIP INFO picture_fast_update, RFC 5168). */
  requestKeyframe(callId: string): void;
  /**
   * The gateway process died: these calls have no media. A new process is starting; re-offer them
   * now (`createOffer` waits for it), and connect the renderer again.
   */
  onDied(listener: (callIds: readonly string[]) => void): () => void;
  /** The renderer lost or wants a picture and the peer takes no RTCP feedback: send SIP INFO. */
  onKeyframeWanted(listener: (callId: string) => void): () => void;
  /** A renderer leg failed or came up. */
  onRendererState(listener: (callId: string, state: MediaStats['rendererLeg']) => void): () => void;
}
