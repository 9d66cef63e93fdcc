import { z } from 'zod';
import type { Call } from '../model/call.ts';
import type { History } from '../model/history.ts';
import type { VoicemailBox } from '../model/voicemail.ts';
import { callToMain, topic } from './define.ts';
import { changed, id } from './shapes.ts';

export interface CallList {
  /** Oldest first; ended calls stay for limits.endedCallLingerMs. */
  readonly calls: readonly Call[];
  /** Whether this computer can place calls now; plain words otherwise. */
  readonly line: { readonly state: 'registered' | 'registering' | 'off' | 'failed'; readonly message: string };
}

export const calls = {
  /** Dials what was typed or a number of a person. The call shows in topic `calls` by `revision`. */
  'calls.place': callToMain(
    z.object({ target: z.string().trim().min(1).max(255), name: z.string().max(200).optional() }),
    z.object({ callId: id, revision: z.number().int() }),
  ),
  'calls.answer': callToMain(z.object({ callId: id }), changed),
  'calls.decline': callToMain(z.object({ callId: id }), changed),
  'calls.hangUp': callToMain(z.object({ callId: id }), changed),
  'calls.mute': callToMain(z.object({ callId: id, muted: z.boolean() }), changed),
  /** Digits 0-9 * # A-D (RFC 4733). */
  'calls.dtmf': callToMain(z.object({ callId: id, digits: z.string().regex(/^[0-9*#A-D]{1,32}$/) }), changed),
  /** Marks missed calls as seen. */
  'history.markSeen': callToMain(z.null(), changed),
  'history.clear': callToMain(z.object({ tab: z.enum(['chats', 'voiceMessages', 'calls']) }), changed),
  'voicemail.audio': callToMain(z.object({ id }), z.object({ mimeType: z.string(), base64: z.string() })),
  'voicemail.markHeard': callToMain(z.object({ id, heard: z.boolean() }), changed),
  'voicemail.refresh': callToMain(z.null(), changed),
} as const;

export const callTopics = {
  calls: topic(z.custom<CallList>()),
  history: topic(z.custom<History>()),
  voicemail: topic(z.custom<VoicemailBox>()),
} as const;
