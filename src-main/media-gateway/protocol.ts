import type { MediaKind, MediaStats } from './media.ts';
import type { NumberedCodec } from './payload-map.ts';
import type { OptionalCodec } from '../../src-shared/model/audio-codecs.ts';
import type { AppErrorData } from '../../src-shared/errors.ts';
import type { PortRange } from '../core/port-range.ts';
import type { XrFormat } from './rtcp-xr.ts';

/**
 * What the service process and the gateway process say to each other. Plain data that survives
 * JSON and structured cloning alike: Node's `fork` uses the one, Electron's utility process the other.
 */

/** One m-line for the relay, made from what offer and answer agreed on. */
export interface StreamConfig {
  readonly kind: MediaKind;
  /** Where to send; null while the peer takes nothing (RFC 2543 hold). */
  readonly remote: {
    readonly address: string;
    readonly rtpPort: number;
    readonly rtcpPort: number;
    /** RTCP goes elsewhere (RFC 3605); absent: to `address`. */
    readonly rtcpAddress?: string;
  } | null;
  readonly send: boolean;
  readonly receive: boolean;
  /** The peer takes PLI and FIR. */
  readonly feedback: boolean;
  readonly codecs: readonly NumberedCodec[];
  /** Clock of the codec that we send. */
  readonly clockRateHz: number;
  /** Milliseconds of sound that the peer asks for in a packet; obeyed where the gateway makes the packets itself. */
  readonly ptimeMs?: number;
  /** RFC 4733 towards the peer. */
  readonly event?: { readonly payloadType: number; readonly clockRateHz: number };
  /** What the peer said of RTCP beside its port; absent: nothing. */
  readonly rtcp?: {
    /** It gives RTCP no bandwidth (RFC 3556), so it gets none. */
    readonly isOff: boolean;
    /** The extended reports that it asked for (RFC 3611 section 5). */
    readonly xr: readonly XrFormat[];
  };
  /** Master key and salt in base64, ours to send with and the peer's to receive; absent: plain RTP. */
  readonly srtp?: { readonly suite: string; readonly sendKey: string; readonly receiveKey: string };
}

/** Given to the process once, before anything else. */
export interface GatewaySettings {
  readonly audioPorts: PortRange;
  readonly videoPorts: PortRange;
  readonly loopbackPorts: PortRange;
  /** Mark packets with DSCP 46 and 34, where the system allows it; the statistics say whether they are. */
  readonly markPackets: boolean;
  readonly videoStartBitrateKbps: number;
  readonly videoMaxBitrateKbps: number;
}

/** How much the gateway process has used since its start. */
export interface ProcessUsage {
  readonly cpuMs: number;
  readonly residentBytes: number;
  readonly sessions: number;
  readonly rendererLegs: number;
}

/** Every request of the service process: parameters and result. */
export interface GatewayRequests {
  /** First of all; answers when the native module is loaded. */
  start: { params: GatewaySettings; result: null };
  /** Binds ports ahead of a call. */
  reserve: {
    params: { readonly reservationId: string; readonly localAddress: string; readonly kinds: readonly MediaKind[] };
    result: { readonly ports: Readonly<Partial<Record<MediaKind, number>>> };
  };
  /** Gives back ports that no call took. */
  release: { params: { readonly reservationId: string }; result: null };
  /**
   * Binds what is missing of the ports; the ports of a session stay for its life. With `reservationId` the session begins
   * with the ports that were reserved; only as the first request of a session.
   */
  open: {
    params: {
      readonly callId: string;
      readonly localAddress: string;
      readonly kinds: readonly MediaKind[];
      readonly reservationId?: string;
    };
    result: { readonly ports: Readonly<Partial<Record<MediaKind, number>>> };
  };
  /** Looks for the libraries of optional codecs; from then on calls use what was found. Empty: at the usual places. */
  findCodecs: { params: { readonly g729Library: string }; result: { readonly codecs: readonly OptionalCodec[] } };
  configure: { params: { readonly callId: string; readonly streams: readonly StreamConfig[] }; result: null };
  closeSession: { params: { readonly callId: string }; result: null };
  /** With `callId` the leg belongs to that call at once, otherwise it is a warm one. */
  connectRenderer: {
    params: { readonly legId: string; readonly callId?: string; readonly offerSdp: string };
    result: { readonly answerSdp: string };
  };
  attach: { params: { readonly callId: string; readonly legId: string }; result: null };
  dropRenderer: { params: { readonly legId: string }; result: null };
  sendDtmf: { params: { readonly callId: string; readonly digits: string }; result: null };
  keyframe: { params: { readonly callId: string }; result: null };
  stats: { params: { readonly callId: string }; result: MediaStats };
  usage: { params: null; result: ProcessUsage };
  /** Closes everything; the process ends by itself after the answer. */
  stop: { params: null; result: null };
}

export type GatewayMethod = keyof GatewayRequests;
export type GatewayParams<M extends GatewayMethod> = GatewayRequests[M]['params'];
export type GatewayResult<M extends GatewayMethod> = GatewayRequests[M]['result'];

export type ToGateway = {
  readonly [M in GatewayMethod]: { readonly id: number; readonly method: M; readonly params: GatewayParams<M> };
}[GatewayMethod];

/** What the gateway process announces by itself. */
export type GatewayEvent =
  /** Sent every `heartbeatMs`: the event loop still turns. */
  | { readonly event: 'alive' }
  /** Nobody caught this; `text` is the stack. After an exception the process ends by itself. */
  | { readonly event: 'unexpected'; readonly kind: 'rejection' | 'exception'; readonly text: string }
  | { readonly event: 'keyframeWanted'; readonly callId: string }
  | { readonly event: 'rendererState'; readonly callId: string; readonly state: MediaStats['rendererLeg'] };

export type GatewayAnswer =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: AppErrorData };

export type FromGateway = GatewayAnswer | GatewayEvent;
