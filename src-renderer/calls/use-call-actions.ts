import { useMemo } from 'react';
import { useCall } from '../bridge/client-context.tsx';
import { setCallProblem } from './call-problem.ts';
import { useShowProblem } from './use-show-problem.ts';

/** What can be asked about a call. A refusal shows in the banner and is read out. Resolves to false when refused. */
export interface CallActions {
  /** A press announces this call: it is made ready, and nobody is called. */
  readonly prepare: (target: string, name?: string) => void;
  /** Holds what is active first. */
  readonly place: (target: string, name?: string) => void;
  /** The same; resolves to whether the call is on its way. */
  readonly tryToPlace: (target: string, name?: string) => Promise<boolean>;
  /** Holds what is active first. */
  readonly answer: (callId: string) => void;
  readonly decline: (callId: string) => void;
  /** Tells the caller something by chat instead of answering. */
  readonly declineWithMessage: (callId: string, jid: string, text: string) => void;
  /** It rings on, but not here. */
  readonly ignore: (callId: string) => void;
  readonly divert: (callId: string, target: string) => Promise<boolean>;
  readonly hangUp: (callId: string) => void;
  /** Several calls at once where they are one conference. */
  readonly mute: (callIds: readonly string[], muted: boolean) => void;
  readonly dtmf: (callId: string, digits: string) => Promise<boolean>;
  readonly hold: (callId: string) => void;
  /** Holds what is active first: so calls are swapped. */
  readonly resume: (callId: string) => void;
  readonly transfer: (callId: string, target: string, name?: string) => Promise<boolean>;
  readonly consult: (callId: string, target: string, name?: string) => Promise<boolean>;
  /** Asks about this call in another one that there is already. */
  readonly consultOther: (callId: string, otherId: string) => Promise<boolean>;
  /** Back to the call that this one asks about. */
  readonly abandonConsult: (callId: string) => void;
  /** Joins this call with the one that was called about it, or with another that is named. */
  readonly completeTransfer: (callId: string, otherId?: string) => Promise<boolean>;
  readonly merge: (callIds: readonly string[]) => void;
  readonly split: (callId: string) => void;
  readonly leaveConference: (conferenceId: string) => void;
  readonly endConference: (conferenceId: string) => void;
  readonly park: (callId: string, slot?: string) => Promise<boolean>;
  readonly retrieve: (slot: string) => Promise<boolean>;
  /** Takes a call that rings at a contact or at a number, or in the own group where nobody is named. */
  readonly pickUp: (whose: { readonly jid?: string; readonly target?: string }) => Promise<boolean>;
  readonly callBack: (target: string, name?: string) => void;
  readonly cancelCallBack: (target: string) => void;
  readonly redial: () => Promise<boolean>;
  readonly record: (callId: string, on: boolean) => void;
}

export function useCallActions(): CallActions {
  const call = useCall();
  const showProblem = useShowProblem();
  return useMemo(() => {
    const attempt = async (request: () => Promise<unknown>): Promise<boolean> => {
      try {
        await request();
        setCallProblem(undefined);
        return true;
      } catch (error) {
        showProblem(error);
        return false;
      }
    };
    const named = (target: string, name: string | undefined) => (name === undefined ? { target } : { target, name });
    const tryToPlace: CallActions['tryToPlace'] = (target, name) =>
      attempt(() => call('calls.place', named(target, name)));
    return {
      // What stands in the way is said when the call is placed.
      prepare: (target, name) => void call('calls.prepare', named(target, name)).catch(() => undefined),
      place: (target, name) => void tryToPlace(target, name),
      tryToPlace,
      answer: (callId) => void attempt(() => call('calls.answer', { callId })),
      decline: (callId) => void attempt(() => call('calls.decline', { callId })),
      declineWithMessage: (callId, jid, text) =>
        void attempt(async () => {
          // In this order: what cannot be sent leaves the call to be answered.
          await call('chat.send', { peer: jid, body: text });
          await call('calls.decline', { callId });
        }),
      ignore: (callId) => void attempt(() => call('calls.ignore', { callId })),
      divert: (callId, target) => attempt(() => call('calls.divert', { callId, target })),
      hangUp: (callId) => void attempt(() => call('calls.hangUp', { callId })),
      mute: (callIds, muted) =>
        void attempt(() => Promise.all(callIds.map((callId) => call('calls.mute', { callId, muted })))),
      dtmf: (callId, digits) => attempt(() => call('calls.dtmf', { callId, digits })),
      hold: (callId) => void attempt(() => call('calls.hold', { callId })),
      resume: (callId) => void attempt(() => call('calls.resume', { callId })),
      transfer: (callId, target, name) => attempt(() => call('calls.transfer', { callId, ...named(target, name) })),
      consult: (callId, target, name) => attempt(() => call('calls.consult', { callId, ...named(target, name) })),
      consultOther: (callId, otherId) => attempt(() => call('calls.consultOther', { callId, otherId })),
      abandonConsult: (callId) => void attempt(() => call('calls.abandonConsult', { callId })),
      completeTransfer: (callId, otherId) =>
        attempt(() => call('calls.completeTransfer', otherId === undefined ? { callId } : { callId, otherId })),
      merge: (callIds) => void attempt(() => call('calls.merge', { callIds: [...callIds] })),
      split: (callId) => void attempt(() => call('calls.split', { callId })),
      leaveConference: (conferenceId) => void attempt(() => call('calls.leaveConference', { conferenceId })),
      endConference: (conferenceId) => void attempt(() => call('calls.endConference', { conferenceId })),
      park: (callId, slot) => attempt(() => call('calls.park', slot === undefined ? { callId } : { callId, slot })),
      retrieve: (slot) => attempt(() => call('calls.retrieve', { slot })),
      pickUp: (whose) => attempt(() => call('calls.pickUp', whose)),
      callBack: (target, name) => void attempt(() => call('calls.callBack', named(target, name))),
      cancelCallBack: (target) => void attempt(() => call('calls.cancelCallBack', { target })),
      redial: () => attempt(() => call('calls.redial', null)),
      record: (callId, on) => void attempt(() => call('calls.record', { callId, on })),
    };
  }, [call, showProblem]);
}
