import { webcrypto } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

/** Speeds of the processor in MB a second. */
export interface ProcessorSpeeds {
  readonly encryption: number;
  readonly hashing: number;
  readonly compression: number;
}

/** One piece of work; done outside of the event loop's thread. */
export type Work = (piece: Uint8Array<ArrayBuffer>) => Promise<unknown>;

export interface ProcessorWork {
  readonly encryption: Work;
  readonly hashing: Work;
  readonly compression: Work;
}

/** Small enough that handing it over does not hold the event loop up, large enough that the hand-over does not count. */
const pieceBytes = 256 * 1024;
/** What is made of the test data in one turn of the event loop. */
const sliceBytes = 16 * 1024;
/** Each kind of work is done for this long after one round that warms up. */
const partMs = 400;

const deflateAsync = promisify(deflate);

/** Node runs all three in its thread pool (WebCrypto and zlib's asynchronous calls), so the event loop stays free. */
export async function systemWork(): Promise<ProcessorWork> {
  const key = await webcrypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt']);
  return {
    encryption: (piece) =>
      // A counter would be needed for secrecy; here nobody reads the result.
      webcrypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, piece),
    hashing: (piece) => webcrypto.subtle.digest('SHA-256', piece),
    compression: (piece) => deflateAsync(piece, { level: 6 }),
  };
}

/**
 * Measures one kind of work after the other, each on one thread. `nowMs` is a monotonic clock.
 * Rejects when the signal aborts.
 */
export async function measureProcessor(
  work: ProcessorWork,
  nowMs: () => number,
  signal: AbortSignal,
): Promise<ProcessorSpeeds> {
  const piece = await ordinaryBytes(pieceBytes);
  return {
    encryption: await speed(work.encryption, piece, nowMs, signal),
    hashing: await speed(work.hashing, piece, nowMs, signal),
    compression: await speed(work.compression, piece, nowMs, signal),
  };
}

async function speed(
  work: Work,
  piece: Uint8Array<ArrayBuffer>,
  nowMs: () => number,
  signal: AbortSignal,
): Promise<number> {
  await work(piece);
  const startedAtMs = nowMs();
  let pieces = 0;
  let elapsedMs = 0;
  while (elapsedMs < partMs) {
    signal.throwIfAborted();
    await work(piece);
    pieces += 1;
    elapsedMs = nowMs() - startedAtMs;
  }
  return (pieces * piece.byteLength) / 1e6 / (elapsedMs / 1e3);
}

/**
 * Bytes that compress about as text does: words drawn from a small vocabulary, the same in every run.
 * Made in slices, as the whole takes over 10 ms on a cold start.
 */
async function ordinaryBytes(length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let state = 1;
  const draw = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const words = Array.from({ length: 600 }, () => Uint8Array.from({ length: 3 + draw(8) }, () => 97 + draw(26)));
  bytes.fill(32);
  let at = 0;
  for (let end = sliceBytes; at < length; end += sliceBytes) {
    while (at < Math.min(end, length)) {
      // Drawn twice: some words are much more frequent than others, as in any language.
      const word = words[draw(draw(words.length) + 1)] ?? new Uint8Array(1);
      bytes.set(word.subarray(0, Math.max(0, length - at)), at);
      at += word.length + 1;
    }
    await setImmediate();
  }
  return bytes;
}
