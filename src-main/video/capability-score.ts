import { capabilityParts } from '../../src-shared/model/capability.ts';
import type { CapabilityMeasure, CapabilityPart } from '../../src-shared/model/capability.ts';
import { formatNeeds } from './video-formats.ts';
import type { SentFormat } from './video-formats.ts';

/** The scale of the Windows Experience Index since Windows 8. */
export const lowestScore = 1;
export const highestScore = 9.9;

/**
 * The fixed point of the scale: 5.9 is a computer that encodes 720p30 in real time with half of the processor left,
 * so one whose encoder manages 60 such frames a second when it does nothing else.
 */
const fixedPoint = 5.9;
/** Points for each doubling of speed. Our choice: it puts twice 720p30 at 5.9 and sixteen times at the top. */
const pointsPerDoubling = 2;

/**
 * Speeds that score 5.9. Frames follow from the fixed point. The other three are our own reference, a core of an
 * office computer that just does 720p30: the original index's reference machines were never published.
 */
const referenceSpeeds: Readonly<Record<CapabilityPart, number>> = {
  /** Frames of 720p a second. */
  encode: 60,
  decode: 60,
  /** MB a second: AES-128-GCM, SHA-256, deflate at level 6, in pieces of 256 kB on one thread. */
  encryption: 500,
  hashing: 300,
  compression: 40,
};

/**
 * Weights of the total. The index is known to be a weighted mean of compression, encryption, hashing and video
 * encoding; the weights are not public. Ours put video first, as the score decides about nothing else.
 */
const weights: Readonly<Record<CapabilityPart, number>> = {
  encode: 0.5,
  decode: 0.2,
  encryption: 0.1,
  hashing: 0.1,
  compression: 0.1,
};

/** Speed of each part: frames of 720p a second for video, MB a second for the rest; 0 when it could not be measured. */
export type MeasuredSpeeds = Readonly<Record<CapabilityPart, number>>;

/** The score of one part, 1.0 to 9.9 with one decimal, rounded down: a score promises. */
export function partScore(part: CapabilityPart, speed: number): number {
  return logScore(speed / referenceSpeeds[part]);
}

/**
 * The total: the weighted mean of the parts, but never above the encode score, so that 5.9 and more always means
 * that the computer encodes 720p30 in real time with half of the processor left.
 */
export function totalScore(scores: Readonly<Record<CapabilityPart, number>>): number {
  const mean = capabilityParts.reduce((sum, part) => sum + scores[part] * weights[part], 0);
  return clamp(roundDown(Math.min(mean, scores.encode)));
}

/** The parts with their scores, in the order of the model; `notes` say what was measured. */
export function scoreParts(
  speeds: MeasuredSpeeds,
  notes: Readonly<Record<CapabilityPart, string>>,
): readonly CapabilityMeasure[] {
  return capabilityParts.map((part) => ({ part, score: partScore(part, speeds[part]), measured: notes[part] }));
}

/** The encode score that a format needs, from its macroblock rate beside that of 720p30. */
export function encodeScoreFor(format: SentFormat): number {
  const ratio = formatNeeds[format].macroblocksPerSecond / formatNeeds['720p30'].macroblocksPerSecond;
  return logScore(ratio);
}

function logScore(ratio: number): number {
  if (!(ratio > 0)) return lowestScore;
  return clamp(roundDown(fixedPoint + pointsPerDoubling * Math.log2(ratio)));
}

function roundDown(score: number): number {
  // 5.9 in binary is a hair below.
  return Math.floor(score * 10 + 1e-6) / 10;
}

function clamp(score: number): number {
  return Math.min(highestScore, Math.max(lowestScore, score));
}
