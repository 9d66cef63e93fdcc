import type { VideoDecision, VideoFormat } from '../../src-shared/model/capability.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';
import { encodeScoreFor } from './capability-score.ts';
import { formatNeeds, levelBitrateKbps, rankOf, sentFormatsDownwards } from './video-formats.ts';
import type { SentFormat } from './video-formats.ts';

/** The largest picture and bit rate that somebody allows. */
export interface VideoBound {
  readonly maxFormat: VideoFormat;
  readonly maxBitrateKbps: number;
}

export interface VideoCircumstances {
  /** Undefined: this computer was not measured. */
  readonly encodeScore: number | undefined;
  /** level_idc of the far end's H.264 (profile-level-id, RFC 6184 section 8.1); undefined: no far end yet. */
  readonly peerLevelIdc: number | undefined;
  /** Undefined: not looked at yet. */
  readonly camera:
    'none' | { readonly width: number; readonly height: number; readonly framesPerSecond: number } | undefined;
  /** What the organization allows; undefined where it says nothing. */
  readonly policy: VideoBound | undefined;
  /** The person's own settings. */
  readonly user: VideoBound;
  /** Upstream bandwidth for the whole call in kbit/s; undefined: not known. */
  readonly bandwidthKbps: number | undefined;
}

/** Audio takes its part of the bandwidth first. */
const audioKbps = 64;
/** Sent by a computer that was not measured: any computer of the last fifteen years encodes it. */
const unmeasuredFormat: VideoFormat = 'cif';
/** Cameras say 29.97 or 14.99. */
const frameRateSlack = 0.95;

interface Bound {
  readonly format: VideoFormat;
  readonly reason: string;
}

const names: Readonly<Record<VideoFormat, Message>> = {
  none: msg('no video'),
  qcif: msg('QCIF (176 × 144)'),
  cif: msg('CIF (352 × 288)'),
  vga: msg('VGA (640 × 480)'),
  '720p15': msg('720p at 15 frames a second'),
  '720p30': msg('720p at 30 frames a second'),
};

/** What each that sets a bound says of it. */
const formatWords = {
  user: { none: msg('Your settings allow no video.'), most: msg('Your settings allow at most {format}.') },
  organization: {
    none: msg('Your organization allows no video.'),
    most: msg('Your organization allows at most {format}.'),
  },
  peer: { none: msg('The other side takes no video.'), most: msg('The other side takes at most {format}.') },
} as const;

const bitrateWords = {
  user: {
    none: msg('Your settings allow {kbps} kbit/s for video, which is too little.'),
    enough: msg('Your settings allow {kbps} kbit/s for video, enough for {format}.'),
  },
  organization: {
    none: msg('Your organization allows {kbps} kbit/s for video, which is too little.'),
    enough: msg('Your organization allows {kbps} kbit/s for video, enough for {format}.'),
  },
  network: {
    none: msg('The network carries {kbps} kbit/s for video, which is too little.'),
    enough: msg('The network carries {kbps} kbit/s for video, enough for {format}.'),
  },
} as const;

/**
 * The largest video that is sent: each of score, far end, camera, organization, person and bandwidth sets a bound,
 * and the least wins. The reasons are those bounds that hold it there, in words.
 */
export function decideVideo(circumstances: VideoCircumstances): VideoDecision {
  const { policy, user, bandwidthKbps, peerLevelIdc } = circumstances;
  const left = bandwidthKbps === undefined ? Infinity : Math.max(0, bandwidthKbps - audioKbps);
  const bitrates: readonly { readonly kbps: number; readonly who: keyof typeof bitrateWords }[] = [
    { kbps: user.maxBitrateKbps, who: 'user' },
    { kbps: policy?.maxBitrateKbps ?? Infinity, who: 'organization' },
    { kbps: left, who: 'network' },
  ];
  const bounds: Bound[] = [
    scoreBound(circumstances.encodeScore),
    { format: user.maxFormat, reason: allowed('user', user.maxFormat) },
    ...(policy === undefined ? [] : [{ format: policy.maxFormat, reason: allowed('organization', policy.maxFormat) }]),
    ...(peerLevelIdc === undefined ? [] : [peerBound(peerLevelIdc)]),
    ...(circumstances.camera === undefined ? [] : [cameraBound(circumstances.camera)]),
    ...bitrates.map(({ kbps, who }) => bitrateBound(kbps, who)),
  ];
  const format = bounds.reduce<VideoFormat>(
    (least, bound) => (rankOf(bound.format) < rankOf(least) ? bound.format : least),
    '720p30',
  );
  // A level always carries its own format; it bounds the bit rate only.
  const peerKbps = peerLevelIdc === undefined ? Infinity : levelBitrateKbps(peerLevelIdc);
  const maxBitrateKbps = format === 'none' ? 0 : Math.floor(Math.min(peerKbps, ...bitrates.map(({ kbps }) => kbps)));
  const reasons = bounds.filter((bound) => bound.format === format && format !== '720p30').map((bound) => bound.reason);
  return { format, maxBitrateKbps, reasons };
}

function largest(fits: (format: SentFormat) => boolean): VideoFormat {
  return sentFormatsDownwards.find(fits) ?? 'none';
}

function allowed(who: keyof typeof formatWords, format: VideoFormat): string {
  const words = formatWords[who];
  return format === 'none' ? t(words.none) : t(words.most, { format: t(names[format]) });
}

function scoreBound(encodeScore: number | undefined): Bound {
  if (encodeScore === undefined) {
    return { format: unmeasuredFormat, reason: t('This computer was not measured yet.') };
  }
  const format = largest((one) => encodeScore >= encodeScoreFor(one));
  return {
    format,
    reason: t('This computer encodes at most {format} (score {score}).', {
      format: t(names[format]),
      score: encodeScore.toFixed(1),
    }),
  };
}

function peerBound(levelIdc: number): Bound {
  // Level 1b is written as 9 and carries what level 1 does.
  const level = levelIdc === 9 ? 10 : levelIdc;
  const format = largest((one) => level >= formatNeeds[one].levelIdc);
  return { format, reason: allowed('peer', format) };
}

function cameraBound(camera: Exclude<VideoCircumstances['camera'], undefined>): Bound {
  if (camera === 'none') return { format: 'none', reason: t('There is no camera.') };
  const format = largest((one) => {
    const needs = formatNeeds[one];
    // Every camera gives the smallest; slow ones give the smaller ones at their own pace.
    if (one === 'qcif') return true;
    const isFast = !one.startsWith('720p') || camera.framesPerSecond >= needs.framesPerSecond * frameRateSlack;
    return camera.width >= needs.width && camera.height >= needs.height && isFast;
  });
  return { format, reason: t('The camera gives at most {format}.', { format: t(names[format]) }) };
}

function bitrateBound(bitrate: number, who: keyof typeof bitrateWords): Bound {
  const format = largest((one) => bitrate >= formatNeeds[one].bitrateKbps);
  const words = bitrateWords[who];
  const kbps = Math.floor(bitrate);
  return {
    format,
    reason: format === 'none' ? t(words.none, { kbps }) : t(words.enough, { kbps, format: t(names[format]) }),
  };
}
