import { Grammar, NameAddrHeader, URI } from 'sip.js';

/** Longer ones are left to the grammar: what is matched here stays cheap whatever a server sends. */
const longestInput = 300;

const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const ipv4 = String.raw`${octet}(?:\.${octet}){3}`;
const label = String.raw`[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`;
const name = String.raw`[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`;
const domain = String.raw`(?:${name}\.(?:${label}\.){0,8})?${name}`;
const host = String.raw`${ipv4}|${domain}`;
/** Those above 64999 are left to the grammar. */
const port = String.raw`[1-5]?\d{1,4}|6[0-4]\d{3}`;
const param = String.raw`;[A-Za-z][A-Za-z0-9-]*(?:=[A-Za-z0-9.-]+)?`;

/** Of a header: as `+sip.instance="<urn:uuid:...>"` too. */
const headerParam = String.raw`;[A-Za-z+][A-Za-z0-9.-]*(?:=(?:[A-Za-z0-9.-]+|"<[A-Za-z0-9:-]+>"))?`;

const uriPattern = String.raw`(sips?):(?:([A-Za-z0-9._+-]+)@)?(${host})(?::(${port}))?((?:${param})*)`;
const plainUri = new RegExp(`^${uriPattern}$`);
const plainNameAddr = new RegExp(String.raw`^(?:"([ !#-\[\]-~]*)" ?)?<${uriPattern}>((?:${headerParam})*)$`);
const plainVia = new RegExp(
  String.raw`^SIP/2\.0/(UDP|TCP|TLS|WSS?) (?:(${ipv4})|(${domain}))(?::(${port}))?((?:${param})*)$`,
);

const methods = 'INVITE|ACK|BYE|CANCEL|OPTIONS|REGISTER|SUBSCRIBE|NOTIFY|REFER|INFO|UPDATE|PRACK';
const plainCSeq = new RegExp(String.raw`^(\d{1,9}) (${methods})$`);
const plainRequestLine = new RegExp(String.raw`^(${methods}) ${uriPattern} SIP/2\.0$`);
const plainContentType = /^application\/[a-z][a-z0-9.+-]*$/;
const plainCallId = /^[A-Za-z0-9.-]+(?:@[A-Za-z0-9.-]+)?$/;
const plainStatusLine = /^SIP\/2\.0 ([1-6]\d\d) ([A-Za-z0-9 -]+)$/;
const plainNumber = /^\d{1,6}$/;

/** Parameters that the grammar reads in a way of its own, and some others that begin like them. */
const specialInUri = /^(?:transport|user|method|ttl|maddr|lr)/;
const specialInContact = /^(?:q|expires)/;
const specialInVia = /^(?:ttl|maddr)/;
const specialInAddress = /^tag./;

type Values = Record<string, string | null>;

/** Pairs of `;name=value;name`, names in lower case; undefined where one comes twice. */
function pairs(text: string): readonly (readonly [name: string, value: string | undefined])[] | undefined {
  if (text === '') return [];
  const found = text
    .slice(1)
    .split(';')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0
        ? ([pair.toLowerCase(), undefined] as const)
        : ([pair.slice(0, at).toLowerCase(), pair.slice(at + 1)] as const);
    });
  return new Set(found.map(([name]) => name)).size === found.length ? found : undefined;
}

/** Undefined where one of them is special. */
function values(text: string, special: RegExp): Values | undefined {
  const all = pairs(text);
  if (all === undefined) return undefined;
  const found: Values = {};
  for (const [name, value] of all) {
    if (special.test(name)) return undefined;
    found[name] = value ?? null;
  }
  return found;
}

function uriParams(text: string): Values | undefined {
  const all = pairs(text);
  if (all === undefined) return undefined;
  const found: Values = {};
  for (const [name, value] of all) {
    // `lr=on`, as Kamailio writes it, is no more than `lr` (RFC 3261 section 19.1.1).
    if (name === 'lr') found[name] = null;
    else if (name === 'transport' && value !== undefined && /^(?:udp|tcp|tls|ws|wss)$/.test(value)) found[name] = value;
    else if (specialInUri.test(name)) return undefined;
    else found[name] = value ?? null;
  }
  return found;
}

function uriOf(parts: readonly (string | undefined)[]): URI | undefined {
  const [scheme, user, name = '', port, params = ''] = parts;
  const found = uriParams(params);
  if (found === undefined) return undefined;
  // SIP.js has no user where there is none; its types want one.
  return Reflect.construct(URI, [scheme, user, name, port === undefined ? undefined : Number(port), found]) as URI;
}

