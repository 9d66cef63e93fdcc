import { t } from '@lingui/core/macro';
import type { CallOutput } from '../../src-shared/contract/contract.ts';

type Part = CallOutput<'capability.measureVideo'>['parts'][number];

/** H.264 baseline level 3.1: 1280 x 720 at 30 frames a second (ITU-T H.264 table A-1). */
const codec = 'avc1.42E01F';
const width = 1280;
const height = 720;
const framesPerSecond = 30;
const bitrateKbps = 1_500;
/** Milliseconds of wall-clock time that each direction is measured. */
const measureMs = 2_500;
/** Frames that may wait in a coder: it must be busy, and memory must stay small. */
const queueFrames = 4;

interface Encoded {
  readonly chunks: readonly EncodedVideoChunk[];
  readonly framesPerSecond: number;
}

/**
 * How many frames of 720p H.264 this computer encodes and decodes in a second with WebCodecs, as calls would.
 * `processorShare` is what 30 frames a second would take of one coder: 0.5 leaves half of it.
 * A direction that cannot be measured answers 0 frames with the reason.
 */
export async function measureVideo(): Promise<Part[]> {
  if (typeof VideoEncoder === 'undefined' || typeof VideoDecoder === 'undefined') {
    const note = t`This browser has no video coders of its own.`;
    return [nothing('encode', note), nothing('decode', note)];
  }
  let encoded: Encoded;
  try {
    encoded = await measureEncode();
  } catch (error) {
    const note = reason(error);
    return [nothing('encode', note), nothing('decode', note)];
  }
  const encode = part('encode', encoded.framesPerSecond);
  try {
    return [encode, part('decode', await measureDecode(encoded.chunks))];
  } catch (error) {
    return [encode, nothing('decode', reason(error))];
  }
}

function part(name: Part['part'], measured: number): Part {
  const share = measured === 0 ? 0 : Math.min(64, framesPerSecond / measured);
  return {
    part: name,
    framesPerSecond: Math.round(measured * 10) / 10,
    processorShare: Math.round(share * 1_000) / 1_000,
    note: t`H.264, ${width} by ${height}, ${bitrateKbps} kbit/s`,
  };
}

function nothing(name: Part['part'], note: string): Part {
  return { part: name, framesPerSecond: 0, processorShare: 0, note: note.slice(0, 300) };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Pictures with detail and movement, drawn before the clock runs so that drawing is not measured. */
function pictures(count: number): readonly ImageBitmap[] {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error(t`This browser cannot draw test pictures.`);
  return Array.from({ length: count }, (_none, index) => {
    const shade = context.createLinearGradient(0, 0, width, height);
    shade.addColorStop(0, colour(index));
    shade.addColorStop(1, colour(index + 5));
    context.fillStyle = shade;
    context.fillRect(0, 0, width, height);
    for (let spot = 0; spot < 400; spot += 1) {
      context.fillStyle = colour(spot);
      context.fillRect((spot * 61 + index * 7) % width, (spot * 97 + index * 5) % height, 14, 14);
    }
    return canvas.transferToImageBitmap();
  });
}

/** One of many colours; the factor is odd, so that neighbours differ in every channel. */
function colour(index: number): string {
  return `#${((index * 2_654_435 + 0x40_60_80) % 0x1_00_00_00).toString(16).padStart(6, '0')}`;
}

async function measureEncode(): Promise<Encoded> {
  const config: VideoEncoderConfig = {
    codec,
    width,
    height,
    bitrate: bitrateKbps * 1_000,
    framerate: framesPerSecond,
    latencyMode: 'realtime',
    avc: { format: 'annexb' },
  };
  const { supported } = await VideoEncoder.isConfigSupported(config);
  if (supported !== true) throw new Error(t`This browser does not encode H.264.`);
  const chunks: EncodedVideoChunk[] = [];
  let failure: Error | undefined;
  const encoder = new VideoEncoder({
    output: (chunk) => {
      chunks.push(chunk);
    },
    error: (error) => {
      failure = error;
    },
  });
  encoder.configure(config);
  const source = pictures(12);
  const startedAtMs = performance.now();
  let frames = 0;
  while (performance.now() - startedAtMs < measureMs && failure === undefined) {
    const picture = source[frames % source.length];
    if (picture === undefined) break;
    const frame = new VideoFrame(picture, { timestamp: Math.round((frames * 1e6) / framesPerSecond) });
    encoder.encode(frame, { keyFrame: frames % (framesPerSecond * 10) === 0 });
    frame.close();
    frames += 1;
    while (encoder.encodeQueueSize >= queueFrames) await dequeued(encoder);
  }
  await encoder.flush();
  const seconds = (performance.now() - startedAtMs) / 1_000;
  encoder.close();
  for (const picture of source) picture.close();
  if (failure !== undefined) throw failure;
  return { chunks, framesPerSecond: chunks.length / seconds };
}

async function measureDecode(chunks: readonly EncodedVideoChunk[]): Promise<number> {
  if (chunks.length === 0) throw new Error(t`The encoder gave no pictures.`);
  let frames = 0;
  let failure: Error | undefined;
  const decoder = new VideoDecoder({
    output: (frame) => {
      frames += 1;
      frame.close();
    },
    error: (error) => {
      failure = error;
    },
  });
  decoder.configure({ codec, codedWidth: width, codedHeight: height, optimizeForLatency: true });
  const startedAtMs = performance.now();
  // The stream begins with a key frame, so it can be decoded again and again.
  while (performance.now() - startedAtMs < measureMs && failure === undefined) {
    for (const chunk of chunks) {
      if (performance.now() - startedAtMs >= measureMs || decoder.state !== 'configured') break;
      decoder.decode(chunk);
      while (decoder.decodeQueueSize >= queueFrames) await dequeued(decoder);
    }
  }
  if (decoder.state === 'configured') await decoder.flush();
  const seconds = (performance.now() - startedAtMs) / 1_000;
  if (decoder.state !== 'closed') decoder.close();
  if (failure !== undefined) throw failure;
  return frames / seconds;
}

function dequeued(coder: EventTarget): Promise<void> {
  return new Promise((resolve) => {
    coder.addEventListener(
      'dequeue',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
