import { createHmac } from 'node:crypto';
import { headerKey, headerValue, tagOf, topBranch } from '../sip-message.ts';
import type { SipHeader, SipMessage } from '../sip-message.ts';

/** Reason phrases of the answers that are made here (RFC 3261 section 21 and the RFCs of the extensions). */
const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  405: 'Method Not Allowed',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  422: 'Session Interval Too Small',
  481: 'Call/Transaction Does Not Exist',
  483: 'Too Many Hops',
  487: 'Request Terminated',
  489: 'Bad Event',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  504: 'Server Time-out',
  505: 'Version Not Supported',
};

/**
 * An answer without a transaction of its own (RFC 3261 section 8.2.6 and 8.2.7): the same request gets the same answer,
 * tag included. `phrase` takes the place of the usual one.
 */
export function answerTo(
  request: SipMessage,
  status: number,
  tagSecret: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  phrase = phrases[status] ?? 'Error',
): SipMessage {
  const copied = request.headers.filter((header) =>
    ['via', 'from', 'to', 'call-id', 'cseq', 'timestamp'].includes(headerKey(header.name)),
  );
  const tag = (): string =>
    createHmac('sha256', tagSecret)
      .update(`${topBranch(request)} ${headerValue(request, 'call-id') ?? ''}`)
      .digest('hex')
      .slice(0, 16);
  const tagged = copied.map((header): SipHeader =>
    headerKey(header.name) === 'to' && tagOf(request, 'to') === ''
      ? { name: 'To', value: `${header.value};tag=${tag()}` }
      : header,
  );
  return {
    startLine: `SIP/2.0 ${status} ${phrase}`,
    headers: [
      ...tagged,
      ...Object.entries(headers).map(([name, value]) => ({ name, value })),
      { name: 'Content-Length', value: '0' },
    ],
    body: '',
  };
}
