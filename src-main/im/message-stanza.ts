import { createHash } from 'node:crypto';
import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import type { AppError } from '../../src-shared/errors.ts';
import { bareAddress, domainOf, resourceOf } from './addresses.ts';
import { namespaces } from './namespaces.ts';
import { stanzaError } from './stanza-error.ts';

/** A chat message as it came in, whichever way it took. */
export interface InboundMessage {
  /** Bare JID of the other person. */
  readonly peer: string;
  readonly direction: 'in' | 'out';
  readonly body: string;
  /** UTC milliseconds; undefined: now. */
  readonly stampMs: number | undefined;
  /** Id in our account's archive (XEP-0359, XEP-0313). */
  readonly archiveId: string | undefined;
  /** What makes it the same message when it comes again; unique per peer and direction. */
  readonly originKey: string | undefined;
  /** `live`: sent to us now; `copy`: a carbon of another client of ours; `archive`: from the server's archive. */
  readonly source: 'live' | 'copy' | 'archive';
  /** Whom to tell that it arrived (XEP-0184), and the id that they gave it. */
  readonly receiptTo: { readonly jid: string; readonly id: string } | undefined;
}

export type ParsedMessage =
  | { readonly kind: 'chat'; readonly message: InboundMessage }
  | { readonly kind: 'typing'; readonly peer: string; readonly typing: boolean }
  /** A message of ours came back. */
  | { readonly kind: 'refused'; readonly peer: string; readonly id: string; readonly error: AppError }
  | { readonly kind: 'none' };

export interface MessageContext {
  /** Our bare JID. */
  readonly own: string;
  /** The server removes forged stanza ids of our account (XEP-0359 section 5), as it says in its features. */
  readonly trustsStanzaIds: boolean;
  /** `queryid` of the archive query under way. */
  readonly archiveQuery: string | undefined;
}

const nothing: ParsedMessage = { kind: 'none' };

/** Reads a message stanza: what it is for us, after every check of who may say so. */
export function parseMessage(stanza: Element, context: MessageContext): ParsedMessage {
  const from = stanza.attrs['from'];
  // Only our own account may speak about messages of others (XEP-0280 section 11, CVE-2017-5589; XEP-0313 section 10).
  if (from === undefined || from === context.own) {
    const wrapped = parseWrapped(stanza, context);
    if (wrapped !== undefined) return wrapped;
  }
  const peer = bareAddress(from);
  if (from === undefined || peer === undefined) return nothing;
  const type = stanza.attrs['type'];
  if (type === 'error') {
    const id = stanza.attrs['id'];
    return id === undefined ? nothing : { kind: 'refused', peer, id, error: stanzaError(stanza) };
  }
  if (type === 'groupchat' || type === 'headline') return nothing;
  const delay = trustedDelay(stanza, context.own);
  const body = stanza.getChildText('body');
  if (body === null || body === '') {
    const typing = chatState(stanza);
    return typing === undefined || delay !== undefined ? nothing : { kind: 'typing', peer, typing };
  }
  const archiveId = context.trustsStanzaIds ? ownStanzaId(stanza, context.own) : undefined;
  const id = stanza.attrs['id'];
  const wantsReceipt = stanza.getChild('request', namespaces.receipts) !== undefined;
  return {
    kind: 'chat',
    message: {
      peer,
      direction: 'in',
      body,
      stampMs: readStamp(delay),
      archiveId,
      originKey: incomingKey(stanza, from, body, archiveId),
      source: 'live',
      receiptTo: wantsReceipt && id !== undefined ? { jid: from, id } : undefined,
    },
  };
}

/** Carbons and results of an archive query: messages within messages (XEP-0297). */
function parseWrapped(stanza: Element, context: MessageContext): ParsedMessage | undefined {
  const result = stanza.getChild('result', namespaces.archive);
  if (result !== undefined) {
    const isOurs = context.archiveQuery !== undefined && result.attrs['queryid'] === context.archiveQuery;
    return isOurs ? parseForwarded(result, 'archive', result.attrs['id'], context) : nothing;
  }
  for (const name of ['sent', 'received'] as const) {
    const carbon = stanza.getChild(name, namespaces.carbons);
    if (carbon !== undefined) return parseForwarded(carbon, 'copy', undefined, context);
  }
  return undefined;
}

