import { useTopic } from '../bridge/client-context.tsx';

/**
 * New messages that the phone server tells of (RFC 3842), where there is no box to look into. One where the server says
 * only that there are some. Undefined where there is a box, or where the server tells nothing.
 */
export function useWaitingMessages(): number | undefined {
  const box = useTopic('voicemail');
  const messages = useTopic('lineStates')?.messages;
  if (messages === undefined || box?.state !== 'notConfigured') return undefined;
  return messages.newCount ?? (messages.waiting ? 1 : 0);
}
