import { navigate, parseRoute, sections } from './route.ts';
import type { ShellCommands } from './shell-commands.ts';

/** Where a link, a notification or a second start leads. */
export type Target =
  | { readonly kind: 'route'; readonly hash: string }
  | { readonly kind: 'dial'; readonly number: string }
  | { readonly kind: 'chat'; readonly jid: string };

/**
 * Reads a target: `tel:` (RFC 3966), `sip:` and `sips:` (RFC 3261 section 19.1), `xmpp:` (RFC 5122),
 * or a place in the window such as `chats/alice@example.com`. Undefined for anything else.
 */
export function parseTarget(target: string): Target | undefined {
  const scheme = /^([a-z]+):(?:\/\/)?(.*)$/i.exec(target);
  if (scheme === null) {
    const section = target.replace(/^#?\/?/, '').split('/')[0];
    return sections.some((name) => name === section) ? { kind: 'route', hash: target } : undefined;
  }
  const rest = decode(scheme[2] ?? '');
  switch (scheme[1]?.toLowerCase()) {
    case 'tel':
      // Parameters such as ;ext= and ;phone-context= are not dialled.
      return { kind: 'dial', number: rest.split(';')[0] ?? '' };
    case 'sip':
    case 'sips':
      return { kind: 'dial', number: rest.split(/[;?]/)[0] ?? '' };
    case 'xmpp':
      return { kind: 'chat', jid: (rest.split('?')[0] ?? '').split('/')[0]?.toLowerCase() ?? '' };
    default:
      return undefined;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Goes there. A number is put into the search box, not dialled: a link must not place a call by itself. */
export function openTarget(text: string, commands: ShellCommands): void {
  const target = parseTarget(text);
  if (target === undefined) return;
  switch (target.kind) {
    case 'dial':
      commands.search(target.number);
      return;
    case 'chat':
      navigate({ section: 'chats', item: target.jid });
      return;
    case 'route':
      navigate(parseRoute(target.hash));
  }
}
