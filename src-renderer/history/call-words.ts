import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { CallEndReason } from '../../src-shared/model/call.ts';
import type { CallRecord } from '../../src-shared/model/history.ts';
import type { TimeWords } from '../ui/use-time-words.ts';

/** How a call went, as its icon shows it. */
export type CallOutcome = 'missed' | 'in' | 'out' | 'failed';

export function callOutcome(call: CallRecord): CallOutcome {
  if (call.missed) return 'missed';
  if (call.direction === 'in') return 'in';
  return call.connectedAtMs === undefined && call.endedAtMs !== undefined ? 'failed' : 'out';
}

/** Seconds from answer to end; undefined when it was not answered or goes on. */
export function talkSeconds(call: CallRecord): number | undefined {
  if (call.connectedAtMs === undefined || call.endedAtMs === undefined) return undefined;
  return Math.max(0, Math.round((call.endedAtMs - call.connectedAtMs) / 1000));
}

const endWords: Readonly<Record<CallEndReason, MessageDescriptor>> = {
  hungUp: msg`not answered`,
  remoteHungUp: msg`not answered`,
  busy: msg`busy`,
  declined: msg`declined`,
  noAnswer: msg`no answer`,
  notFound: msg`number does not exist`,
  unavailable: msg`not reachable`,
  cancelled: msg`not answered`,
  answeredElsewhere: msg`answered on another device`,
  transferred: msg`transferred`,
  diverted: msg`sent on`,
  mediaFailed: msg`no sound could be set up`,
  notAllowed: msg`not allowed`,
  network: msg`the connection dropped`,
  failed: msg`failed`,
};

/** It was refused here: nobody could have answered it. */
const missedSilent = msg`Missed: no sound could be set up`;

type Translate = (descriptor: MessageDescriptor) => string;

/** What happened, without who: `6 min 12 s`, `no answer`. Empty while the call goes on. */
export function callResult(call: CallRecord, words: TimeWords, t: Translate): string {
  const seconds = talkSeconds(call);
  if (seconds !== undefined) return words.duration(seconds);
  if (call.missed) return t(call.endReason === 'mediaFailed' ? missedSilent : msg`Missed`);
  return call.endReason === undefined ? '' : t(endWords[call.endReason]);
}

/** A whole line for one call: `You called, 6 min 12 s`. */
export function callWords(call: CallRecord, name: string, words: TimeWords, t: Translate): string {
  if (call.missed) return t(call.endReason === 'mediaFailed' ? missedSilent : msg`Missed call`);
  const who = call.direction === 'out' ? t(msg`You called`) : t(msg`${name} called`);
  const result = callResult(call, words, t);
  return result === '' ? who : `${who}, ${result}`;
}

/** One row of the list: calls that follow each other with the same number and outcome are one row. */
export interface CallGroup {
  readonly newest: CallRecord;
  readonly count: number;
  /** All of them, newest first. */
  readonly ids: readonly string[];
}

/** Joins neighbouring missed calls from the same number, so that one caller who tried five times is one row. */
export function groupCalls(calls: readonly CallRecord[]): readonly CallGroup[] {
  const groups: { newest: CallRecord; count: number; ids: string[] }[] = [];
  for (const call of calls) {
    const last = groups.at(-1);
    const joins = last !== undefined && last.newest.missed && call.missed && numberOf(last.newest) === numberOf(call);
    if (joins) {
      last.count += 1;
      last.ids.push(call.id);
    } else groups.push({ newest: call, count: 1, ids: [call.id] });
  }
  return groups;
}

/** The number by which two calls are the same line. */
export function numberOf(call: CallRecord): string {
  return call.e164 ?? call.number;
}
