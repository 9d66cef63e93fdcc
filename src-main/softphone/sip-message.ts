/**
 * A SIP message as text with its header fields apart, for what happens at the wire. SIP.js parses
 * messages by its grammar; this here only takes them apart far enough to mend them before that.
 */
export interface SipHeader {
  /** As written, for example `Via` or `v`. */
  readonly name: string;
  /** Unfolded (RFC 3261 section 7.3.1), without blanks around it. */
  readonly value: string;
}

export interface SipMessage {
  readonly startLine: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
}

/** RFC 3261 section 7.3.3 and the registry of IANA: the compact forms. */
const longNames: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
};

/** The same the other way round, those that requests of ours carry. */
const compactNames: ReadonlyMap<string, string> = new Map(
  Object.entries(longNames).map(([compact, long]) => [long, compact]),
);

/** Lower-case long form of a header name. */
export function headerKey(name: string): string {
  const key = name.toLowerCase();
  return longNames[key] ?? key;
}

/** RFC 3261 section 7: takes a message apart; undefined when it is none. Never throws. */
export function parseSipMessage(text: string): SipMessage | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const lines = text.slice(0, end).split('\r\n');
  const startLine = lines[0] ?? '';
  if (!/^SIP\/2\.0 [1-6]\d\d( |$)/.test(startLine) && !/^[A-Z]+ \S+ SIP\/2\.0$/.test(startLine)) return undefined;
  const headers: { name: string; value: string }[] = [];
  for (const line of lines.slice(1)) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last === undefined) return undefined;
      last.value = `${last.value} ${line.trim()}`;
      continue;
    }
    const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*:(.*)$/s.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) return undefined;
    headers.push({ name: match[1], value: match[2].trim() });
  }
  return { startLine, headers, body: text.slice(end + 4) };
}

export function formatSipMessage(message: SipMessage): string {
  const lines = message.headers.map((header) => `${header.name}: ${header.value}\r\n`).join('');
  return `${message.startLine}\r\n${lines}\r\n${message.body}`;
}

/**
 * The same message with compact header names: for one that would be too large for its transport otherwise
 * (RFC 3261 section 7.3.3).
 */
export function compactForm(message: SipMessage): SipMessage {
  const headers = message.headers.map(({ name, value }) => ({
    name: compactNames.get(headerKey(name)) ?? name,
    value,
  }));
  return { ...message, headers };
}

export function isResponse(message: SipMessage): boolean {
  return message.startLine.startsWith('SIP/2.0 ');
}

/** Status code of a response; 0 for a request. */
export function statusCode(message: SipMessage): number {
  return isResponse(message) ? Number(message.startLine.slice(8, 11)) : 0;
}

/** The method of a request, or of the request that a response answers (CSeq, RFC 3261 section 8.1.1.5). */
export function methodOf(message: SipMessage): string {
  if (!isResponse(message)) return message.startLine.slice(0, message.startLine.indexOf(' '));
  return /^\d+[ \t]+(\S+)$/.exec(headerValue(message, 'cseq') ?? '')?.[1] ?? '';
}

/** The first header of this name (long form, lower case). */
export function headerValue(message: SipMessage, key: string): string | undefined {
  return message.headers.find((header) => headerKey(header.name) === key)?.value;
}

export function headerValues(message: SipMessage, key: string): readonly string[] {
  return message.headers.filter((header) => headerKey(header.name) === key).map((header) => header.value);
}

/** Tokens of a header that is a list (`Supported`, `Require`, `Allow`), lower case. */
export function headerTokens(message: SipMessage, key: string): readonly string[] {
  return headerValues(message, key)
    .flatMap((value) => value.split(','))
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== '');
}

/** The tag of From or To (RFC 3261 section 19.3); empty without one. */
export function tagOf(message: SipMessage, key: 'from' | 'to'): string {
  // Neither a quoted name nor the address in brackets may hold the parameter.
  const rest = (headerValue(message, key) ?? '').replace(/"(\\.|[^"\\])*"/g, '').replace(/<[^>]*>/, '');
  return /;[ \t]*tag[ \t]*=[ \t]*([^;,\s]+)/i.exec(rest)?.[1] ?? '';
}

/** Number of CSeq (RFC 3261 section 20.16); undefined without a whole one. */
export function sequenceOf(message: SipMessage): number | undefined {
  const digits = /^(\d{1,10})[ \t]/.exec(headerValue(message, 'cseq') ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The SDP that a message carries; undefined when there is none. */
export function sdpOf(message: SipMessage): string | undefined {
  const isSdp = /^application\/sdp\b/i.test(headerValue(message, 'content-type') ?? '');
  return isSdp && message.body.trim() !== '' ? message.body : undefined;
}

/** The message with these headers in the place of those of the same name; undefined takes one away. */
export function withHeaders(message: SipMessage, values: Readonly<Record<string, string | undefined>>): SipMessage {
  const keys = new Set(Object.keys(values).map(headerKey));
  const added = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  const kept = message.headers.filter((header) => !keys.has(headerKey(header.name)));
  return { ...message, headers: [...kept, ...added] };
}

/** The message with another body, or none. */
export function withBody(message: SipMessage, body: string, contentType?: string): SipMessage {
  const length = String(Buffer.byteLength(body));
  return { ...withHeaders(message, { 'Content-Type': contentType, 'Content-Length': length }), body };
}

/** Branch of the topmost Via (RFC 3261 section 8.1.1.7). */
export function topBranch(message: SipMessage): string {
  return /;[ \t]*branch[ \t]*=[ \t]*([^;,\s]+)/i.exec(headerValue(message, 'via') ?? '')?.[1] ?? '';
}

/** The message with the value of these headers changed; returning undefined removes the header. */
export function mapHeaders(
  message: SipMessage,
  keys: readonly string[],
  change: (value: string, key: string) => string | undefined,
): SipMessage {
  const headers: SipHeader[] = [];
  for (const header of message.headers) {
    const key = headerKey(header.name);
    if (!keys.includes(key)) {
      headers.push(header);
      continue;
    }
    const value = change(header.value, key);
    if (value !== undefined) headers.push({ name: header.name, value });
  }
  return { ...message, headers };
}
