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
    readonly callId: string;
    readonly base64: string;
    readonly last: boolean;
  }) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/**
 * Conferences and recordings by the ids of their calls. They are wishes: a call may have no leg yet, or be on hold;
 * `refresh` makes the mixer follow whenever legs come, go, or get another microphone.
 */
export class CallMixing {
  readonly #options: CallMixingOptions;
  readonly #mixer: Mixer;
  #groups: readonly (readonly string[])[] = [];
  readonly #recordings = new Map<string, Recording>();

  constructor(options: CallMixingOptions) {
    this.#options = options;
    this.#mixer = new Mixer(options.failed);
  }

  /** Replaces what was mixed before. */
  mix(groups: readonly (readonly string[])[]): void {
    this.#groups = groups;
    this.refresh();
  }

  record(callId: string, on: boolean, format: RecordingFormat): void {
    const running = this.#recordings.get(callId);
    if (on === (running !== undefined)) return;
    if (running === undefined) this.#recordings.set(callId, this.#recording(callId, format));
    else {
      this.#recordings.delete(callId);
      // Before its audio context may be closed with the last group.
      running.stop();
    }
    this.refresh();
  }

  /** The call has no leg any more. */
  ended(callId: string): void {
    // No format: nothing begins.
    this.record(callId, false, 'opus');
    this.refresh();
  }

  refresh(): void {
    if (this.#groups.length === 0 && this.#recordings.size === 0 && this.#mixer.size === 0) return;
    const groups: MixGroup[] = [];
    for (const callIds of this.#groups) {
      const recording = callIds.map((callId) => this.#recordings.get(callId)).find((one) => one !== undefined);
      const members = this.#members(callIds);
      if (members.length > 1 || (recording !== undefined && members.length > 0)) groups.push({ members, recording });
    }
    for (const [callId, recording] of this.#recordings) {
      if (this.#groups.some((callIds) => callIds.includes(callId))) continue;
      const members = this.#members([callId]);
      if (members.length > 0) groups.push({ members, recording });
    }
    this.#mixer.set(groups);
  }

  #members(callIds: readonly string[]): readonly MixMember[] {
    return callIds.flatMap((callId) => this.#options.legOf(callId) ?? []);
  }

  #recording(callId: string, format: RecordingFormat): Recording {
    // Pieces leave one after the other: a file has an order.
    let sent = Promise.resolve();
    return new Recording({
      format,
      portion: (data, last) => {
        sent = sent.then(() => this.#send(callId, data, last)).catch(this.#options.failed);
      },
      failed: this.#options.failed,
    });
  }

  async #send(callId: string, data: Blob, last: boolean): Promise<void> {
    if (data.size === 0 && !last) return;
    for (let start = 0; start === 0 || start < data.size; start += portionBytes) {
      const portion = data.slice(start, start + portionBytes);
      const base64 = toBase64(new Uint8Array(await portion.arrayBuffer()));
      await this.#options.recorded({ callId, base64, last: last && start + portionBytes >= data.size });
    }
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
