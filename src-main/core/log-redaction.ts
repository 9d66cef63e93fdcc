/**
 * The one place where secrets are taken out of text before it is written or shown: log lines, the support report,
 * errors of the window. Two nets: what looks like a secret by its place (headers, fields, SASL, SDES keys), and the
 * secrets themselves, registered when a person signs in, in the forms in which protocols carry them.
 */

export const redacted = '[redacted]';

/** Shorter ones would blacken ordinary words of the log; nobody's password should be that short. */
const shortestSecret = 4;

/** Names of fields whose value never reaches a log, however it is spelt. */
const secretName =
  /pass(?:word|wd|phrase|code)|passwd|^pwd$|^pass$|secret|credential|^token$|[_-]token$|[a-z]Token$|authorization|cookie|privateKey|apiKey/i;

export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

interface Pattern {
  readonly what: string;
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** Order matters: whole headers first, then what may stand anywhere. Quantifiers are bounded: lines come from the network. */
const patterns: readonly Pattern[] = [
  {
    what: 'Authorization and Proxy-Authorization (RFC 3261 section 20.7, RFC 9110 section 11.6), folded lines too',
    pattern:
      /^([ \t]*(?:Proxy-)?Authorization[ \t]*:[ \t]*)(?:(Digest|Basic|Bearer|NTLM|Negotiate|SCRAM-[\w-]+)\b)?[^\r\n]*(?:\r?\n[ \t]+[^\r\n]+)*/gim,
    replacement: `$1$2 ${redacted}`,
  },
  { what: 'cookies', pattern: /^([ \t]*(?:Set-)?Cookie2?[ \t]*:)[^\r\n]*/gim, replacement: `$1 ${redacted}` },
  {
    what: 'Bearer and Basic credentials anywhere (RFC 6750, RFC 7617)',
    pattern: /\b(Bearer|Basic)(\s+)[A-Za-z0-9+/=._~-]{16,}/g,
    replacement: `$1$2${redacted}`,
  },
  {
    what: 'digest answers (RFC 7616)',
    pattern: /\b(response|rspauth|cnonce)(\s*=\s*)"[^"]*"/gi,
    replacement: `$1$2"${redacted}"`,
  },
  {
    what: 'SASL payloads in XMPP (RFC 6120 section 6.4), any prefix, any attributes',
    pattern:
      /(<((?:[\w-]+:)?(?:auth|response|challenge|success|initial-response|additional-data))(?:\s[^<>]*)?>)[^<]+(<\/\2\s*>)/g,
    replacement: `$1${redacted}$3`,
  },
  {
    what: 'SCRAM messages (RFC 5802): proofs and signatures',
    pattern: /\b([pv])=[A-Za-z0-9+/]{20,}={0,2}/g,
    replacement: `$1=${redacted}`,
  },
  {
    what: 'elements that hold a password (configuration files, web services)',
    pattern:
      /(<((?:[\w-]+:)?\w{0,40}(?:password|passwd|passphrase|secret|token|session-key)\w{0,40})(?:\s[^<>]*)?>)[^<]*(<\/\2\s*>)/gi,
    replacement: `$1${redacted}$3`,
  },
  { what: 'SDES keys (RFC 4568)', pattern: /(\binline:)[A-Za-z0-9+/=]+/g, replacement: `$1${redacted}` },
  { what: 'ICE passwords (RFC 8839)', pattern: /(\ba=ice-pwd:)[^\s]+/g, replacement: `$1${redacted}` },
  {
    what: 'keys pressed in a call, PINs among them: bodies of INFO (dtmf-relay, dtmf), also as a line of the log writes them',
    pattern: /(signal\s{0,8}=\s{0,8})[0-9A-D*#]{1,64}(?![a-z])/gi,
    replacement: `$1${redacted}`,
  },
  {
    what: 'a body of INFO that is the key alone',
    pattern:
      /(:[ \t]{0,8}application\/dtmf(?!-)\b[^\r\n]{0,200}(?:\r?\n[^\r\n]{1,2000}){0,40}(?:\r?\n){2})\s{0,8}[0-9A-D*#]{1,64}/gi,
    replacement: `$1${redacted}`,
  },
  {
    what: 'keys pressed in a call, as reported (KPML, RFC 4730)',
    pattern: /(\bdigits\s{0,8}=\s{0,8})(\\?["'])[0-9A-D*#]{1,64}\2/gi,
    replacement: `$1$2${redacted}$2`,
  },
  {
    what: 'IMAP LOGIN and AUTHENTICATE (RFC 9051 section 6.2)',
    pattern: /\b(LOGIN[ \t]+(?:"(?:[^"\\]|\\.)*"|[^\s"]+)[ \t]+)(?:"(?:[^"\\]|\\.)*"|[^\s"]+)/g,
    replacement: `$1${redacted}`,
  },
  {
    what: 'IMAP and SMTP AUTHENTICATE with an initial response',
    pattern: /\b(AUTH(?:ENTICATE)?[ \t]+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|SCRAM-[\w-]+)[ \t]+)[A-Za-z0-9+/=]+/gi,
    replacement: `$1${redacted}`,
  },
  {
    what: 'passwords in addresses',
    pattern: /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{1,256}:)[^\s@/]{1,256}(@)/gi,
    replacement: `$1${redacted}$2`,
  },
  {
    what: 'name and value in JSON',
    pattern:
      /("[^"]{0,60}(?:password|passwd|passphrase|secret|token|credential|authorization|cookie)[^"]{0,60}"\s{0,8}:\s*)"(?:[^"\\]|\\.)*"/gi,
    replacement: `$1"${redacted}"`,
  },
  {
    what: 'name and value in forms, queries, settings',
    pattern:
      /((?:password|passwd|passphrase|secret|token|\bpwd)\s{0,8}[=:]\s{0,8})(?:"[^"]*"|'[^']*'|[^\s&;,"'<>[\]{}]+)/gi,
    replacement: `$1${redacted}`,
  },
  { what: 'JSON web tokens (RFC 7519)', pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, replacement: redacted },
  {
    what: 'private keys (RFC 7468)',
    pattern: /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g,
    replacement: `-----BEGIN $1----- ${redacted}`,
  },
];

/** Takes secrets out of text. One per process, made by app.ts and shared by everything that writes text. */
export class Redactor {
  /** Longest first: a secret that contains another is taken out whole. */
  #secrets: readonly string[] = [];

  /** From now on this value is taken out of everything, plain and as base64, URL, XML and JSON carry it. */
  registerSecret(value: string): void {
    if (value.length < shortestSecret) return;
    const forms = new Set([...this.#secrets, ...formsOf(value)]);
    this.#secrets = [...forms].sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) if (clean.includes(secret)) clean = clean.replaceAll(secret, redacted);
    for (const { pattern, replacement } of patterns) clean = clean.replace(pattern, replacement);
    return clean;
  }
}

function formsOf(value: string): string[] {
  const xml = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
  return [
    value,
    xml,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    value.replaceAll(/["\\]/g, '\\$&'),
    Buffer.from(value, 'utf8').toString('hex'),
    ...base64Forms(value),
  ].filter((form) => form.length >= shortestSecret);
}

/**
 * Within base64 of a longer text (SASL PLAIN, Basic) a value shows in one of three alignments; the characters
 * at both ends depend on its neighbours and are left out.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const inside = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const firstOwn = Math.ceil((offset * 8) / 6);
    const wholeCharacters = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(firstOwn, wholeCharacters);
  });
  // Short pieces would hit ordinary text.
  return [bytes.toString('base64'), ...inside].filter((form) => form.length >= 6);
}
