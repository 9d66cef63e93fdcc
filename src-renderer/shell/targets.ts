import { parseLink } from '../../src-shared/text/link.ts';
import type { DialRequest } from '../calls/dial-prompt.tsx';
import { draftOf, keepDraft } from '../chat/drafts.ts';
import { focusRequest } from './focus-detail.ts';
import { navigate, parseRoute, sections } from './route.ts';

/** Where a link, a notification or a second start leads. */
export type Target =
  | { readonly kind: 'route'; readonly hash: string }
  /** Somebody who was waited for is free. */
  | { readonly kind: 'callBack'; readonly target: string }
  /** Somebody who asked to see our presence. */
  | { readonly kind: 'contactRequest'; readonly jid: string }
  | { readonly kind: 'dial'; readonly request: DialRequest }
  | { readonly kind: 'chat'; readonly jid: string; readonly body?: string }
  | { readonly kind: 'add'; readonly jid: string; readonly name?: string; readonly group?: string };

const callBackPrefix = 'call-back/';
const contactRequestPrefix = 'contact-request/';

/** Reads a target: a link (see parseLink), or a place in the window such as `chats/alice@example.com`. Undefined for anything else. */
export function parseTarget(target: string): Target | undefined {
  const link = parseLink(target);
  switch (link?.kind) {
    case 'phone':
      return {
        kind: 'dial',
        request: { number: link.number, ...(link.extension === undefined ? {} : { extension: link.extension }) },
      };
    case 'address':
      return { kind: 'dial', request: { number: link.uri.replace(/^sip:(?=[^;]*$)/, '') } };
    case 'chat': {
      const { action, jid, kind: _kind, ...more } = link;
      return action === 'add' ? { kind: 'add', jid, ...more } : { kind: 'chat', jid, ...more };
    }
    case undefined: {
      const whom = afterPrefix(target, callBackPrefix);
      if (whom !== undefined) return whom === '' ? undefined : { kind: 'callBack', target: whom };
      const jid = afterPrefix(target, contactRequestPrefix);
      if (jid !== undefined) return jid === '' ? undefined : { kind: 'contactRequest', jid };
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
      const section = target.replace(/^#?\/?/, '').split('/')[0];
      return sections.some((name) => name === section) ? { kind: 'route', hash: target } : undefined;
    }
  }
}

/** What stands after the prefix; empty when it was cut or mangled on its way, undefined without the prefix. */
function afterPrefix(target: string, prefix: string): string | undefined {
  if (!target.startsWith(prefix)) return undefined;
  try {
    return decodeURIComponent(target.slice(prefix.length));
  } catch {
    return '';
  }
}

/**
 * Goes there. Numbers are given to `dial`, which asks before it calls, and people who were waited for to `callBack`; text
 * of a link is a draft, never sent by itself.
 */
export function openTarget(
  text: string,
  dial: (request: DialRequest) => void,
  callBack: (target: string) => void,
): void {
  const target = parseTarget(text);
  if (target === undefined) return;
  switch (target.kind) {
    case 'callBack':
      callBack(target.target);
      return;
    case 'contactRequest':
      navigate({ section: 'contacts' });
      focusRequest(target.jid);
      return;
    case 'dial':
      dial(target.request);
      return;
    case 'chat':
      // What the person has written already is worth more than what a link proposes.
      if (target.body !== undefined && draftOf(target.jid) === '') keepDraft(target.jid, target.body);
      navigate({ section: 'chats', item: target.jid });
      return;
    case 'add': {
      const { jid, name = '', group = '' } = target;
      const more = name === '' && group === '' ? '' : `?${new URLSearchParams({ name, group }).toString()}`;
      navigate({ section: 'contacts', item: `add:${jid}${more}` });
      return;
    }
    case 'route':
      navigate(parseRoute(target.hash));
  }
}
