import type { VoicemailBox, VoiceMessage } from '../../src-shared/model/voicemail.ts';

/**
 * Tells the messages that came from those that were there. The first list of a box is what was there; after that a
 * message is new when it is not older than all before it: one that comes into sight because another was deleted is not,
 * and neither is one that the server numbered anew (RFC 3501 section 2.3.1.1).
 */
export class NewVoiceMessages {
  readonly #known = new Set<string>();
  #newestMs: number | undefined;
  #mailbox: string | undefined;

  /** Those that came since the last time and were not heard, oldest first. */
  arrived({ state, messages, mailbox }: VoicemailBox): readonly VoiceMessage[] {
    if (state === 'notConfigured' || mailbox !== this.#mailbox) {
      this.#mailbox = mailbox;
      this.#known.clear();
      this.#newestMs = undefined;
    }
    // What was kept from an earlier run is no list of the server's yet.
    if (state !== 'ready') return [];
    const before = this.#newestMs;
    const fresh = messages.filter(
      (message) => before !== undefined && !message.heard && message.receivedAtMs >= before && !this.#knows(message),
    );
    for (const message of messages) for (const name of namesOf(message)) this.#known.add(name);
    this.#newestMs = Math.max(before ?? 0, ...messages.map(({ receivedAtMs }) => receivedAtMs));
    return fresh.toSorted((one, other) => one.receivedAtMs - other.receivedAtMs);
  }

  #knows(message: VoiceMessage): boolean {
    return namesOf(message).some((name) => this.#known.has(name));
  }
}

function namesOf({ id, number, receivedAtMs }: VoiceMessage): readonly string[] {
  return [`id ${id}`, `at ${String(receivedAtMs)} from ${number}`];
}
