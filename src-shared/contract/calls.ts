import { z } from 'zod';
import { limits } from '../limits.ts';
import type { Call } from '../model/call.ts';
import type { CallQuality } from '../model/call-quality.ts';
import type { History } from '../model/history.ts';
import type { LineStates } from '../model/line-state.ts';
import type { VoicemailBox } from '../model/voicemail.ts';
import { callToMain, event, topic } from './define.ts';
import { changed, id, nothing } from './shapes.ts';

export interface CallList {
  /** Oldest first; ended calls stay for limits.endedCallLingerMs. */
  readonly calls: readonly Call[];
  /** Whether this computer can place calls now; plain words otherwise. */
  readonly line: { readonly state: 'registered' | 'registering' | 'off' | 'failed'; readonly message: string };
  /** Busy people whom Parley watches, to call them when they are free. */
  readonly callBacks: readonly CallBack[];
  /** Where calls go instead of here; a key that is absent does nothing. */
  readonly forward: CallForward;
  /** Calls are refused; emergency services that call back are not. */
  readonly doNotDisturb: boolean;
  /** What the phone server was told to do by rule; those that it has to do with, in the order of the settings. */
  readonly serverRules: readonly ServerRule[];
}

export const callRules = ['doNotDisturb', 'always', 'busy', 'noAnswer'] as const;
export type CallRule = (typeof callRules)[number];

/**
 * A rule for calls that the phone server keeps. `asking`: it is being told; `done`: it took what the settings say;
 * `refused`: it did not, and Parley does it itself while it runs; `unknown`: it was told in an earlier run of Parley,
 * and nothing says what has become of it since.
 */
export interface ServerRule {
  readonly rule: CallRule;
  readonly state: 'asking' | 'done' | 'refused' | 'unknown';
  /** Where calls are to go, as people read it; absent: the rule is off. For do not disturb it is empty. */
  readonly target?: string;
  /** When it was told last. */
  readonly atMs?: number;
  /** Why it refused, in words. */
  readonly message?: string;
}

/** `waiting` while the other is busy; `free`: the person is asked whether to call now. */
export interface CallBack {
  readonly target: string;
  readonly name?: string;
  readonly state: 'waiting' | 'free';
}

export interface CallForward {
  readonly always?: string;
  readonly busy?: string;
  readonly noAnswer?: { readonly target: string; readonly afterS: number };
}

const callId = z.object({ callId: id });
/** What a person types or picks: a number, an address, a service code. */
const target = z.string().trim().min(1).max(255);
const name = z.string().max(200).optional();
const placed = z.object({ callId: id, revision: z.number().int() });

