import { describe, expect, test } from 'vitest';
import { decideVideo } from './throttle.ts';
import type { VideoCircumstances } from './throttle.ts';

/** Everything allows the largest video. */
const best: VideoCircumstances = {
  encodeScore: 5.9,
  peerLevelIdc: 31,
  camera: { width: 1280, height: 720, framesPerSecond: 30 },
  policy: { maxFormat: '720p30', maxBitrateKbps: 4_000 },
  user: { maxFormat: '720p30', maxBitrateKbps: 3_000 },
  bandwidthKbps: 10_000,
};

describe('with nothing in its way', () => {
  test('720p30 is sent, at the least of the bit rates, with no reasons', () => {
    expect(decideVideo(best)).toEqual({ format: '720p30', maxBitrateKbps: 3_000, reasons: [] });
  });

  test('what is not known yet sets no bound, except the computer’s own speed', () => {
    const unknown = {
      ...best,
      peerLevelIdc: undefined,
      camera: undefined,
      policy: undefined,
      bandwidthKbps: undefined,
    };
    expect(decideVideo(unknown).format).toBe('720p30');
    expect(decideVideo({ ...unknown, encodeScore: undefined })).toEqual({
      format: 'cif',
      maxBitrateKbps: 3_000,
      reasons: ['This computer was not measured yet.'],
    });
  });
});

describe('one bound alone', () => {
  const rows: [string, Partial<VideoCircumstances>, string, number, string][] = [
    // The score: 5.9 for 720p30; the lower rows follow from the macroblock rates.
    ['score 5.8', { encodeScore: 5.8 }, '720p15', 3_000, 'score 5.8'],
    ['score 3.9', { encodeScore: 3.9 }, '720p15', 3_000, 'score 3.9'],
    ['score 3.8', { encodeScore: 3.8 }, 'vga', 3_000, 'score 3.8'],
    ['score 2.7', { encodeScore: 2.7 }, 'vga', 3_000, 'score 2.7'],
    ['score 2.6', { encodeScore: 2.6 }, 'cif', 3_000, 'score 2.6'],
    ['score 1.0', { encodeScore: 1 }, 'cif', 3_000, 'score 1.0'],
    // The far end's level (ITU-T H.264 table A-1), and what it takes at most.
    ['level 3.0', { peerLevelIdc: 30 }, 'vga', 3_000, 'The other side'],
    ['level 2.2', { peerLevelIdc: 22 }, 'cif', 3_000, 'The other side'],
    ['level 1.3', { peerLevelIdc: 13 }, 'cif', 768, 'The other side'],
    ['level 1.2', { peerLevelIdc: 12 }, 'qcif', 384, 'The other side'],
    ['level 1b', { peerLevelIdc: 9 }, 'qcif', 128, 'The other side'],
    ['level 1.0', { peerLevelIdc: 10 }, 'qcif', 64, 'The other side'],
    ['level 4.0', { peerLevelIdc: 40 }, '720p30', 3_000, ''],
    ['level 0', { peerLevelIdc: 0 }, 'none', 0, 'The other side'],
    // The camera.
    ['no camera', { camera: 'none' }, 'none', 0, 'There is no camera.'],
    ['29.97 fps', { camera: { width: 1920, height: 1080, framesPerSecond: 29.97 } }, '720p30', 3_000, ''],
    ['720p at 15', { camera: { width: 1280, height: 720, framesPerSecond: 15 } }, '720p15', 3_000, 'The camera'],
    ['720p at 10', { camera: { width: 1280, height: 720, framesPerSecond: 10 } }, 'vga', 3_000, 'The camera'],
    ['640 x 480', { camera: { width: 640, height: 480, framesPerSecond: 30 } }, 'vga', 3_000, 'The camera'],
    ['640 x 360', { camera: { width: 640, height: 360, framesPerSecond: 30 } }, 'cif', 3_000, 'The camera'],
    ['160 x 120', { camera: { width: 160, height: 120, framesPerSecond: 30 } }, 'qcif', 3_000, 'The camera'],
    // The organization and the person.
    ['policy VGA', { policy: { maxFormat: 'vga', maxBitrateKbps: 4_000 } }, 'vga', 3_000, 'Your organization'],
    [
      'policy none',
      { policy: { maxFormat: 'none', maxBitrateKbps: 4_000 } },
      'none',
      0,
      'Your organization allows no video.',
    ],
    [
      'policy 1 Mbit/s',
      { policy: { maxFormat: '720p30', maxBitrateKbps: 1_000 } },
      '720p15',
      1_000,
      'Your organization allows 1000',
    ],
    ['own CIF', { user: { maxFormat: 'cif', maxBitrateKbps: 3_000 } }, 'cif', 3_000, 'Your settings'],
    ['own none', { user: { maxFormat: 'none', maxBitrateKbps: 3_000 } }, 'none', 0, 'Your settings allow no video.'],
    ['own 999 kbit/s', { user: { maxFormat: '720p30', maxBitrateKbps: 999 } }, 'vga', 999, 'Your settings allow 999'],
    // The network, after 64 kbit/s for audio.
    ['2,064 kbit/s', { bandwidthKbps: 2_064 }, '720p30', 2_000, ''],
    ['2,063 kbit/s', { bandwidthKbps: 2_063 }, '720p15', 1_999, 'The network'],
    ['1,064 kbit/s', { bandwidthKbps: 1_064 }, '720p15', 1_000, 'The network'],
    ['1,063 kbit/s', { bandwidthKbps: 1_063 }, 'vga', 999, 'The network'],
    ['320 kbit/s', { bandwidthKbps: 320 }, 'cif', 256, 'The network'],
    ['319 kbit/s', { bandwidthKbps: 319 }, 'qcif', 255, 'The network'],
    ['128 kbit/s', { bandwidthKbps: 128 }, 'qcif', 64, 'The network'],
    ['127 kbit/s', { bandwidthKbps: 127 }, 'none', 0, 'too little'],
    ['0 kbit/s', { bandwidthKbps: 0 }, 'none', 0, 'too little'],
  ];

  test.each(rows)('%s', (_, change, format, bitrate, reason) => {
    const decision = decideVideo({ ...best, ...change });
    expect(decision.format).toBe(format);
    expect(decision.maxBitrateKbps).toBe(bitrate);
    expect(decision.reasons).toHaveLength(reason === '' ? 0 : 1);
    expect(decision.reasons.join('')).toContain(reason);
  });
});

