import { useEffect, useEffectEvent, useState } from 'react';
import { useCall, useEvent, useTopic } from '../bridge/client-context.tsx';
import type { DialRequest } from '../calls/dial-prompt.tsx';
import { usePlaceCall } from '../calls/use-place-call.ts';
import { openTarget } from './targets.ts';

/** Links and second starts: goes where they lead, and holds the number that is to be confirmed. */
export interface Targets {
  readonly dialRequest: DialRequest | undefined;
  readonly closeDialRequest: () => void;
  readonly open: (target: string) => void;
}

export function useTargets(): Targets {
  const call = useCall();
  const placeCall = usePlaceCall();
  const [dialRequest, setDialRequest] = useState<DialRequest>();
  const callBacks = useTopic('calls')?.callBacks ?? [];
  const callsAtOnce =
    useTopic('settings')?.settings.some(({ key, value }) => key === 'calls.links' && value === 'call') === true;

  const dial = async (request: DialRequest): Promise<void> => {
    if (callsAtOnce && request.extension === undefined) {
      const { dial: number, isEmergency } = await call('people.dialable', { text: request.number });
      if (number !== null && !isEmergency) {
        placeCall(number);
        return;
      }
    }
    setDialRequest(request);
  };
  const ask = (request: DialRequest): void => {
    dial(request).catch(() => {
      setDialRequest(request);
    });
  };
  const open = (target: string): void => {
    openTarget(target, ask, (number) => {
      // Called without a question only while the person waits for it.
      const waitedFor = callBacks.find((one) => one.target === number);
      if (waitedFor === undefined) ask({ number });
      else placeCall(number, waitedFor.name);
    });
  };
  const take = (): void => {
    void call('app.takeTarget', null).then(
      ({ target }) => {
        if (target !== null) open(target);
      },
      // The service is away; it keeps the target.
      () => undefined,
    );
  };
  const onMount = useEffectEvent(take);
  useEffect(() => {
    onMount();
  }, []);
  useEvent('window.open', take);
  return {
    dialRequest,
    closeDialRequest: () => {
      setDialRequest(undefined);
    },
    open,
  };
}