function parseForwarded(
  wrapper: Element,
  source: 'copy' | 'archive',
  archiveId: string | undefined,
  context: MessageContext,
): ParsedMessage {
  const forwarded = wrapper.getChild('forwarded', namespaces.forward);
  const inner = forwarded?.getChild('message');
  const type = inner?.attrs['type'];
  if (inner === undefined || type === 'groupchat' || type === 'headline' || type === 'error') return nothing;
  const from = inner.attrs['from'] ?? context.own;
  const sender = bareAddress(from);
  const direction = sender === context.own ? 'out' : 'in';
  const peer = direction === 'out' ? bareAddress(inner.attrs['to']) : sender;
  const body = inner.getChildText('body');
  if (peer === undefined || body === null || body === '') return nothing;
  const id = archiveId ?? (context.trustsStanzaIds ? ownStanzaId(inner, context.own) : undefined);
  return {
    kind: 'chat',
    message: {
      peer,
      direction,
      body,
      stampMs: readStamp(forwarded?.getChild('delay', namespaces.delay)),
      archiveId: id,
      originKey: direction === 'out' ? outgoingKey(inner) : incomingKey(inner, from, body, id),
      source,
      receiptTo: undefined,
    },
  };
}

function ownStanzaId(stanza: Element, own: string): string | undefined {
  const mine = stanza.getChildren('stanza-id', namespaces.stanzaIds).find((child) => child.attrs['by'] === own);
  return shorten(mine?.attrs['id']);
}

/**
 * Messages of a sender who gives an origin-id are told apart by it. Without one the id attribute has to do, but some
 * clients count from 1 after each start: so it counts only together with the sender's resource and the text, and only
 * where the archive's own id is missing.
 */
function incomingKey(stanza: Element, from: string, body: string, archiveId: string | undefined): string | undefined {
  const origin = stanza.getChild('origin-id', namespaces.stanzaIds)?.attrs['id'];
  if (origin !== undefined && origin !== '') return `o:${shorten(origin)}`;
  const id = stanza.attrs['id'];
  if (archiveId !== undefined || id === undefined || id === '') return undefined;
  return `i:${digest(`${resourceOf(from)}\n${id}\n${body}`)}`;
}

/** Key of a message of ours, whichever of our clients sent it. */
function outgoingKey(stanza: Element): string | undefined {
  const id = stanza.getChild('origin-id', namespaces.stanzaIds)?.attrs['id'] ?? stanza.attrs['id'];
  return id === undefined || id === '' ? undefined : outgoingKeyOf(id);
}

export function outgoingKeyOf(id: string): string {
  return `o:${shorten(id)}`;
}

/** Ids are others' to choose: a long one is kept as its digest. */
function shorten<Text extends string | undefined>(id: Text): Text | string {
  return id !== undefined && id.length > 120 ? digest(id) : id;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** XEP-0203: a time counts when our own server says it, else anybody could hide a message in the past. */
function trustedDelay(stanza: Element, own: string): Element | undefined {
  return stanza.getChildren('delay', namespaces.delay).find((delay) => {
    const from = delay.attrs['from'];
    return from === own || from === domainOf(own);
  });
}

function readStamp(delay: Element | undefined): number | undefined {
  const stampMs = Date.parse(delay?.attrs['stamp'] ?? '');
  return Number.isNaN(stampMs) ? undefined : Math.max(0, stampMs);
}

/** XEP-0085; undefined: the stanza says nothing of typing. */
function chatState(stanza: Element): boolean | undefined {
  const state = stanza.getChildElements().find((child) => child.getNS() === namespaces.chatStates);
  return state === undefined ? undefined : state.getName() === 'composing';
}

/** The sender's client speaks of chat states (XEP-0085), so it understands ours. */
export function speaksOfChatStates(stanza: Element): boolean {
  return chatState(stanza) !== undefined;
}

/** Characters that XML 1.0 cannot carry at all: a server closes the stream over them. */
const unsendable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** The text as it can be sent; may be empty when nothing of it can. */
export function sendableText(text: string): string {
  return text.toWellFormed().replace(unsendable, '').replace(/\r\n?/g, '\n');
}

/** Our own message. The id is also its origin-id, by which we know it again in the archive. */
export function chatStanza(peer: string, id: string, body: string): Element {
  return xml(
    'message',
    { to: peer, type: 'chat', id },
    xml('body', null, body),
    xml('origin-id', { xmlns: namespaces.stanzaIds, id }),
    xml('active', { xmlns: namespaces.chatStates }),
  );
}

/** XEP-0184: it arrived. Not kept by servers that honour hints, as nobody waits for it later. */
export function receiptStanza(to: string, id: string): Element {
  return xml(
    'message',
    { to, type: 'chat' },
    xml('received', { xmlns: namespaces.receipts, id }),
    xml('no-store', { xmlns: namespaces.hints }),
  );
}
