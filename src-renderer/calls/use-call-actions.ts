import { useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { useCall } from '../bridge/client-context.tsx';
import { errorWords } from '../ui/error-words.ts';
import { useAnnounce } from '../ui/live-regions.tsx';
import { setCallProblem } from './call-problem.ts';

/** What can be asked about a call. A refusal shows in the banner and is read out. */
export interface CallActions {
  readonly place: (target: string, name?: string) => void;
  readonly answer: (callId: string) => void;
  readonly decline: (callId: string) => void;
  readonly hangUp: (callId: string) => void;
  readonly mute: (callId: string, muted: boolean) => void;
  /** Resolves when the digits are sent, or to false when they were refused. */
  readonly dtmf: (callId: string, digits: string) => Promise<boolean>;
  /** Ends one call, then answers another: without hold, two conversations at once serve nobody. */
  readonly endAndAnswer: (endedId: string, answeredId: string) => void;
}

export function useCallActions(): CallActions {
  const call = useCall();
  const announce = useAnnounce();
  const { t } = useLingui();
  return useMemo(() => {
    const attempt = async (request: () => Promise<unknown>): Promise<boolean> => {
      try {
        await request();
        setCallProblem(undefined);
        return true;
      } catch (error) {
        const words = errorWords(error, t);
        setCallProblem(words);
        announce(words, 'assertive');
        return false;
      }
    };
    return {
      place: (target, name) =>
        void attempt(() => call('calls.place', name === undefined ? { target } : { target, name })),
      answer: (callId) => void attempt(() => call('calls.answer', { callId })),
      decline: (callId) => void attempt(() => call('calls.decline', { callId })),
      hangUp: (callId) => void attempt(() => call('calls.hangUp', { callId })),
      mute: (callId, muted) => void attempt(() => call('calls.mute', { callId, muted })),
      dtmf: (callId, digits) => attempt(() => call('calls.dtmf', { callId, digits })),
      endAndAnswer: (endedId, answeredId) =>
        void attempt(async () => {
          await call('calls.hangUp', { callId: endedId });
          await call('calls.answer', { callId: answeredId });
        }),
    };
  }, [call, announce, t]);
}