export const calls = {
  /** Dials what was typed or a number of a person. The call shows in topic `calls` by `revision`. */
  'calls.place': callToMain(z.object({ target, name }), placed),
  /** A press on what calls this: the call may follow when it is let go, and what can be made ready for it is. */
  'calls.prepare': callToMain(z.object({ target, name }), z.null()),
  /** Holds the active call, or the active conference, first; ends a call of this person that nobody has answered. */
  'calls.answer': callToMain(callId, changed),
  'calls.decline': callToMain(callId, changed),
  'calls.hangUp': callToMain(callId, changed),
  /** Stops ringing here; the caller notices nothing. */
  'calls.ignore': callToMain(callId, changed),
  /** Sends a ringing call to another number (302). */
  'calls.divert': callToMain(z.object({ callId: id, target }), changed),
  'calls.hold': callToMain(callId, changed),
  /** Holds what is active first, so that this is also how calls are swapped. */
  'calls.resume': callToMain(callId, changed),
  /** Transfers without asking (RFC 5589 section 6). Answers once the far end has taken the order; `Call.transfer` goes on. */
  'calls.transfer': callToMain(z.object({ callId: id, target, name }), changed),
  /** Holds the call and calls somebody about it. */
  'calls.consult': callToMain(z.object({ callId: id, target, name }), placed),
  /** Holds the call, and takes another call of this person back to ask there about it. */
  'calls.consultOther': callToMain(z.object({ callId: id, otherId: id }), changed),
  /** Back to the call that this one asks about. A call that was placed only to ask is ended, any other one held. */
  'calls.abandonConsult': callToMain(callId, changed),
  /**
   * Joins the two calls of a consultation (RFC 5589 section 7); either of them may be named. Who has not answered yet
   * is called by the far end instead. With `otherId` it joins any two calls of this person.
   */
  'calls.completeTransfer': callToMain(z.object({ callId: id, otherId: id.optional() }), changed),
  /** Makes a conference of these calls, or adds them to the one that some of them are in. */
  'calls.merge': callToMain(z.object({ callIds: z.array(id).min(2).max(8) }), changed),
  /** Takes one call out of its conference and holds it. */
  'calls.split': callToMain(callId, changed),
  'calls.endConference': callToMain(z.object({ conferenceId: id }), changed),
  /** Joins the two others of a conference of three, and leaves. */
  'calls.leaveConference': callToMain(z.object({ conferenceId: id }), changed),
  /** Parks by the feature code of the settings; `slot` where that code has one. */
  'calls.park': callToMain(z.object({ callId: id, slot: z.string().max(20).optional() }), changed),
  'calls.retrieve': callToMain(z.object({ slot: z.string().max(255) }), placed),
  /**
   * Takes a call that rings at a colleague, named by number or, where their phone is watched, by bare JID; in the own
   * group when nobody is named.
   */
  'calls.pickUp': callToMain(z.object({ target: target.optional(), jid: z.string().max(300).optional() }), placed),
  /** Tells the phone server once more what the settings say of this rule. */
  'calls.tellServer': callToMain(z.object({ rule: z.enum(callRules) }), changed),
  /** Watches somebody who is busy. */
  'calls.callBack': callToMain(z.object({ target, name }), changed),
  'calls.cancelCallBack': callToMain(z.object({ target }), changed),
  /** Calls the number that was dialled last. */
  'calls.redial': callToMain(z.null(), placed),
  'calls.record': callToMain(z.object({ callId: id, on: z.boolean() }), changed),
  /** Shows the file of a recording in its folder; for shells with the ability `files`. */
  'calls.showRecording': callToMain(z.object({ recordingId: id }), nothing),
  'calls.mute': callToMain(z.object({ callId: id, muted: z.boolean() }), changed),
  /** Digits 0-9 * # A-D (RFC 4733). */
  'calls.dtmf': callToMain(z.object({ callId: id, digits: z.string().regex(/^[0-9*#A-D]{1,32}$/) }), changed),
  /** Marks missed calls as seen. */
  'history.markSeen': callToMain(z.null(), changed),
  'history.clear': callToMain(z.object({ tab: z.enum(['chats', 'voiceMessages', 'calls']) }), changed),
  /** Removes these calls from the list; a call that goes on stays. */
  'history.remove': callToMain(z.object({ callIds: z.array(id).min(1).max(limits.historyRowsPerTab) }), changed),
  'voicemail.audio': callToMain(z.object({ id }), z.object({ mimeType: z.string(), base64: z.string() })),
  'voicemail.markHeard': callToMain(z.object({ id, heard: z.boolean() }), changed),
  /** Removes it from the server, and so everywhere. */
  'voicemail.delete': callToMain(z.object({ id }), changed),
  'voicemail.refresh': callToMain(z.null(), changed),
} as const;

/** A recording that is a file now. */
export interface SavedRecording {
  readonly recordingId: string;
  /** Name of the file, and where it is. */
  readonly file: string;
  readonly folder: string;
}

export const callEvents = {
  /** A recording ended, and its file is whole. */
  'call.recorded': event(z.custom<SavedRecording>()),
  /** How a running call sounds, about every two seconds. */
  'call.quality': event(z.custom<CallQuality & { readonly callId: string }>()),
} as const;

export const callTopics = {
  calls: topic(z.custom<CallList>()),
  history: topic(z.custom<History>()),
  voicemail: topic(z.custom<VoicemailBox>()),
  /** What the phones of contacts do, and messages that wait at the phone server. */
  lineStates: topic(z.custom<LineStates>()),
} as const;
