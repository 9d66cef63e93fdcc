import { headerTokens, headerValue } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';
import type { SessionInterval } from './session-timer.ts';

/** What we propose; RFC 4028 section 4 recommends 30 minutes. */
export const proposedIntervalS = 1_800;
/** RFC 4028 section 5: shorter intervals than 90 s load the servers; no Min-SE means the same. */
export const shortestIntervalS = 90;
/** Shorter intervals of a far end that breaks the rule are refreshed as if they were so long. */
const fastestRefreshS = 20;

interface SessionExpires {
  readonly intervalS: number;
  readonly refresher?: 'uac' | 'uas';
}

/** The Session-Expires of a message (RFC 4028 section 4); undefined without one that can be read. */
export function sessionExpires(message: SipMessage): SessionExpires | undefined {
  const value = headerValue(message, 'session-expires') ?? '';
  const seconds = /^(\d{1,9})[ \t]*(;|$)/.exec(value)?.[1];
  if (seconds === undefined) return undefined;
  const refresher = /;[ \t]*refresher[ \t]*=[ \t]*(uac|uas)\b/i.exec(value)?.[1]?.toLowerCase();
  const intervalS = Number(seconds);
  return refresher === 'uac' || refresher === 'uas' ? { intervalS, refresher } : { intervalS };
}

/** Seconds of Min-SE (RFC 4028 section 5). */
export function minSe(message: SipMessage): number {
  const seconds = /^\d{1,9}/.exec(headerValue(message, 'min-se') ?? '')?.[0];
  return Math.max(shortestIntervalS, Number(seconds ?? 0));
}

/** Headers of an INVITE or UPDATE of ours. In a refresh the roles stay as they are (RFC 4028 section 7.4). */
export function requestTimerHeaders(
  running: SessionInterval | undefined,
  leastS: number,
): Readonly<Record<string, string | undefined>> {
  const intervalS = Math.max(running?.intervalS ?? proposedIntervalS, leastS);
  const role = running === undefined ? '' : running.refresher === 'us' ? ';refresher=uac' : ';refresher=uas';
  return {
    'Session-Expires': `${intervalS}${role}`,
    'Min-SE': leastS > shortestIntervalS ? String(leastS) : undefined,
  };
}

/** True when their request asks for a shorter interval than we take: 422 is due (RFC 4028 section 9). */
export function isIntervalTooSmall(request: SipMessage): boolean {
  const asked = sessionExpires(request);
  // Who does not know session timers cannot ask again; a proxy put the header there.
  return asked !== undefined && asked.intervalS < shortestIntervalS && supportsTimer(request);
}

/** What our 2xx to their request agrees on, and its headers (RFC 4028 section 9, table 2). */
export function answerTimer(request: SipMessage): {
  readonly interval: SessionInterval | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
} {
  const asked = sessionExpires(request);
  if (asked === undefined) return { interval: undefined, headers: {} };
  const knows = supportsTimer(request);
  const refresher = knows ? (asked.refresher ?? 'uac') : 'uas';
  const intervalS = Math.max(asked.intervalS, shortestIntervalS);
  return {
    interval: { intervalS, refresher: refresher === 'uac' ? 'them' : 'us' },
    headers: {
      'Session-Expires': `${intervalS};refresher=${refresher}`,
      Require: refresher === 'uac' ? 'timer' : undefined,
    },
  };
}

/** What their 2xx to our request agrees on (RFC 4028 section 7.2): without the header there is no session timer. */
export function agreedInterval(response: SipMessage): SessionInterval | undefined {
  const answer = sessionExpires(response);
  if (answer === undefined) return undefined;
  const refresher = answer.refresher === 'uas' ? 'them' : 'us';
  // An answer below our Min-SE is wrong; taken at its word it would end the call, or make us refresh without end.
  const floorS = refresher === 'us' ? fastestRefreshS : shortestIntervalS;
  return { intervalS: Math.max(answer.intervalS, floorS), refresher };
}

function supportsTimer(message: SipMessage): boolean {
  return headerTokens(message, 'supported').includes('timer') || headerTokens(message, 'require').includes('timer');
}
