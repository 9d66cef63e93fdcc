import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import { namespaces } from './namespaces.ts';

const features = [
  namespaces.discoInfo,
  namespaces.ping,
  namespaces.receipts,
  namespaces.chatStates,
  namespaces.stanzaIds,
] as const;

/**
 * Answers what others ask of us (RFC 6120 section 8.4: every `get` and `set` is answered).
 * @param isTaken a roster push that was accepted
 * @returns undefined for an answer to one of our own
 */
export function answerIq(iq: Element, isTaken: boolean): Element | undefined {
  const type = iq.attrs['type'];
  if (type !== 'get' && type !== 'set') return undefined;
  const address = { id: iq.attrs['id'], to: iq.attrs['from'] };
  if (isTaken) return xml('iq', { ...address, type: 'result' });
  if (type === 'get' && iq.getChild('ping', namespaces.ping) !== undefined)
    return xml('iq', { ...address, type: 'result' });
  if (type === 'get' && iq.getChild('query', namespaces.discoInfo) !== undefined) {
    const identity = xml('identity', { category: 'client', type: 'pc', name: 'Parley' });
    const query = xml(
      'query',
      { xmlns: namespaces.discoInfo, node: iq.getChild('query')?.attrs['node'] },
      identity,
      ...features.map((feature) => xml('feature', { var: feature })),
    );
    return xml('iq', { ...address, type: 'result' }, query);
  }
  const condition = xml('service-unavailable', { xmlns: namespaces.stanzaErrors });
  return xml('iq', { ...address, type: 'error' }, xml('error', { type: 'cancel' }, condition));
}
