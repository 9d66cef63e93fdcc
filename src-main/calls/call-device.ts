import type { CallList } from '../../src-shared/contract/calls.ts';
import type { CallCapability, CallDiversion, CallEndReason, CallState } from '../../src-shared/model/call.ts';
import type { CallQuality } from '../../src-shared/model/call-quality.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';

/** Whether a device can place calls now; plain words otherwise. */
export type LineStatus = CallList['line'];

/** States in which a device has something to do. */
export type RunningState = Exclude<CallState, 'ended'>;

/** What a device tells of a call. The call list runs the call machine on it; what comes too late is ignored there. */
export type DeviceCallEvent =
  | { readonly type: 'farEndRings' }
  | { readonly type: 'established'; readonly encrypted: boolean; readonly codec?: string }
  /** The media changed: during the call by a hold of the far end or a new offer, before the answer by early media. */
  | { readonly type: 'media'; readonly encrypted: boolean; readonly codec?: string }
  /** The far end put this person on hold, or took the call back. */
  | { readonly type: 'farHolds'; readonly farHolds: boolean }
  /** How a transfer that this person asked for goes on. It succeeds with `end` and the reason `transferred`. */
  | { readonly type: 'transfer'; readonly state: 'trying' | 'ringing' }
  /** The far end has told nothing of it for a while; another `transfer` follows when it does. */
  | { readonly type: 'transferQuiet' }
  /** `unknown`: nobody told how it went. */
  | { readonly type: 'transferFailed'; readonly reason: CallEndReason | 'unknown' }
  /** Somebody else is at the far end now: the phone server said so. */
  | { readonly type: 'party'; readonly number: string; readonly name?: string }
  /** The phone server names whom this call reached: the number is the one that was known. */
  | { readonly type: 'name'; readonly name: string }
  /** How it sounds now; told again and again while it lasts. */
  | { readonly type: 'quality'; readonly quality: CallQuality }
  /** Plain words for during the call; absent takes them away. */
  | { readonly type: 'notice'; readonly notice?: string }
  | { readonly type: 'end'; readonly reason: CallEndReason; readonly notice?: string; readonly detail?: string };

/** Hears one call. */
export type DeviceCallListener = (event: DeviceCallEvent) => void;

/**
 * Why a call is sent on, as RFC 5806 names it: a mailbox chooses its greeting by that. `deflection`: a person did it by
 * hand.
 */
export type DivertReason = 'unconditional' | 'user-busy' | 'no-answer' | 'do-not-disturb' | 'deflection';

/** A call as its device carries it. Control methods reject with AppError in plain words. */
export interface DeviceCall {
  /** What the device's own trace calls this call; undefined while it has no name yet. */
  readonly traceId?: string | undefined;
  /** What can be done now, given the state of the call machine. */
  capabilities(state: RunningState): readonly CallCapability[];
  /** Resolves when the answer is sent; `established` follows. */
  answer(): Promise<void>;
  /** Refuses an incoming call at this device only; other phones of the person ring on. */
  decline(): Promise<void>;
  hangUp(): Promise<void>;
  mute(muted: boolean): Promise<void>;
  /** 0-9 * # A-D; resolves when they are sent. */
  dtmf(digits: string): Promise<void>;
  /** Resolves when the far end knows; no microphone is sent from the moment of the call on. */
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** Sends an incoming call that rings to somebody else. */
  divert(target: DialTarget, reason: DivertReason): Promise<void>;
  /** Tells the far end to call `target`; resolves when it has taken the order, and `transfer` events follow. */
  transfer(target: DialTarget): Promise<void>;
  /** Joins the far end of this call with that of another call of the same device; resolves and goes on as `transfer`. */
  transferTo(other: DeviceCall): Promise<void>;
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
  /** Who sent it on. */
  readonly diverted?: CallDiversion;
  /** The call says that emergency services call back (RFC 7090). */
  readonly isEmergencyCallBack?: true;
  /** The caller asks to be answered without a hand (an intercom). */
  readonly wantsAnswer?: boolean;
  /**
   * The call takes the place of another one, because the far end transferred this person. `in`: somebody else calls
   * in its place (RFC 3891), and is answered; `out`: the device calls whom it was sent to (RFC 3515). The device ends
   * the old call once the new one stands.
   */
  readonly continues?: {
    readonly callId: string;
    readonly direction: 'in' | 'out';
    /** The old call still rang, and somebody else took it. */
    readonly isPickUp?: true;
  };
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
   * A call of this id to this target may be placed within `limits.preparedCallMs`, or may not: what takes time is done ahead.
   * Nothing leaves this computer, nothing is shown, and what stands in the way is said when the call is placed.
   */
  prepare(callId: string, target: DialTarget): void;
  /**
   * Starts a call. `callId` is the id of the call in the list and names its media. Nothing is told to `listener`
   * before this returns. Throws AppError: `offline` without a line, `media` without a window that has the microphone,
   * `invalid` when this device cannot dial the target.
   *
   * `takes` names a call that rings at somebody else, as the phone server told it: the call that begins takes its place
   * and `target` is who called there. It fails where that call does not ring any more; the caller is never called anew.
   */
  place(callId: string, target: DialTarget, listener: DeviceCallListener, takes?: string): DeviceCall;
}
