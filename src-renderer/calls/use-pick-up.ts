import { useTopic } from '../bridge/client-context.tsx';
import { plainText } from '../settings/list-text.ts';
import { useSetting } from '../settings/use-setting.ts';
import { useCallActions } from './use-call-actions.ts';

/** Takes the call that rings at this contact; undefined while none rings there, or there is no way to take it. */
export function usePickUp(jid: string | undefined): (() => void) | undefined {
  const line = useTopic('lineStates')?.lines.find((one) => one.jid === jid);
  const code = plainText(useSetting('calls.pickUpCode').state?.value ?? '');
  const directly = useSetting('calls.pickUpDirectly').state?.value === true;
  const { pickUp } = useCallActions();
  if (jid === undefined || line?.state !== 'ringing') return undefined;
  if (code === '' && !(directly && line.canTake === true)) return undefined;
  return () => {
    void pickUp({ jid });
  };
}