function nameAddr(input: string, special: RegExp, tagIsLast: boolean): NameAddrHeader | undefined {
  const match = plainNameAddr.exec(input);
  if (match === null) return undefined;
  const [, displayName, ...rest] = match as readonly (string | undefined)[];
  const uri = uriOf(rest);
  const params = values(rest[5] ?? '', special);
  if (uri === undefined || params === undefined) return undefined;
  const { tag, ...others } = params;
  // A tag without a value is none.
  if (tag === null) return undefined;
  const ordered = tagIsLast && tag !== undefined ? { ...others, tag } : params;
  return Reflect.construct(NameAddrHeader, [uri, displayName, ordered]) as NameAddrHeader;
}

function via(input: string): unknown {
  const match = plainVia.exec(input);
  if (match === null) return undefined;
  const [, transport, address, name, port, params = ''] = match as readonly (string | undefined)[];
  const found: Record<string, unknown> = { protocol: 'SIP', transport };
  const others: Record<string, string | undefined> = {};
  found['host_type'] = address === undefined ? 'domain' : 'IPv4';
  found['host'] = address ?? name;
  if (port !== undefined) found['port'] = Number(port);
  const all = pairs(params);
  if (all === undefined) return undefined;
  for (const [key, value] of all) {
    if (specialInVia.test(key)) return undefined;
    if (key === 'branch') {
      if (value === undefined) return undefined;
      found['branch'] = value;
    } else if (key === 'received') {
      if (value === undefined || !onlyIpv4.test(value)) return undefined;
      found['received'] = value;
    } else if (key === 'rport' && value !== undefined) {
      if (!plainNumber.test(value)) return undefined;
      found['rport'] = value;
    } else {
      found['params'] ??= others;
      others[key] = value;
    }
  }
  return found;
}

const onlyIpv4 = new RegExp(`^${ipv4}$`);

/** Position and offset are SIP.js's words for the end and the start of one value in its header. */
function single(input: string, parsed: NameAddrHeader | undefined): unknown {
  return parsed === undefined ? undefined : [{ position: input.length, offset: 0, parsed }];
}

/**
 * What SIP.js's grammar makes of a header in its plain form, worked out without the grammar; undefined for every other
 * form, and for what is wrong.
 */
export function readPlainHeader(input: string, rule: string): unknown {
  if (input.length > longestInput) return undefined;
  switch (rule) {
    case 'Via':
      return via(input);
    case 'Name_Addr_Header':
      return nameAddr(input, specialInAddress, false);
    case 'From':
    case 'To':
      return nameAddr(input, specialInAddress, true);
    case 'Contact':
      return single(input, nameAddr(input, specialInContact, false));
    case 'Record_Route':
      return single(input, nameAddr(input, specialInAddress, false));
    case 'SIP_URI': {
      const match = plainUri.exec(input);
      return match === null ? undefined : uriOf(match.slice(1));
    }
    case 'Content_Type':
      return plainContentType.test(input) ? input : undefined;
    case 'Call_ID':
      return plainCallId.test(input) ? input : undefined;
    case 'CSeq': {
      const [, value, method] = plainCSeq.exec(input) ?? [];
      return value === undefined ? undefined : { value: Number(value), method };
    }
    case 'Request_Response': {
      const [, asked, ...parts] = (plainRequestLine.exec(input) ?? []) as readonly (string | undefined)[];
      if (asked !== undefined) {
        const uri = uriOf(parts);
        return uri === undefined ? undefined : { method: asked, uri, sip_version: 'SIP/2.0' };
      }
      const [, status, reason] = plainStatusLine.exec(input) ?? [];
      if (status === undefined) return undefined;
      return { sip_version: 'SIP/2.0', status_code: Number(status), reason_phrase: reason };
    }
    case 'Content_Length':
    case 'Max_Forwards':
      return plainNumber.test(input) ? Number(input) : undefined;
    default:
      return undefined;
  }
}

let isInstalled = false;

/**
 * SIP.js reads every header with an interpreted grammar, which takes most of the time of a message: a call is answered
 * sooner where the plain forms, nearly all of them, go past it. Everything else is still the grammar's.
 */
export function readPlainHeadersDirectly(): void {
  if (isInstalled) return;
  isInstalled = true;
  const byGrammar: (input: string, rule: string) => unknown = Grammar.parse;
  Grammar.parse = (input, rule) => readPlainHeader(input, rule) ?? byGrammar(input, rule);
}