describe('several bounds', () => {
  test('the least wins, and only what holds it there is a reason', () => {
    const decision = decideVideo({
      ...best,
      encodeScore: 3.9,
      peerLevelIdc: 30,
      policy: { maxFormat: 'vga', maxBitrateKbps: 4_000 },
    });
    expect(decision.format).toBe('vga');
    expect(decision.reasons).toEqual([
      'Your organization allows at most VGA (640 × 480).',
      'The other side takes at most VGA (640 × 480).',
    ]);
  });

  test('tightening any bound never gives a larger picture or bit rate', () => {
    const formats = ['none', 'qcif', 'cif', 'vga', '720p15', '720p30'];
    const steps: Partial<VideoCircumstances>[] = [
      { encodeScore: 3.9 },
      { peerLevelIdc: 13 },
      { camera: { width: 640, height: 480, framesPerSecond: 15 } },
      { policy: { maxFormat: '720p15', maxBitrateKbps: 900 } },
      { user: { maxFormat: 'vga', maxBitrateKbps: 500 } },
      { bandwidthKbps: 300 },
    ];
    for (let mask = 0; mask < 64; mask += 1) {
      const before = decideVideo(
        Object.assign({}, best, ...steps.filter((_, index) => (mask & (1 << index)) !== 0)) as VideoCircumstances,
      );
      for (const [index, step] of steps.entries()) {
        if ((mask & (1 << index)) !== 0) continue;
        const chosen = steps.filter((_, other) => (mask & (1 << other)) !== 0);
        const after = decideVideo(Object.assign({}, best, ...chosen, step) as VideoCircumstances);
        expect(formats.indexOf(after.format)).toBeLessThanOrEqual(formats.indexOf(before.format));
        expect(after.maxBitrateKbps).toBeLessThanOrEqual(before.maxBitrateKbps);
      }
    }
  });
});
