/**
 * Takes a header apart that may hold several values behind commas (RFC 3261 section 7.3.1); commas in quotes and in
 * angle brackets separate nothing.
 */
export function splitHeaderList(value: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  let isQuoted = false;
  let isBracketed = false;
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (isQuoted && char === '\\') {
      part += value.slice(at, at + 2);
      at += 1;
      continue;
    }
    if (char === '"' && !isBracketed) isQuoted = !isQuoted;
    else if (char === '<' && !isQuoted) isBracketed = true;
    else if (char === '>' && !isQuoted) isBracketed = false;
    else if (char === ',' && !isQuoted && !isBracketed) {
      parts.push(part.trim());
      part = '';
      continue;
    }
    part += char;
  }
  parts.push(part.trim());
  return parts.filter((text) => text !== '');
}

/** Parameters behind the address of a name-addr (`;q=0.5;reason=no-answer`), lower-case names, quotes taken off. */
export function addressParameters(value: string): ReadonlyMap<string, string> {
  const end = value.lastIndexOf('>');
  const rest = end >= 0 ? value.slice(end + 1) : value.slice(Math.max(0, value.indexOf(';')));
  const found = new Map<string, string>();
  for (const match of rest.matchAll(/;[ \t]*([^=;\s]+)[ \t]*(?:=[ \t]*("(?:[^"\\]|\\.)*"|[^;\s]*))?/g)) {
    const [, name = '', text = ''] = match;
    found.set(name.toLowerCase(), text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);
  }
  return found;
}

/** The URI of a name-addr or addr-spec (RFC 3261 section 20.10), headers and brackets off. */
export function addressUri(value: string): string {
  const bracketed = /<([^>]*)>/.exec(value.replace(/"(\\.|[^"\\])*"/g, ''))?.[1];
  return (bracketed ?? value.split(';')[0] ?? '').trim();
}

/**
 * An address without brackets (`sip:a@b;tag=1`, an addr-spec) with them: the parameters are those of the header (RFC 3261
 * section 20). Others stay as they are.
 */
export function bracketed(value: string): string {
  if (value.includes('<')) return value;
  const [address = '', ...parameters] = value.split(';');
  return [`<${address.trim()}>`, ...parameters].join(';');
}
