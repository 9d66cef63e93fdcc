export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

const address = /\bhttps?:\/\/[^\s<>"]+/gi;
/** Punctuation that ends a sentence rather than an address. */
const trailing = /[.,;:!?)\]}'"]+$/;

/** Cuts a message into plain text and web addresses; only http and https become links. */
export function textParts(body: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of body.matchAll(address)) {
    const text = match[0].replace(trailing, '');
    if (!URL.canParse(text)) continue;
    if (match.index > at) parts.push({ kind: 'text', text: body.slice(at, match.index) });
    parts.push({ kind: 'link', text, href: text });
    at = match.index + text.length;
  }
  if (at < body.length) parts.push({ kind: 'text', text: body.slice(at) });
  return parts;
}
