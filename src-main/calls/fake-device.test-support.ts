import type { CallCapability } from '../../src-shared/model/call.ts';
import type {
  CallDevice,
  DeviceCall,
  DeviceCallEvent,
  DeviceCallListener,
  DivertReason,
  IncomingCall,
  IncomingCallHandler,
  LineStatus,
  RunningState,
} from './call-device.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';

/** A call of the fake device: notes what it is told, and does as the test says. */
export class FakeDeviceCall implements DeviceCall {
  readonly done: string[] = [];
  /** Thrown by the next control that is used. */
  failure: Error | undefined;
  listener: DeviceCallListener = () => undefined;
  joinedWith: DeviceCall | undefined;
  /** An announcement is heard before the answer. */
  hasEarlyMedia = false;

  capabilities(state: RunningState): readonly CallCapability[] {
    switch (state) {
      case 'connected':
        return ['hangUp', 'mute', 'dtmf', 'hold', 'transfer', 'park', 'conference'];
      case 'held':
        return ['hangUp', 'resume', 'transfer', 'park', 'conference'];
      case 'calling':
      case 'ringing':
      case 'connecting':
        return [
          ...(['answer', 'decline', 'ignore', 'divert', 'hangUp', 'mute'] as const),
          ...(this.hasEarlyMedia ? (['dtmf'] as const) : []),
        ];
    }
  }

  answer(): Promise<void> {
    return this.#do('answer');
  }

  decline(): Promise<void> {
    return this.#do('decline');
  }

  hangUp(): Promise<void> {
    return this.#do('hangUp');
  }

  mute(muted: boolean): Promise<void> {
    return this.#do(`mute ${muted}`);
  }

  dtmf(digits: string): Promise<void> {
    return this.#do(`dtmf ${digits}`);
  }

  hold(): Promise<void> {
    return this.#do('hold');
  }

  resume(): Promise<void> {
    return this.#do('resume');
  }

  divert(target: DialTarget, reason: DivertReason): Promise<void> {
    return this.#do(`divert ${target.dialled} ${reason}`);
  }

  transfer(target: DialTarget): Promise<void> {
    return this.#do(`transfer ${target.dialled}`);
  }

  transferTo(other: DeviceCall): Promise<void> {
    this.joinedWith = other;
    return this.#do('transferTo');
  }

  tell(event: DeviceCallEvent): void {
    this.listener(event);
  }

  #do(what: string): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.done.push(what);
    return Promise.resolve();
  }
}

/** A device without a phone, for tests of the call list. */
export class FakeDevice implements CallDevice {
  readonly id = 'fake';
  readonly dialled: DialTarget[] = [];
  /** Which ringing call elsewhere each of them takes. */
  readonly took: (string | undefined)[] = [];
  readonly calls: FakeDeviceCall[] = [];
  /** Ids of calls that were prepared and placed. */
  readonly preparedIds: string[] = [];
  readonly placedIds: string[] = [];
  turnedAway: FakeDeviceCall | undefined;
  status: LineStatus = { state: 'registered', message: '' };
  #handler: IncomingCallHandler = () => undefined;
  readonly #listeners = new Set<() => void>();

  line(): LineStatus {
    return this.status;
  }

  onLineChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  handleIncoming(handler: IncomingCallHandler): void {
    this.#handler = handler;
  }

  prepare(callId: string): void {
    this.preparedIds.push(callId);
  }

  place(callId: string, target: DialTarget, listener: DeviceCallListener, takes?: string): DeviceCall {
    this.dialled.push(target);
    this.placedIds.push(callId);
    this.took.push(takes);
    const call = new FakeDeviceCall();
    call.listener = listener;
    this.calls.push(call);
    return call;
  }

  changeLine(status: LineStatus): void {
    this.status = status;
    for (const listener of this.#listeners) listener();
  }

  /** A call comes in; undefined when the list refuses it or sends it on (then see `turnedAway`). */
  ring(callId: string, number: string, name?: string, more: Partial<IncomingCall> = {}): FakeDeviceCall | undefined {
    const call = new FakeDeviceCall();
    const listener = this.#handler({ callId, number, call, ...(name === undefined ? {} : { name }), ...more });
    if (listener === undefined) {
      this.turnedAway = call;
      return undefined;
    }
    call.listener = listener;
    return call;
  }
}
