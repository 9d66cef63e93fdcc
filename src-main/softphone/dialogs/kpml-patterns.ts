/** One digit map of a KPML request (RFC 4730 section 4.1). */
export interface KpmlPattern {
  /** Comes back in the report. */
  readonly tag: string;
  /** True when these keys are what the map asks for. */
  readonly matches: (keys: string) => boolean;
}

/** What a KPML request asks for. */
export interface KpmlRequest {
  readonly patterns: readonly KpmlPattern[];
  /** `one-shot`: one report and it is over; the others report until the subscription ends. */
  readonly persist: 'one-shot' | 'persist' | 'single-notify';
}

/** More keys than this never make one number; what was pressed before is forgotten. */
export const mostKeys = 40;
const mostPatterns = 32;
const longestMap = 80;
/** One place of a digit map, and how often; no groups, so that matching takes no time worth speaking of. */
const place = /(\[\^?[0-9A-Dx*#-]{1,20}\]|[0-9A-D*#x.])(\{\d{1,2}(?:,\d{0,2})?\}|[?+*](?=$|[[0-9A-Dx.]))?/y;

/**
 * A digit map of the form of RFC 4730 section 4.1: `x` for any digit, `[2-9*#]` for some, `{3}` and `{1,10}` for
 * repetition, `L` for a long press (which counts as a press). Undefined for what is not of that form.
 */
export function digitMap(text: string): ((keys: string) => boolean) | undefined {
  const map = text.trim().replaceAll('L', '');
  if (map === '' || map.length > longestMap) return undefined;
  let source = '';
  for (place.lastIndex = 0; place.lastIndex < map.length;) {
    const match = place.exec(map);
    if (match === null) return undefined;
    const [, key = '', count = ''] = match;
    source += `${keyPattern(key)}${count}`;
  }
  try {
    const pattern = new RegExp(`^${source}$`);
    return (keys) => pattern.test(keys);
  } catch {
    return undefined;
  }
}

function keyPattern(key: string): string {
  if (key === 'x') return '[0-9]';
  if (key === '.') return '[0-9A-D*#]';
  if (key.startsWith('[')) return key.replaceAll('x', '0-9');
  return key === '*' ? '\\*' : key;
}

/** Reads a KPML request; undefined when it is none, or asks for what cannot be matched. Never throws. */
export function parseKpmlRequest(xml: string): KpmlRequest | undefined {
  if (!/<(\w+:)?kpml-request\b/.test(xml)) return undefined;
  const patternTag = /<(?:\w+:)?pattern\b([^>]*)>/.exec(xml)?.[1] ?? '';
  const asked = /\bpersist\s*=\s*["'](one-shot|persist|single-notify)["']/.exec(patternTag)?.[1];
  const persist = asked === 'persist' || asked === 'single-notify' ? asked : 'one-shot';
  const patterns: KpmlPattern[] = [];
  for (const [, attributes = '', text = ''] of xml.matchAll(/<(?:\w+:)?regex\b([^>]*)>([^<]*)<\/(?:\w+:)?regex>/g)) {
    const matches = digitMap(text);
    if (matches === undefined || patterns.length === mostPatterns) return undefined;
    const tag = /\btag\s*=\s*["']([^"'<>&]{0,80})["']/.exec(attributes)?.[1] ?? '';
    patterns.push({ tag, matches });
  }
  return patterns.length === 0 ? undefined : { patterns, persist };
}

/** The report of keys, or of the end of a subscription (RFC 4730 section 4.2). */
export function kpmlResponse(code: number, text: string, keys = '', tag = ''): string {
  const pressed = keys === '' ? '' : ` digits="${keys}"`;
  const named = tag === '' ? '' : ` tag="${tag}"`;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n' +
    `<kpml-response xmlns="urn:ietf:params:xml:ns:kpml-response" version="1.0" code="${code}" text="${text}"${pressed}${named}/>\r\n`
  );
}
