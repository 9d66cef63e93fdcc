import { videoFormats } from '../../src-shared/model/capability.ts';
import type { VideoFormat } from '../../src-shared/model/capability.ts';

/**
 * What a format asks of everybody in its way.
 *
 * Known from existing deployments: 720p needs an encode score of 5.9, 1,000 kbit/s at 15 and 2,000 kbit/s at 30
 * frames a second. The rows below are derived: macroblocks and levels from ITU-T H.264 table A-1, scores from the
 * macroblock rate beside that of 720p30 (see encodeScoreFor), bit rates between level 1 (64 kbit/s) and 720p15.
 */
export interface FormatNeeds {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Macroblocks (16 x 16 pixels) a second. */
  readonly macroblocksPerSecond: number;
  /** The lowest H.264 level_idc that carries it. */
  readonly levelIdc: number;
  /** The least bandwidth at which it looks right, without audio. */
  readonly bitrateKbps: number;
}

export type SentFormat = Exclude<VideoFormat, 'none'>;

export const formatNeeds: Readonly<Record<SentFormat, FormatNeeds>> = {
  qcif: { width: 176, height: 144, framesPerSecond: 15, macroblocksPerSecond: 1_485, levelIdc: 10, bitrateKbps: 64 },
  cif: { width: 352, height: 288, framesPerSecond: 30, macroblocksPerSecond: 11_880, levelIdc: 13, bitrateKbps: 256 },
  vga: { width: 640, height: 480, framesPerSecond: 30, macroblocksPerSecond: 36_000, levelIdc: 30, bitrateKbps: 700 },
  '720p15': {
    width: 1_280,
    height: 720,
    framesPerSecond: 15,
    macroblocksPerSecond: 54_000,
    levelIdc: 31,
    bitrateKbps: 1_000,
  },
  '720p30': {
    width: 1_280,
    height: 720,
    framesPerSecond: 30,
    macroblocksPerSecond: 108_000,
    levelIdc: 31,
    bitrateKbps: 2_000,
  },
};

/** Largest first, without `none`. */
export const sentFormatsDownwards: readonly SentFormat[] = videoFormats
  .filter((format): format is SentFormat => format !== 'none')
  .reverse();

/** Position from nothing to 720p30; the smaller wins. */
export function rankOf(format: VideoFormat): number {
  return videoFormats.indexOf(format);
}

/** MaxBR of the baseline profile in kbit/s by level_idc (ITU-T H.264 table A-1); 9 is level 1b. */
const levelBitratesKbps: readonly (readonly [number, number])[] = [
  [9, 128],
  [10, 64],
  [11, 192],
  [12, 384],
  [13, 768],
  [20, 2_000],
  [21, 4_000],
  [22, 4_000],
  [30, 10_000],
  [31, 14_000],
];

/** The most that a receiver of this level takes; levels above 3.1 take more than Parley ever sends. */
export function levelBitrateKbps(levelIdc: number): number {
  return levelBitratesKbps.findLast(([level]) => level <= levelIdc)?.[1] ?? 0;
}
