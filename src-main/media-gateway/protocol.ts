import type { MediaKind, MediaStats } from './media.ts';
import type { NumberedCodec } from './payload-map.ts';
import type { AppErrorData } from '../../src-shared/errors.ts';
import type { PortRange } from './gateway-limits.ts';

/**
 * What the service process and the gateway process say to each other. Plain data that survives
 * JSON and structured cloning alike: Node's `fork` uses the one, Electron's utility process the other.
 */

/** One m-line for the relay, made from what offer and answer agreed on. */
export interface StreamConfig {
  readonly kind: MediaKind;
  /** Where to send; null while the peer takes nothing (RFC 2543 hold). */
  readonly remote: { readonly address: string; readonly rtpPort: number; readonly rtcpPort: number } | null;
  readonly send: boolean;
  readonly receive: boolean;
  /** The peer takes PLI and FIR. */
  readonly feedback: boolean;
  readonly codecs: readonly NumberedCodec[];
  /** Clock of the codec that we send. */
  readonly clockRateHz: number;
  /** RFC 4733 towards the peer. */
  readonly event?: { readonly payloadType: number; readonly clockRateHz: number };
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
  /** Binds what is missing of the ports; the ports of a session stay for its life. */
  open: {
    params: { readonly callId: string; readonly localAddress: string; readonly kinds: readonly MediaKind[] };
    result: { readonly ports: Readonly<Partial<Record<MediaKind, number>>> };
  };
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
  | { readonly event: 'keyframeWanted'; readonly callId: string }
  | { readonly event: 'rendererState'; readonly callId: string; readonly state: MediaStats['rendererLeg'] };

export type GatewayAnswer =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: AppErrorData };

export type FromGateway = GatewayAnswer | GatewayEvent;
