import { describe, expect, test } from 'vitest';
import { checkAudio } from './audio.ts';

interface WavOptions {
  readonly format?: number;
  readonly seconds?: number;
  /** What the header says; the truth unless set. */
  readonly saidBytes?: number;
  /** Chunks between format and data. */
  readonly between?: Buffer;
  readonly extensibleAs?: number;
}

function chunk(name: string, content: Buffer, said = content.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(name, 0, 'latin1');
  header.writeUInt32LE(said, 4);
  return Buffer.concat([header, content, Buffer.alloc(content.length % 2)]);
}

/** 8 kHz, 8 bit, one channel. */
function wav(options: WavOptions = {}): Buffer {
  const { seconds = 2, format = 1 } = options;
  const fmt = Buffer.alloc(options.extensibleAs === undefined ? 16 : 40);
  fmt.writeUInt16LE(options.extensibleAs === undefined ? format : 0xfffe, 0);
  fmt.writeUInt16LE(1, 2);
  fmt.writeUInt32LE(8_000, 4);
  fmt.writeUInt32LE(8_000, 8);
  fmt.writeUInt16LE(1, 12);
  fmt.writeUInt16LE(8, 14);
  if (options.extensibleAs !== undefined) fmt.writeUInt16LE(options.extensibleAs, 24);
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', fmt),
    options.between ?? Buffer.alloc(0),
    chunk('data', Buffer.alloc(seconds * 8_000, 0x55), options.saidBytes),
  ]);
  return chunk('RIFF', body);
}

describe('sound that can be played', () => {
  test.each([
    ['PCM', 1],
    ['float', 3],
    ['A-law', 6],
    ['mu-law', 7],
  ])('%s wav, unchanged and with its length', (_, format) => {
    const bytes = wav({ format });
    expect(checkAudio(bytes)).toEqual({ kind: 'playable', audio: { mimeType: 'audio/wav', bytes, durationS: 2 } });
  });

  test('chunks that nobody knows are stepped over, odd ones too', () => {
    const between = Buffer.concat([chunk('LIST', Buffer.from('abc')), chunk('fact', Buffer.alloc(4))]);
    expect(checkAudio(wav({ between }))).toMatchObject({ kind: 'playable', audio: { durationS: 2 } });
  });

  test('the format of an extensible wav stands in its GUID', () => {
    expect(checkAudio(wav({ extensibleAs: 1 })).kind).toBe('playable');
    expect(checkAudio(wav({ extensibleAs: 0x31 }))).toMatchObject({ kind: 'problem', problem: 'format' });
  });

  test.each([0, 0x7fff_ffff, 0xffff_ffff])('a length of %i, written before it was known, is put right', (saidBytes) => {
    const check = checkAudio(wav({ saidBytes }));
    if (check.kind !== 'playable') throw new Error('not playable');
    expect(check.audio.durationS).toBe(2);
    expect(check.audio.bytes.readUInt32LE(40)).toBe(16_000);
    expect(check.audio.bytes.readUInt32LE(4)).toBe(check.audio.bytes.length - 8);
  });

  test('a last frame that is missing is not missed', () => {
    expect(checkAudio(wav({ saidBytes: 16_200 })).kind).toBe('playable');
  });

  test('MP3 and Ogg as they are', () => {
    expect(checkAudio(Buffer.from('ID3\x04rest'))).toMatchObject({ audio: { mimeType: 'audio/mpeg' } });
    expect(checkAudio(Buffer.from([0xff, 0xfb, 0x90, 0x00]))).toMatchObject({ audio: { mimeType: 'audio/mpeg' } });
    expect(checkAudio(Buffer.from('OggSrest'))).toMatchObject({ audio: { mimeType: 'audio/ogg' } });
  });
});

describe('sound that cannot be played', () => {
  test.each([
    ['GSM, as wav49', 0x31],
    ['G.726', 0x45],
    ['ADPCM', 0x02],
  ])('%s is whole, but no browser plays it', (_, format) => {
    expect(checkAudio(wav({ format }))).toMatchObject({ kind: 'problem', problem: 'format' });
  });

  test('a wav cut anywhere is incomplete or no sound, never a crash', () => {
    const whole = wav();
    for (let length = 0; length < 60; length += 1) {
      expect(checkAudio(whole.subarray(0, length)), `${length} bytes`).toMatchObject({ kind: 'problem' });
    }
    expect(checkAudio(whole.subarray(0, whole.length / 2))).toMatchObject({ kind: 'problem', problem: 'incomplete' });
  });

  test('text, nothing, and a wav of no speed are no sound', () => {
    expect(checkAudio(Buffer.from('<html>'))).toMatchObject({ problem: 'notAudio' });
    expect(checkAudio(Buffer.alloc(0))).toMatchObject({ problem: 'notAudio' });
    const still = wav();
    still.writeUInt32LE(0, 28);
    expect(checkAudio(still)).toMatchObject({ problem: 'notAudio' });
  });

  test('chunks with lengths that lead nowhere end the search', () => {
    expect(checkAudio(wav({ between: chunk('LIST', Buffer.alloc(2), 0xffff_ffff) }))).toMatchObject({
      problem: 'incomplete',
    });
    const empty = Buffer.concat([chunk('RIFF', Buffer.from('WAVE')), Buffer.alloc(800)]);
    expect(checkAudio(empty)).toMatchObject({ kind: 'problem' });
  });
});
