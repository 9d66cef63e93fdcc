import type { Call, CallState } from '../../src-shared/model/call.ts';
import { isMissed } from './call-entries.ts';
import { whoIs } from './who.ts';

/** Somebody to talk to, as search ranks them. */
export interface TalkedTo {
  readonly name: string;
  readonly number: string;
  readonly jid?: string;
  readonly atMs: number;
}

export interface ConversationNotesOptions {
  readonly talkedTo: (who: TalkedTo) => void;
  /** Name or number of who called in vain. */
  readonly missed: (who: string) => void;
}

/** Names or numbers of those who talk here, or are on hold. */
export function talkingWith(calls: readonly Call[]): readonly string[] {
  return calls.filter(({ state }) => state === 'connected' || state === 'held').map(({ party }) => whoIs(party));
}

/** Notes once of each call that it began, and that it was missed. */
export class ConversationNotes {
  readonly #options: ConversationNotesOptions;
  /** The calls that are not over, with their states. */
  readonly #running = new Map<string, CallState>();

  constructor(options: ConversationNotesOptions) {
    this.#options = options;
  }

  /** The calls as they are now. */
  see(calls: readonly Call[]): void {
    for (const call of calls) this.#see(call);
  }

  #see(call: Call): void {
    const { talkedTo, missed } = this.#options;
    const { name, number, jid } = call.party;
    const before = this.#running.get(call.id);
    if (call.state === 'ended') {
      this.#running.delete(call.id);
      if (before !== undefined && wasMissed(call, before)) missed(whoIs(call.party));
      return;
    }
    this.#running.set(call.id, call.state);
    if (before !== undefined) return;
    talkedTo({ name: name ?? number, number, ...(jid === undefined ? {} : { jid }), atMs: call.startedAtMs });
  }
}

function wasMissed({ direction, connectedAtMs, endReason }: Call, before: CallState): boolean {
  return direction === 'in' && connectedAtMs === undefined && endReason !== undefined && isMissed(endReason, before);
}
