import type { CallList } from '../../src-shared/contract/calls.ts';
import type { CallCapability, CallEndReason } from '../../src-shared/model/call.ts';
import type { DialTarget } from './dial-string.ts';

/** Whether a device can place calls now; plain words otherwise. */
export type LineStatus = CallList['line'];

/** What a device tells of a call. The call list runs the call machine on it; what comes too late is ignored there. */
export type DeviceCallEvent =
  | { readonly type: 'farEndRings' }
  | { readonly type: 'established'; readonly encrypted: boolean; readonly codec?: string }
  /** The media changed during the call, for example after a hold by the far end or a new offer. */
  | { readonly type: 'media'; readonly encrypted: boolean; readonly codec?: string }
  /** Plain words for during the call; absent takes them away. */
  | { readonly type: 'notice'; readonly notice?: string }
  | { readonly type: 'end'; readonly reason: CallEndReason; readonly notice?: string; readonly detail?: string };

/** Hears one call. */
export type DeviceCallListener = (event: DeviceCallEvent) => void;

/** A call as its device carries it. Control methods reject with AppError in plain words. */
export interface DeviceCall {
  /** What can be done now, given the state of the call machine. */
  capabilities(state: 'calling' | 'ringing' | 'connecting' | 'connected'): readonly CallCapability[];
  /** Resolves when the answer is sent; `established` follows. */
  answer(): Promise<void>;
  /** Refuses an incoming call at this device only; other phones of the person ring on. */
  decline(): Promise<void>;
  hangUp(): Promise<void>;
  mute(muted: boolean): Promise<void>;
  /** 0-9 * # A-D; resolves when they are sent. */
  dtmf(digits: string): Promise<void>;
}

/** Who calls, as the device knows it. */
export interface IncomingCall {
  /** Unique; the call list takes it as the call's id. */
  readonly callId: string;
  /** A number where it is one, otherwise `user@host`. */
  readonly number: string;
  /** Display name as the network asserts it or the caller writes it. */
  readonly name?: string;
  readonly call: DeviceCall;
}

/** Takes an incoming call and hears it from then on; undefined refuses it as busy. */
export type IncomingCallHandler = (incoming: IncomingCall) => DeviceCallListener | undefined;

/**
 * Something that carries calls: this computer's softphone today, a desk phone later. The call list knows devices only
 * by this. A device has one handler, given before it starts.
 */
export interface CallDevice {
  readonly id: string;
  line(): LineStatus;
  onLineChanged(listener: () => void): () => void;
  handleIncoming(handler: IncomingCallHandler): void;
  /**
   * Starts a call. `callId` is the id of the call in the list and names its media. Nothing is told to `listener`
   * before this returns. Throws AppError: `offline` without a line, `media` without a window that has the microphone,
   * `invalid` when this device cannot dial the target.
   */
  place(callId: string, target: DialTarget, listener: DeviceCallListener): DeviceCall;
}
