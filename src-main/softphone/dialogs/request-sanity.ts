import { Grammar } from 'sip.js';
import { addressUri, bracketed } from '../header-list.ts';
import {
  headerTokens,
  headerValue,
  headerValues,
  isResponse,
  methodOf,
  sequenceOf,
  tagOf,
  topBranch,
} from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/** Extensions that a request may require of us (RFC 3261 section 8.2.2.3). */
const knownExtensions = [
  '100rel',
  'timer',
  'replaces',
  'norefersub',
  'path',
  'outbound',
  'histinfo',
  'from-change',
  'eventlist',
];

/** What is wrong with a request, and how that is answered. `drop`: it is an answer or ACK, or nobody could be answered. */
export type Fault =
  'drop' | { readonly status: number; readonly phrase?: string; readonly headers?: Readonly<Record<string, string>> };

/**
 * Checks what SIP.js throws at, or lets through (RFC 3261 sections 8.1.1, 8.2 and 16.3): every request that cannot be
 * understood is answered, so that the far end does not repeat it for half a minute. Undefined: nothing is wrong.
 */
export function faultOf(message: SipMessage): Fault | undefined {
  const isAnswerable =
    /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*\w+[ \t]+[^\s;,]+/i.test(headerValue(message, 'via') ?? '') &&
    topBranch(message) !== '';
  if (isResponse(message)) return isAnswerable ? undefined : 'drop';
  const method = methodOf(message);
  if (!isAnswerable) return 'drop';
  const fault = headerFault(message) ?? (method === 'ACK' ? undefined : bodyFault(message));
  return fault !== undefined && method === 'ACK' ? 'drop' : fault;
}

function bad(phrase: string): Fault {
  return { status: 400, phrase };
}

function headerFault(message: SipMessage): Fault | undefined {
  const method = methodOf(message);
  const sequence = sequenceOf(message);
  for (const key of ['from', 'to', 'call-id', 'cseq'] as const) {
    const values = headerValues(message, key);
    if (values.length !== 1 || values[0] === '')
      return bad(values.length > 1 ? `Two ${key} headers` : `Missing ${key}`);
  }
  // RFC 3261 section 8.1.1.5: below 2^31.
  if (sequence === undefined || sequence >= 2 ** 31) return bad('Invalid CSeq');
  if (!new RegExp(`^\\d+[ \\t]+${method}$`).test(headerValue(message, 'cseq') ?? ''))
    return bad('CSeq of another method');
  for (const key of ['from', 'to'] as const) {
    if (Grammar.nameAddrHeaderParse(bracketed(headerValue(message, key) ?? '')) === undefined)
      return bad(`Invalid ${key}`);
  }
  // RFC 3261 section 12.1.1: old callers have none, and are answered; a dialog with SIP.js needs it.
  if (method === 'INVITE' && tagOf(message, 'from') === '') return bad('From without tag');
  const hops = headerValue(message, 'max-forwards');
  if (hops !== undefined && !/^\d{1,3}$/.test(hops)) return bad('Invalid Max-Forwards');
  const uri = message.startLine.split(' ')[1] ?? '';
  if (!/^sips?:|^tel:/i.test(uri)) return { status: 416 };
  if (method === 'INVITE' && tagOf(message, 'to') === '') {
    const contact = headerValue(message, 'contact');
    if (contact === undefined) return bad('Missing Contact');
    if (!/^sips?:\S+$/i.test(addressUri(contact))) return bad('Invalid Contact');
  }
  if (method === 'REFER') return referFault(message);
  if (method === 'CANCEL') return undefined;
  return requireFault(message);
}

/** RFC 3515 section 2.4.2: one Refer-To. */
function referFault(message: SipMessage): Fault | undefined {
  const [value = '', ...more] = headerValues(message, 'refer-to');
  if (value === '' || more.length > 0) return bad('Not one Refer-To');
  if (Grammar.nameAddrHeaderParse(bracketed(value)) !== undefined) return requireFault(message);
  return /^[a-z][a-z\d+.-]*:/i.test(addressUri(value)) ? { status: 416 } : bad('Invalid Refer-To');
}

function requireFault(message: SipMessage): Fault | undefined {
  const unknown = headerTokens(message, 'require').filter((token) => !knownExtensions.includes(token));
  return unknown.length > 0 ? { status: 420, headers: { Unsupported: unknown.join(', ') } } : undefined;
}

function bodyFault(message: SipMessage): Fault | undefined {
  const length = headerValue(message, 'content-length');
  if (length !== undefined && !/^\d{1,9}$/.test(length)) return bad('Invalid Content-Length');
  if (length !== undefined && Number(length) > Buffer.byteLength(message.body)) return bad('Body cut off');
  // Some end a datagram with blank lines; RFC 3261 section 18.3: what goes beyond the length is no body.
  if (message.body.trim() === '' || length === '0') return undefined;
  const encoding = headerValue(message, 'content-encoding');
  if (encoding !== undefined && !/^identity$/i.test(encoding)) {
    return { status: 415, headers: { 'Accept-Encoding': 'identity' } };
  }
  const type = headerValue(message, 'content-type');
  const isOptional = /;[ \t]*handling[ \t]*=[ \t]*optional\b/i.test(headerValue(message, 'content-disposition') ?? '');
  const takesSdpOnly = ['INVITE', 'UPDATE', 'PRACK'].includes(methodOf(message));
  if (takesSdpOnly && type === undefined) return bad('Missing Content-Type');
  if (takesSdpOnly && !isOptional && !/^application\/sdp\b/i.test(type ?? '')) {
    return { status: 415, headers: { Accept: 'application/sdp' } };
  }
  return undefined;
}

/**
 * A request that does not even parse as SIP 2.0, taken apart as far as an answer needs: another version (505), or lines
 * that are no headers (400). Undefined when nobody can be answered.
 */
export function unparsedFault(text: string): { readonly request: SipMessage; readonly fault: Fault } | undefined {
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = (end < 0 ? text : text.slice(0, end)).split('\r\n');
  const line = /^([A-Z]{1,20}) (\S{1,1000}) SIP\/(\d{1,3}\.\d{1,3})$/.exec(start);
  if (line === null || line[1] === 'ACK') return undefined;
  const headers = lines.flatMap((header) => {
    const match = /^([A-Za-z][A-Za-z-]{0,40})[ \t]*:[ \t]*(.*)$/.exec(header);
    return match?.[1] === undefined || match[2] === undefined ? [] : [{ name: match[1], value: match[2].trim() }];
  });
  const request: SipMessage = { startLine: `${line[1] ?? ''} ${line[2] ?? ''} SIP/2.0`, headers, body: '' };
  const isAnswerable = ['via', 'from', 'to', 'call-id', 'cseq'].every(
    (key) => (headerValue(request, key) ?? '') !== '',
  );
  if (!isAnswerable || topBranch(request) === '') return undefined;
  return { request, fault: line[3] === '2.0' ? { status: 400 } : { status: 505 } };
}
