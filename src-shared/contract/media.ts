import { z } from 'zod';
import type { OptionalCodec } from '../model/audio-codecs.ts';
import { callToMain, callToRenderer, topic } from './define.ts';
import { id, nothing, sdp } from './shapes.ts';

/** What recordings are kept in: Opus in WebM, small; PCM of 16 bit in WAV, which every program plays. */
export const recordingFormats = ['opus', 'wav'] as const;
export type RecordingFormat = (typeof recordingFormats)[number];

/** A codec that the window's WebRTC can send and receive (RTCRtpSender.getCapabilities). */
export interface RendererCodec {
  readonly kind: 'audio' | 'video';
  readonly name: string;
  readonly clockRateHz: number;
  readonly channels: number;
  readonly fmtp?: string;
}

const rendererCodec = z.object({
  kind: z.enum(['audio', 'video']),
  name: z.string().max(40),
  clockRateHz: z.number().int().positive(),
  channels: z.number().int().min(1).max(8),
  fmtp: z.string().max(400).exactOptional(),
});

/** Who holds the media lease: one window at a time has the microphone, and only it rings. */
export interface Lease {
  /** Client id of the holder; null while nobody holds it. */
  readonly holder: string | null;
  /** Until then (UTC ms) the last holder may take it back after a reload. */
  readonly reclaimUntilMs?: number;
}

/** How the window's side of a call's media is doing. */
export const mediaLegStates = [
  'connecting',
  'live',
  'micDenied',
  'micMissing',
  'micBusy',
  'failed',
  'closed',
  /** A TURN server did not take name and password, or did not answer; the call goes on where it can without. */
  'turnRefused',
  'turnSilent',
] as const;
export type MediaLegState = (typeof mediaLegStates)[number];

/** A STUN or TURN server as RTCPeerConnection takes it (RFC 7064, RFC 7065); TURN wants name and password. */
export const iceServer = z.object({
  urls: z.string().max(300),
  username: z.string().exactOptional(),
  credential: z.string().exactOptional(),
});
export type IceServer = z.output<typeof iceServer>;

/** `direct` only: names of codecs in order of preference, nothing beside them; absent: all of the window's. */
const directCodecs = z.array(z.string().max(40)).max(16).exactOptional();

export const media = {
  /** Takes the lease. With `takeOver` it is taken from another window, which then stops ringing and sounding. */
  'lease.claim': callToMain(z.object({ takeOver: z.boolean() }), z.object({ held: z.boolean() })),
  'lease.release': callToMain(nothing, nothing),
  /** Once after start: what this window can send and receive. */
  'media.codecs': callToMain(z.object({ codecs: z.array(rendererCodec).max(64) }), nothing),
  /** The window reports the state of its leg; `micDenied` and the like end the call in words. */
  'media.leg': callToMain(
    z.object({ callId: id, state: z.enum(mediaLegStates), detail: z.string().max(300) }),
    nothing,
  ),

  /** A piece of a recording, in order; the file is closed after the last one. At most 256 kB a piece. */
  'media.recorded': callToMain(
    z.object({ recordingId: id, base64: z.string().max(350_000), last: z.boolean() }),
    nothing,
  ),

  /**
   * Connects a leg to the media gateway before there is a call, so that a call finds it connected. Refused with
   * `unsupported` where calls do not go through the gateway.
   */
  'media.warm': callToMain(z.object({ legId: id, sdp }), z.object({ sdp })),
  /**
   * Builds the window's peer connection for a call and answers with its offer, or with the warm leg that the call takes;
   * the microphone may follow later.
   */
  'media.offer': callToRenderer(
    z.object({
      callId: id,
      kinds: z.array(z.enum(['audio', 'video'])).min(1),
      /** `gateway`: loopback leg to the media gateway. `direct`: DTLS-SRTP to the server, full ICE gathering. */
      path: z.enum(['gateway', 'direct']),
      iceServers: z.array(iceServer).max(8),
      codecs: directCodecs,
      /** `direct` only: everything goes by TURN, so that the far end does not learn this computer's address. */
      relayOnly: z.boolean().exactOptional(),
      /** No warm leg: the gateway does not know it any more. */
      fresh: z.boolean().exactOptional(),
    }),
    z.union([z.object({ sdp }), z.object({ legId: id })]),
  ),
  /** Applies the answer (from the gateway or from the server). */
  'media.answer': callToRenderer(z.object({ callId: id, sdp }), nothing),
  /** `direct` only: applies the far end's offer and answers it. */
  'media.remoteOffer': callToRenderer(
    z.object({
      callId: id,
      sdp,
      iceServers: z.array(iceServer).max(8),
      codecs: directCodecs,
      relayOnly: z.boolean().exactOptional(),
    }),
    z.object({ sdp }),
  ),
  /** Opens the microphone and sends with this codec; called when the call is placed or answered. */
  'media.start': callToRenderer(
    z.object({ callId: id, codec: z.object({ name: z.string(), clockRateHz: z.number().int() }).nullable() }),
    nothing,
  ),
  'media.mute': callToRenderer(z.object({ callId: id, muted: z.boolean() }), nothing),
  /** Nothing is sent while held, and nothing of the far end is heard. */
  'media.hold': callToRenderer(z.object({ callId: id, held: z.boolean() }), nothing),
  /**
   * Conferences: in each group every leg hears the microphone and the other legs, never itself. Replaces what was
   * mixed before; no groups ends it.
   */
  'media.mix': callToRenderer(z.object({ groups: z.array(z.array(id).min(2).max(8)).max(4) }), nothing),
  /**
   * Records what is heard and said in these calls, which are one call or one conference; it comes in pieces by
   * `media.recorded`. The same recording again: others have joined it, or left. No calls, or all of them closed: it ends.
   */
  'media.record': callToRenderer(
    z.object({ recordingId: id, callIds: z.array(id).max(8), format: z.enum(recordingFormats) }),
    nothing,
  ),
  /** Sends digits as sound in place of the microphone; answers when the last one is out. */
  'media.tones': callToRenderer(z.object({ callId: id, digits: z.string().max(32) }), nothing, 15_000),
  /** One note to the far end in place of the microphone: nobody's hand answered its call. */
  'media.notice': callToRenderer(z.object({ callId: id }), nothing, 15_000),
  /** `direct` only: the gateway sends RFC 4733 itself. */
  'media.dtmf': callToRenderer(z.object({ callId: id, digits: z.string() }), nothing),
  /** `direct` only: what the window's own connection counts; what it has not seen yet is absent. */
  'media.stats': callToRenderer(
    z.object({ callId: id }),
    z.object({
      packets: z.number().int().min(0),
      lost: z.number().int().min(0),
      jitterMs: z.number().min(0),
      /** UTC ms. */
      lastPacketAtMs: z.number().exactOptional(),
      reported: z
        .object({
          lossPercent: z.number().min(0).max(100),
          jitterMs: z.number().min(0),
          roundTripMs: z.number().min(0).exactOptional(),
          atMs: z.number(),
        })
        .exactOptional(),
    }),
  ),
  'media.close': callToRenderer(z.object({ callId: id }), nothing),
} as const;

/** Codecs that Parley does not bring along, and whether this computer has them. */
export interface Codecs {
  readonly optional: readonly OptionalCodec[];
}

export const mediaTopics = { lease: topic(z.custom<Lease>()), codecs: topic(z.custom<Codecs>()) } as const;
