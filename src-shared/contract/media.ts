import { z } from 'zod';
import { callToMain, callToRenderer, topic } from './define.ts';
import { id, nothing, sdp } from './shapes.ts';

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
export const mediaLegStates = ['connecting', 'live', 'micDenied', 'micMissing', 'micBusy', 'failed', 'closed'] as const;
export type MediaLegState = (typeof mediaLegStates)[number];

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

  /** Builds the window's peer connection for a call and answers with its offer; the microphone may follow later. */
  'media.offer': callToRenderer(
    z.object({
      callId: id,
      kinds: z.array(z.enum(['audio', 'video'])).min(1),
      /** `gateway`: loopback leg to the media gateway. `direct`: DTLS-SRTP to the server, full ICE gathering. */
      path: z.enum(['gateway', 'direct']),
      iceServers: z.array(z.string()).max(8),
    }),
    z.object({ sdp }),
  ),
  /** Applies the answer (from the gateway or from the server). */
  'media.answer': callToRenderer(z.object({ callId: id, sdp }), nothing),
  /** `direct` only: applies the far end's offer and answers it. */
  'media.remoteOffer': callToRenderer(
    z.object({ callId: id, sdp, iceServers: z.array(z.string()).max(8) }),
    z.object({ sdp }),
  ),
  /** Opens the microphone and sends with this codec; called when the call is placed or answered. */
  'media.start': callToRenderer(
    z.object({ callId: id, codec: z.object({ name: z.string(), clockRateHz: z.number().int() }).nullable() }),
    nothing,
  ),
  'media.mute': callToRenderer(z.object({ callId: id, muted: z.boolean() }), nothing),
  /** `direct` only: the gateway sends RFC 4733 itself. */
  'media.dtmf': callToRenderer(z.object({ callId: id, digits: z.string() }), nothing),
  'media.close': callToRenderer(z.object({ callId: id }), nothing),
} as const;

export const mediaTopics = { lease: topic(z.custom<Lease>()) } as const;
