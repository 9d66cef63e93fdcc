import type { RecordingFormat } from '../../src-shared/contract/media.ts';
import { Mixer } from './mixer.ts';
import type { MixGroup, MixMember } from './mixer.ts';
import { Recording } from './recording.ts';

/** Bytes of a recording that one request carries. */
const portionBytes = 192 * 1_024;

export interface CallMixingOptions {
  /** The leg of a call that sounds now; undefined while there is none or it is on hold. */
  readonly legOf: (callId: string) => MixMember | undefined;
  /** Stores a piece of a recording; resolves when it is stored. */
  readonly recorded: (piece: {
    readonly recordingId: string;
    readonly base64: string;
    readonly last: boolean;
  }) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** A recording and the calls that it is of: one, or a conference. */
interface Recorded {
  readonly recording: Recording;
  callIds: ReadonlySet<string>;
}

/**
 * Conferences and recordings by the ids of their calls. They are wishes: a call may have no leg yet, or be on hold,
 * where its recording goes on in silence; `refresh` makes the mixer follow whenever legs come, go, or get another
 * microphone.
 */
export class CallMixing {
  readonly #options: CallMixingOptions;
  readonly #mixer: Mixer;
  #groups: readonly (readonly string[])[] = [];
  readonly #recordings = new Map<string, Recorded>();
  /** Recordings that ended, by their ids. */
  readonly #over = new Set<string>();

  constructor(options: CallMixingOptions) {
    this.#options = options;
    this.#mixer = new Mixer(options.failed);
  }

  /** Replaces what was mixed before. */
  mix(groups: readonly (readonly string[])[]): void {
    this.#groups = groups;
    this.refresh();
  }

  /** Begins a recording of these calls, or makes a running one one of these; without any it ends. */
  record(recordingId: string, callIds: readonly string[], format: RecordingFormat): void {
    const running = this.#recordings.get(recordingId);
    const wanted = new Set(callIds);
    if (running === undefined) {
      // The word of who is left in a conference may come when the last of them has gone.
      if (wanted.size === 0 || this.#over.has(recordingId)) return;
      this.#recordings.set(recordingId, { recording: this.#recording(recordingId, format), callIds: wanted });
    } else {
      running.callIds = wanted;
      this.#endUnlessWanted(recordingId, running);
    }
    this.refresh();
  }

  /** The call has no leg any more; what was recorded of it alone ends. */
  ended(callId: string): void {
    for (const [recordingId, recorded] of this.#recordings) {
      if (!recorded.callIds.has(callId)) continue;
      recorded.callIds = new Set([...recorded.callIds].filter((one) => one !== callId));
      this.#endUnlessWanted(recordingId, recorded);
    }
    this.refresh();
  }

  refresh(): void {
    if (this.#groups.length === 0 && this.#recordings.size === 0 && this.#mixer.isResting) return;
    const groups: MixGroup[] = [];
    for (const callIds of this.#groups) {
      const recordings = this.#recordingsOf(callIds);
      const members = this.#members(callIds);
      if (members.length > 1 || recordings.length > 0) groups.push({ members, recordings });
    }
    const alone = new Set([...this.#recordings.values()].flatMap(({ callIds }) => [...callIds]));
    for (const callIds of this.#groups) for (const callId of callIds) alone.delete(callId);
    for (const callId of alone) {
      groups.push({ members: this.#members([callId]), recordings: this.#recordingsOf([callId]) });
    }
    this.#mixer.set(groups);
  }

  #recordingsOf(callIds: readonly string[]): readonly Recording[] {
    const all = [...this.#recordings.values()];
    return all.filter((one) => callIds.some((callId) => one.callIds.has(callId))).map(({ recording }) => recording);
  }

  #endUnlessWanted(recordingId: string, { recording, callIds }: Recorded): void {
    if (callIds.size > 0) return;
    this.#recordings.delete(recordingId);
    this.#over.add(recordingId);
    // Before its audio context may be closed with the last group.
    recording.stop();
  }

  #members(callIds: readonly string[]): readonly MixMember[] {
    return callIds.flatMap((callId) => this.#options.legOf(callId) ?? []);
  }

  #recording(recordingId: string, format: RecordingFormat): Recording {
    // Pieces leave one after the other: a file has an order.
    let sent = Promise.resolve();
    return new Recording({
      format,
      portion: (data, last) => {
        sent = sent.then(() => this.#send(recordingId, data, last)).catch(this.#options.failed);
      },
      failed: this.#options.failed,
    });
  }

  async #send(recordingId: string, data: Blob, last: boolean): Promise<void> {
    if (data.size === 0 && !last) return;
    for (let start = 0; start === 0 || start < data.size; start += portionBytes) {
      const portion = data.slice(start, start + portionBytes);
      const base64 = toBase64(new Uint8Array(await portion.arrayBuffer()));
      await this.#options.recorded({ recordingId, base64, last: last && start + portionBytes >= data.size });
    }
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
