import type { MainHandlers } from '../../src-shared/contract/contract.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import type { Service } from '../core/service.ts';
import type { CallHistory } from '../history/history.ts';
import type { CallList } from './call-list.ts';

/** What hears the window about the legs of calls. */
export interface WindowLegs {
  windowLeg(callId: string, state: MediaLegState, detail: string): void;
}

type Handled =
  | 'calls.place'
  | 'calls.answer'
  | 'calls.decline'
  | 'calls.hangUp'
  | 'calls.mute'
  | 'calls.dtmf'
  | 'history.markSeen'
  | 'history.clear'
  | 'media.leg';

/** The contract's side of calls and history. */
export class CallsService implements Service {
  readonly name = 'calls';
  readonly handlers: Pick<MainHandlers, Handled>;
  readonly #list: CallList;
  readonly #history: CallHistory;

  constructor(list: CallList, history: CallHistory, legs: WindowLegs) {
    this.#list = list;
    this.#history = history;
    this.handlers = {
      'calls.place': ({ target, name }) => list.place(target, name),
      'calls.answer': async ({ callId }) => ({ revision: await list.answer(callId) }),
      'calls.decline': async ({ callId }) => ({ revision: await list.decline(callId) }),
      'calls.hangUp': async ({ callId }) => ({ revision: await list.hangUp(callId) }),
      'calls.mute': async ({ callId, muted }) => ({ revision: await list.mute(callId, muted) }),
      'calls.dtmf': async ({ callId, digits }) => ({ revision: await list.dtmf(callId, digits) }),
      'history.markSeen': () => ({ revision: history.markSeen() }),
      'history.clear': ({ tab }) => ({ revision: history.clear(tab) }),
      'media.leg': ({ callId, state, detail }) => {
        legs.windowLeg(callId, state, detail);
        return null;
      },
    };
  }

  start(): Promise<void> {
    this.#history.start();
    this.#list.start();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#list.stop();
    return Promise.resolve();
  }
}
