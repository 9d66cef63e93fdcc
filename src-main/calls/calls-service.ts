import type { MainHandlers } from '../../src-shared/contract/contract.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import type { Service } from '../core/service.ts';
import type { CallHistory } from '../history/history.ts';
import type { CallRecordings } from './call-recordings.ts';
import type { CallList } from './call-list.ts';

/** What hears the window about the legs of calls. */
export interface WindowLegs {
  windowLeg(callId: string, state: MediaLegState, detail: string): void;
}

/** Calls of the contract that need a phone. */
export const phoneCalls = [
  'calls.place',
  'calls.prepare',
  'calls.answer',
  'calls.decline',
  'calls.hangUp',
  'calls.mute',
  'calls.dtmf',
  'calls.ignore',
  'calls.divert',
  'calls.hold',
  'calls.resume',
  'calls.transfer',
  'calls.consult',
  'calls.consultOther',
  'calls.abandonConsult',
  'calls.completeTransfer',
  'calls.merge',
  'calls.split',
  'calls.endConference',
  'calls.leaveConference',
  'calls.park',
  'calls.retrieve',
  'calls.pickUp',
  'calls.tellServer',
  'calls.callBack',
  'calls.cancelCallBack',
  'calls.redial',
  'calls.record',
  'calls.showRecording',
  'media.recorded',
  'media.leg',
] as const satisfies readonly (keyof MainHandlers)[];

/** The contract's side of calls. */
export class CallsService implements Service {
  readonly name = 'calls';
  readonly handlers: Pick<MainHandlers, (typeof phoneCalls)[number]>;
  readonly #list: CallList;
  readonly #history: CallHistory;
  readonly #recordings: CallRecordings;

  constructor(list: CallList, history: CallHistory, legs: WindowLegs, recordings: CallRecordings) {
    this.#recordings = recordings;
    this.#list = list;
    list.conferences.onJoined = (callIds) => {
      recordings.joined(callIds);
    };
    list.conferences.onLeft = (callId) => {
      recordings.left(callId);
    };
    this.#history = history;
    this.handlers = {
      'calls.place': ({ target, name }) => list.place(target, name),
      'calls.prepare': ({ target, name }) => {
        list.prepare(target, name);
        return null;
      },
      'calls.answer': async ({ callId }) => ({ revision: await list.answer(callId) }),
      'calls.decline': async ({ callId }) => ({ revision: await list.decline(callId) }),
      'calls.hangUp': async ({ callId }) => ({ revision: await list.hangUp(callId) }),
      'calls.mute': async ({ callId, muted }) => ({ revision: await list.mute(callId, muted) }),
      'calls.dtmf': async ({ callId, digits }) => ({ revision: await list.dtmf(callId, digits) }),
      'calls.ignore': ({ callId }) => ({ revision: list.ignore(callId) }),
      'calls.divert': async ({ callId, target }) => ({ revision: await list.divert(callId, target) }),
      'calls.hold': async ({ callId }) => ({ revision: await list.hold(callId) }),
      'calls.resume': async ({ callId }) => ({ revision: await list.resume(callId) }),
      'calls.transfer': async ({ callId, target, name }) => ({
        revision: await list.transfers.transfer(callId, target, name),
      }),
      'calls.consult': ({ callId, target, name }) => list.transfers.consult(callId, target, name),
      'calls.consultOther': async ({ callId, otherId }) => ({
        revision: await list.transfers.consultOther(callId, otherId),
      }),
      'calls.abandonConsult': async ({ callId }) => ({ revision: await list.transfers.abandonConsult(callId) }),
      'calls.completeTransfer': async ({ callId, otherId }) => ({
        revision: await list.transfers.complete(callId, otherId),
      }),
      'calls.merge': async ({ callIds }) => ({ revision: await list.merge(callIds) }),
      'calls.split': async ({ callId }) => ({ revision: await list.split(callId) }),
      'calls.endConference': async ({ conferenceId }) => ({ revision: await list.conferences.end(conferenceId) }),
      'calls.leaveConference': async ({ conferenceId }) => ({ revision: await list.conferences.leave(conferenceId) }),
      'calls.park': async ({ callId, slot }) => ({ revision: await list.transfers.park(callId, slot ?? '') }),
      'calls.retrieve': ({ slot }) => list.services.retrieve(slot),
      'calls.pickUp': (whose) => list.services.pickUp(whose),
      'calls.tellServer': ({ rule }) => {
        list.serverRules.tell(rule);
        return { revision: list.revision };
      },
      'calls.callBack': async ({ target, name }) => ({ revision: await list.callBack(target, name) }),
      'calls.cancelCallBack': ({ target }) => ({ revision: list.cancelCallBack(target) }),
      'calls.redial': () => list.redial(),
      'calls.record': async ({ callId, on }) => {
        if (on) {
          const { call, callIds } = list.recordable(callId);
          await recordings.start(call, callIds);
        } else await recordings.stop(callId);
        return { revision: list.revision };
      },
      'calls.showRecording': ({ recordingId }) => {
        recordings.show(recordingId);
        return null;
      },
      'media.recorded': async ({ recordingId, base64, last }) => {
        await recordings.piece(recordingId, base64, last);
        return null;
      },
      'media.leg': ({ callId, state, detail }) => {
        legs.windowLeg(callId, state, detail);
        return null;
      },
    };
  }

  /** A window took the lease, maybe the same one after a reload: it knows neither what is mixed nor what is recorded. */
  windowChanged(): void {
    this.#list.windowChanged();
    void this.#recordings.windowChanged();
  }

  start(): Promise<void> {
    this.#history.start();
    this.#list.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#list.stop();
    await this.#recordings.end();
  }
}
