import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import type { Call } from '../../src-shared/model/call.ts';
import type { CallRecord } from '../../src-shared/model/history.ts';
import { t } from '../../src-shared/words.ts';
import type { DialPlan } from '../dial-plan/dial-plan.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import type { CallHistory } from '../history/history.ts';
import type { CallAttention } from './call-attention.ts';
import type { CallBacks } from './call-backs.ts';
import type { CallDevice, DeviceCallListener } from './call-device.ts';
import type { CallEntries } from './call-entries.ts';
import type { CallParties, FarEnd } from './call-parties.ts';
import type { CallSettings } from './call-settings.ts';
import { featureCode } from './feature-codes.ts';
import type { ServicePlacing } from './service-calls.ts';

/** A call that was placed and the revision of topic `calls` that shows it. */
export interface PlacedCall {
  readonly callId: string;
  readonly revision: number;
}

export interface CallPlacingOptions {
  readonly clock: Clock;
  readonly device: CallDevice;
  readonly entries: CallEntries;
  readonly attention: CallAttention;
  readonly parties: CallParties;
  readonly callBacks: CallBacks;
  readonly history: CallHistory;
  readonly dialPlan: Pick<DialPlan, 'outbound'>;
  /** Whether a number as dialled is one of emergency services. */
  readonly isEmergency: (number: string) => boolean;
  readonly settings: () => Pick<CallSettings, 'codes'>;
  /** What hears the call of this id. */
  readonly listener: (callId: string) => DeviceCallListener;
}

/** How a call is placed: `isEmergency` past every limit; `takes` as CallDevice has it. */
interface Placing extends ServicePlacing {
  readonly isEmergency?: boolean;
  readonly prepared?: AnnouncedCall;
}

/** A call that a press announced, read and looked up. */
interface AnnouncedCall {
  readonly callId: string;
  readonly typed: string;
  readonly name: string | undefined;
  readonly target: DialTarget;
  readonly farEnd: FarEnd;
  readonly atMs: number;
}

/** Calls that this person places: to whom, whether there is room, and what has to make way first. */
export class CallPlacing {
  readonly #options: CallPlacingOptions;
  #prepared: AnnouncedCall | undefined;

  constructor(options: CallPlacingOptions) {
    this.#options = options;
  }

  /**
   * Reads and looks up what may be called in a moment, and has the device make it ready. Says nothing of what cannot be
   * called: the call itself does. Calls to emergency services depend on nothing that was made before them.
   */
  prepare(typed: string, name: string | undefined): void {
    const { clock, device, dialPlan, parties } = this.#options;
    this.forget();
    let target: DialTarget;
    try {
      target = dialPlan.outbound(typed);
    } catch (error) {
      if (error instanceof AppError) return;
      throw error;
    }
    if (this.#isEmergency(target)) return;
    const callId = randomUUID();
    const farEnd = parties.called(target, name);
    this.#prepared = { callId, typed, name, target, farEnd, atMs: clock.now() };
    device.prepare(callId, target);
  }

  /** What was prepared by rules that have changed. */
  forget(): void {
    this.#prepared = undefined;
  }

  /**
   * Dials what was typed, holding what is active first; without that it is shown before this returns. Rejects with
   * AppError `invalid`, `limit`, `offline` or `media`.
   */
  async place(typed: string, name: string | undefined, service?: ServicePlacing): Promise<PlacedCall> {
    const { attention, dialPlan, entries } = this.#options;
    const prepared = this.#take(typed, name);
    const target = prepared?.target ?? dialPlan.outbound(typed);
    const placing: Placing = prepared === undefined ? { ...service } : { ...service, prepared };
    if (this.#isEmergency(target)) return this.#placeEmergency(target, name);
    const more: Partial<Call> = service === undefined ? {} : { isService: true };
    if (entries.attended().length === 0) return this.dial(target, name, more, placing);
    return await attention.inTurn(async () => {
      this.#requireRoom();
      await attention.free();
      return this.dial(target, name, more, placing);
    });
  }

  /** Calls whom this person called last, past codes of the phone server. AppError `notFound`: nobody yet. */
  async redial(): Promise<PlacedCall> {
    const last = this.#options.history.snapshot().calls.find(isToSomebody);
    if (last === undefined) throw new AppError('notFound', t('You have not called anybody yet.'));
    return await this.place(last.number, last.name);
  }

  /** Has the phone server call back, where it has a code for that; else watches for the person to be free. */
  async callBack(typed: string, name: string | undefined): Promise<number> {
    const { callBacks, dialPlan, entries, parties, settings } = this.#options;
    const { codes } = settings();
    const target = dialPlan.outbound(typed);
    if (codes.callBack !== '') {
      const number = target.kind === 'number' ? target.dialled : typed;
      return (await this.place(featureCode(codes, 'callBack', number), name, {})).revision;
    }
    callBacks.ask(typed, parties.called(target, name).party);
    return entries.revision;
  }

  /** Calls at once; what is active was held before. Throws AppError as `place` rejects. */
  dial(
    target: DialTarget,
    name: string | undefined,
    more: Partial<Call> = {},
    { isEmergency = false, takes, prepared }: Placing = {},
  ): PlacedCall {
    const { callBacks, device, entries, listener, parties } = this.#options;
    if (!isEmergency) this.#requireRoom();
    const callId = prepared?.callId ?? randomUUID();
    const { party, onTheWire } = prepared?.farEnd ?? parties.called(target, name);
    const call = device.place(callId, target, listener(callId), takes);
    callBacks.called(party);
    entries.begin(callId, 'out', party, call, { ...more, ...onTheWire });
    return { callId, revision: entries.publish() };
  }

  /** What was prepared for just this call, not long ago. */
  #take(typed: string, name: string | undefined): AnnouncedCall | undefined {
    const prepared = this.#prepared;
    this.forget();
    if (prepared?.typed !== typed || prepared.name !== name) return undefined;
    return this.#options.clock.now() - prepared.atMs > limits.preparedCallMs ? undefined : prepared;
  }

  #isEmergency(target: DialTarget): boolean {
    return target.kind === 'number' && this.#options.isEmergency(target.dialled);
  }

  /** Nothing that goes on here may be in the way: what cannot be held is ended. */
  #placeEmergency(target: DialTarget, name: string | undefined): PlacedCall {
    const { attention, device } = this.#options;
    if (device.line().state !== 'registered') {
      throw new AppError(
        'offline',
        t(
          'Parley has no connection to the phone server and cannot call {shown} now. Use a mobile phone or another telephone at once.',
          { shown: target.shown },
        ),
      );
    }
    attention.seize();
    return this.dial(target, name, {}, { isEmergency: true });
  }

  #requireRoom(): void {
    if (this.#options.entries.running().length < limits.calls) return;
    throw new AppError(
      'limit',
      t('{calls} calls are the most at one time. End one of them first.', { calls: limits.calls }),
    );
  }
}

function isToSomebody(call: CallRecord): boolean {
  return call.direction === 'out' && call.isService !== true;
}
