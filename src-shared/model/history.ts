import type { CallQuality } from './call-quality.ts';
import type { CallDiversion, CallEndReason } from './call.ts';

/** One call as history keeps it. Written when the INVITE is sent or received, completed when the call ends. */
export interface CallRecord {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly number: string;
  readonly e164?: string;
  readonly name?: string;
  readonly jid?: string;
  /** What went to the server after the dialling rules, or came from it before the lookup rules; only where it is another number. */
  readonly dialled?: string;
  /** Placed for a service of the phone server, see Call. */
  readonly isService?: true;
  /** What the signalling calls it (SIP's Call-ID): by this the server's logs name it too. */
  readonly traceId?: string;
  readonly startedAtMs: number;
  readonly connectedAtMs?: number;
  readonly endedAtMs?: number;
  readonly endReason?: CallEndReason;
  /** What the signalling said of the end, for support: status and Reason (RFC 3326), as `486 Busy Here, Q.850 17`. */
  readonly endDetail?: string;
  readonly diverted?: CallDiversion;
  /** As it was measured last, before the end. */
  readonly quality?: CallQuality;
  /** Incoming, never answered here, not answered elsewhere. */
  readonly missed: boolean;
  readonly seen: boolean;
}

/** The three tabs; each at most limits.historyRowsPerTab rows, newest first. */
export interface History {
  readonly chats: readonly ChatRecord[];
  readonly voiceMessages: readonly VoiceRecord[];
  readonly calls: readonly CallRecord[];
  readonly missedUnseen: number;
}

export interface ChatRecord {
  readonly peer: string;
  readonly name: string;
  readonly lastBody: string;
  readonly lastAtMs: number;
  readonly unread: number;
}

export interface VoiceRecord {
  readonly id: string;
  readonly name?: string;
  readonly jid?: string;
  readonly number: string;
  readonly receivedAtMs: number;
  readonly durationS: number;
  readonly heard: boolean;
}
