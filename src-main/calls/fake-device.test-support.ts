import type { CallCapability } from '../../src-shared/model/call.ts';
import type {
  CallDevice,
  DeviceCall,
  DeviceCallEvent,
  DeviceCallListener,
  IncomingCallHandler,
  LineStatus,
} from './call-device.ts';
import type { DialTarget } from './dial-string.ts';

/** A call of the fake device: notes what it is told, and does as the test says. */
export class FakeDeviceCall implements DeviceCall {
  readonly done: string[] = [];
  /** Thrown by the next control that is used. */
  failure: Error | undefined;
  listener: DeviceCallListener = () => undefined;

  capabilities(state: 'calling' | 'ringing' | 'connecting' | 'connected'): readonly CallCapability[] {
    return state === 'connected' ? ['hangUp', 'mute', 'dtmf'] : ['answer', 'decline', 'hangUp', 'mute'];
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
  readonly calls: FakeDeviceCall[] = [];
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

  place(_callId: string, target: DialTarget, listener: DeviceCallListener): DeviceCall {
    this.dialled.push(target);
    const call = new FakeDeviceCall();
    call.listener = listener;
    this.calls.push(call);
    return call;
  }

  changeLine(status: LineStatus): void {
    this.status = status;
    for (const listener of this.#listeners) listener();
  }

  /** A call comes in; undefined when the list refuses it. */
  ring(callId: string, number: string, name?: string): FakeDeviceCall | undefined {
    const call = new FakeDeviceCall();
    const listener = this.#handler({ callId, number, call, ...(name === undefined ? {} : { name }) });
    if (listener === undefined) return undefined;
    call.listener = listener;
    return call;
  }
}
