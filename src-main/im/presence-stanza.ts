import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import type { Presence, PresenceState } from '../../src-shared/model/presence.ts';
import { namespaces } from './namespaces.ts';

/*
 * Six states of people over the four values of <show/> (RFC 6121 section 4.7.2.1).
 *
 *   available   no <show/>
 *   away        away                       read also: xa
 *   dnd         dnd
 *   busy        dnd   + <state>busy</state>
 *   onphone     dnd   + <state>onphone</state>, status "On the phone" unless the person wrote a text
 *
 * The RFC defines dnd as "the entity or resource is busy (dnd = Do Not Disturb)", so a client that knows nothing but
 * the RFC shows busy and on-the-phone people as busy, which is true; xa would make them "away for an extended period".
 * Miranda also sends its "occupied" as dnd. For on the phone there is no agreement: Miranda and Jitsi send away with a
 * status text, and Jitsi's relatives recognise it by that text. So we read that too, and send the text in English for
 * them. What makes the three kinds of dnd distinct between Parleys is an element of our own, which others ignore
 * (RFC 6120 section 8.4).
 */

const onPhoneText = 'On the phone';
const longestText = 256;

/** A resource of a contact as it announced itself. */
export interface ResourcePresence {
  readonly presence: Presence;
  /** RFC 6121 section 4.7.2.3; negative: takes no messages. */
  readonly priority: number;
}

/** Own presence as a stanza to everybody who may see it; `offline` ends it (RFC 6121 section 4.5.2). */
export function presenceStanza(state: PresenceState, text: string): Element {
  switch (state) {
    case 'available':
      return xml('presence', null, ...status(text));
    case 'away':
      return xml('presence', null, xml('show', null, 'away'), ...status(text));
    case 'dnd':
      return xml('presence', null, xml('show', null, 'dnd'), ...status(text));
    case 'busy':
      return xml('presence', null, xml('show', null, 'dnd'), ...status(text), marker('busy'));
    case 'onphone':
      return xml('presence', null, xml('show', null, 'dnd'), ...status(text || onPhoneText), marker('onphone'));
    case 'offline':
    case 'unknown':
      return xml('presence', { type: 'unavailable' }, ...status(text));
  }
}

function status(text: string): Element[] {
  return text === '' ? [] : [xml('status', null, text)];
}

function marker(state: 'busy' | 'onphone'): Element {
  return xml('state', { xmlns: namespaces.parleyPresence }, state);
}

/** An available presence (no `type`) of somebody's resource. */
export function readPresence(stanza: Element): ResourcePresence {
  const priority = Number.parseInt(stanza.getChildText('priority') ?? '0', 10);
  const text = (stanza.getChildText('status') ?? '').trim().slice(0, longestText);
  const state = readState(stanza, text);
  const isStateWord = state === 'onphone' && text.toLowerCase() === onPhoneText.toLowerCase();
  return {
    presence: text === '' || isStateWord ? { state } : { state, text },
    priority: Number.isNaN(priority) ? 0 : Math.max(-128, Math.min(127, priority)),
  };
}

function readState(stanza: Element, text: string): PresenceState {
  const refined = stanza.getChildText('state', namespaces.parleyPresence);
  const show = stanza.getChildText('show')?.trim();
  if (show === 'dnd' && (refined === 'busy' || refined === 'onphone')) return refined;
  const saysOnPhone = text.toLowerCase().startsWith(onPhoneText.toLowerCase());
  if (show !== undefined && saysOnPhone) return 'onphone';
  switch (show) {
    case 'dnd':
      return 'dnd';
    case 'away':
    case 'xa':
      return 'away';
    default:
      return 'available';
  }
}

/**
 * One presence for a person with several resources: that of the highest priority, and among equals the one that spoke last
 * (resources are in the order in which they spoke). Resources that take no messages count only when there is no other.
 */
export function aggregatePresence(resources: Iterable<ResourcePresence>): Presence {
  let best: ResourcePresence | undefined;
  for (const resource of resources) {
    if (best === undefined || resource.priority >= best.priority) best = resource;
  }
  return best?.presence ?? { state: 'offline' };
}
