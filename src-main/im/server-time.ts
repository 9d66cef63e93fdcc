import { xml } from '@xmpp/client';
import { namespaces } from './namespaces.ts';
import type { XmppSession } from './xmpp-session.ts';

/** A server that tells whole seconds (XEP-0082) means any moment of that second; the last is what nothing came after. */
const restOfSecondMs = 999;

/** What the clock of the chat server says (XEP-0202), UTC milliseconds. Rejects when it does not tell. */
export async function serverTime(session: Pick<XmppSession, 'iq'>, domain: string): Promise<number> {
  const answer = await session.iq('get', xml('time', { xmlns: namespaces.time }), domain);
  const utc = answer.getChild('time', namespaces.time)?.getChildText('utc') ?? '';
  const timeMs = Date.parse(utc);
  if (Number.isNaN(timeMs)) throw new Error(`the server tells no time: "${utc.slice(0, 40)}"`);
  return utc.includes('.') ? timeMs : timeMs + restOfSecondMs;
}
