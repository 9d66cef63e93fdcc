import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { ringingCall } from '../../src-shared/model/calls-at-hand.ts';
import { audibleCalls } from '../../src-shared/model/quiet.ts';
import { useClientId, useTopic } from '../bridge/client-context.tsx';
import { usePartyName } from './use-party-name.ts';

/**
 * Tells of a call that rings while the person looks elsewhere, in a shell without a window of its own for that: a
 * notification of the browser, gone with the ringing. Of several windows only the one that rings does it, and none
 * while the person does not want to be disturbed.
 */
export function useRingNotification(ringing: Call | undefined): void {
  const { t } = useLingui();
  const partyName = usePartyName();
  const clientId = useClientId();
  const isHolder = useTopic('lease')?.holder === clientId;
  const wanted =
    useTopic('settings')?.settings.find(({ key }) => key === 'notifications.incomingWindow')?.value === true;
  const chosen = useTopic('ownPresence')?.chosen;
  const isAudible = ringing !== undefined && ringingCall(audibleCalls([ringing], chosen)) !== undefined;
  const id = isAudible ? ringing.id : undefined;
  const name = ringing === undefined ? '' : partyName(ringing);
  const title = t`${name} is calling`;
  const body = t`Click to open Parley`;
  useEffect(() => {
    if (id === undefined || !wanted || !isHolder || window.parley !== undefined || document.hasFocus())
      return undefined;
    if (!('Notification' in window) || Notification.permission !== 'granted') return undefined;
    const notification = new Notification(title, { body, tag: 'incoming-call', requireInteraction: true });
    notification.addEventListener('click', () => {
      window.focus();
      notification.close();
    });
    return () => {
      notification.close();
    };
  }, [id, title, body, wanted, isHolder]);
}
