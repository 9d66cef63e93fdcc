/** Parts of the capability score; each 1.0 to 9.9. */
export const capabilityParts = ['encode', 'decode', 'encryption', 'hashing', 'compression'] as const;
export type CapabilityPart = (typeof capabilityParts)[number];

/** One measured part: what was measured and the score that follows. */
export interface CapabilityMeasure {
  readonly part: CapabilityPart;
  readonly score: number;
  /** For people and for support, for example "720p30 in real time, 38 % of the processor". */
  readonly measured: string;
}

export interface Capability {
  readonly state: 'unmeasured' | 'measuring' | 'measured' | 'failed';
  /** 1.0 to 9.9, one decimal; 5.9 means: encodes 720p30 in real time with half of the processor left. */
  readonly score?: number;
  readonly parts: readonly CapabilityMeasure[];
  readonly measuredAtMs?: number;
  readonly failure?: string;
  /** The largest video this computer sends under the settings and policy in force, with the reasons. */
  readonly video?: VideoDecision;
}

export const videoFormats = ['none', 'qcif', 'cif', 'vga', '720p15', '720p30'] as const;
export type VideoFormat = (typeof videoFormats)[number];

/** What the throttling function decided, and every bound that held it there. */
export interface VideoDecision {
  readonly format: VideoFormat;
  readonly maxBitrateKbps: number;
  readonly reasons: readonly string[];
}
