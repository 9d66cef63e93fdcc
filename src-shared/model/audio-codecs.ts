/** Codecs of the voice, as SDP spells them (RFC 4855), in the order that holds unless somebody says otherwise. */
export const voiceCodecs = ['opus', 'G722', 'PCMA', 'PCMU', 'G729', 'iLBC', 'iSAC'] as const;
/** What goes beside the voice: key tones (RFC 4733) and comfort noise (RFC 3389). SDP lists them behind the codecs. */
export const voiceCompanions = ['telephone-event', 'CN'] as const;

export type AudioCodecName = (typeof voiceCodecs)[number] | (typeof voiceCompanions)[number];

/** Everything that the list of codecs may name. */
export const audioCodecNames: readonly string[] = [...voiceCodecs, ...voiceCompanions];

export const isVoiceCodec = (name: string): boolean => voiceCodecs.some((known) => known === name);

/** A codec that needs a library which Parley does not bring along, and whether this computer has it. */
export interface OptionalCodec {
  readonly name: string;
  readonly available: boolean;
  /**
   * Full path of the library in use. When not available: absent where nobody makes one that Parley knows how to use,
   * empty when none was found, else the one that was found and cannot be used.
   */
  readonly library?: string;
}
