import { SessionState } from 'sip.js';
import type { Invitation, Inviter } from 'sip.js';

/** The dialog that an INVITE takes the place of (RFC 3891 section 6.1). The tags are as the one who reads it has them. */
export interface Replaces {
  readonly callId: string;
  /** Our tag. */
  readonly toTag: string;
  /** The tag of the far end. */
  readonly fromTag: string;
  /** Only a call that was not answered yet is to be replaced. */
  readonly earlyOnly: boolean;
}

/** The value of a Replaces header; undefined when it is none. */
export function parseReplaces(value: string): Replaces | undefined {
  const [callId = '', ...parameters] = value.split(';').map((part) => part.trim());
  const valueOf = (name: string): string =>
    parameters.find((parameter) => parameter.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const toTag = valueOf('to-tag');
  const fromTag = valueOf('from-tag');
  if (callId === '' || toTag === '' || fromTag === '' || value.includes(',')) return undefined;
  return { callId, toTag, fromTag, earlyOnly: parameters.some((parameter) => /^early-only$/i.test(parameter)) };
}

/**
 * The Replaces header that makes somebody else take the place of us in this call: for them, the tag of the far end is
 * the one of To. Undefined while there is no dialog.
 */
export function replacesOf(session: Inviter | Invitation): string | undefined {
  const { dialog } = session;
  if (dialog === undefined) return undefined;
  return `${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`;
}

/** Whether and how this session has the dialog that Replaces names. */
export function replacedCall(session: Inviter | Invitation, replaces: Replaces): ReplacedCall {
  const { callId, toTag, fromTag } = replaces;
  if (session.request.callId !== callId) return 'unknown';
  if (!session.userAgent.userAgentCore.dialogs.has(callId + toTag + fromTag)) return 'unknown';
  if (session.state === SessionState.Established) return 'established';
  return 'cancel' in session ? 'calling' : 'ringsHere';
}

/** How an INVITE with Replaces is met (RFC 3891 section 3). */
export type ReplacesVerdict =
  /** The call is answered at once in the place of the other one, which is ended then. */
  | 'take'
  /** No such call. */
  | { readonly refuse: 481 }
  /** It was answered already, and early-only was asked for. */
  | { readonly refuse: 486 };

/** What is known of the call that is to be replaced. `ringsHere`: it rings at us and nobody answered. */
export type ReplacedCall = 'established' | 'calling' | 'ringsHere' | 'unknown';

/** RFC 3891 section 3; a call that rings here was not begun by us, so it cannot be taken away like this. */
export function judgeReplaces(replaces: Replaces, call: ReplacedCall): ReplacesVerdict {
  switch (call) {
    case 'unknown':
    case 'ringsHere':
      return { refuse: 481 };
    case 'established':
      return replaces.earlyOnly ? { refuse: 486 } : 'take';
    case 'calling':
      return 'take';
  }
}
