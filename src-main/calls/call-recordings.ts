import { mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../src-shared/clock.ts';
import type { RecordingFormat } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Call } from '../../src-shared/model/call.ts';
import type { Logger } from '../core/log.ts';

export interface CallRecordingsOptions {
  /** Where recordings are kept; read at each beginning. */
  readonly folder: () => string;
  /** What the next recording is kept in. */
  readonly format: () => RecordingFormat;
  /** Tells the window to begin or to end. Rejects with AppError. */
  readonly window: (callId: string, on: boolean, format: RecordingFormat) => Promise<void>;
  /** Words for the person about a recording that could not go on. */
  readonly lost: (callId: string, words: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Bytes of the head of a WAV file as the window writes it. */
const wavHeadBytes = 44;

interface OpenRecording {
  readonly path: string;
  readonly file: FileHandle;
  readonly format: RecordingFormat;
  /** Pieces are written one after the other: a file has an order. */
  writing: Promise<void>;
  bytes: number;
}

const windowGoneWords =
  'The window was opened anew, so the recording of this call ended. What was recorded until then is kept; start another recording if you want to go on.';
const unwritableWords =
  'The call cannot be recorded: the folder for recordings cannot be written to. Free some space, or choose another folder in Settings, Calls.';

/**
 * Recordings of calls, one file each (WebM with Opus, or WAV), named by time and far end, written piece by piece so that
 * a crash loses a second.
 *
 *   none --start, file and window agree--> open --stop | call over--> closing --last piece--> none
 *   open | closing --cannot be written | another window takes the sound--> none (said; what was written stays)
 */
export class CallRecordings {
  readonly #options: CallRecordingsOptions;
  readonly #open = new Map<string, OpenRecording>();

  constructor(options: CallRecordingsOptions) {
    this.#options = options;
  }

  /** Rejects with AppError when the file or the window cannot; nothing is recorded then. */
  async start(call: Pick<Call, 'id' | 'party'>): Promise<void> {
    if (this.#open.has(call.id)) return;
    const format = this.#options.format();
    const path = join(this.#options.folder(), recordingName(call.party, this.#options.clock.now(), format));
    let file: FileHandle;
    try {
      await mkdir(this.#options.folder(), { recursive: true });
      // Others' words are in it: for this user alone, and never over an older one.
      file = await open(path, 'wx', 0o600);
    } catch (error) {
      this.#options.log.warn('a recording was not begun', { error });
      throw new AppError('invalid', unwritableWords, path);
    }
    this.#open.set(call.id, { path, file, format, writing: Promise.resolve(), bytes: 0 });
    try {
      await this.#options.window(call.id, true, format);
    } catch (error) {
      await this.#close(call.id);
      throw error;
    }
    this.#options.log.info('a call is recorded', { id: call.id, path });
  }

  /** The last piece follows from the window. */
  async stop(callId: string): Promise<void> {
    const recording = this.#open.get(callId);
    if (recording !== undefined) await this.#options.window(callId, false, recording.format);
  }

  /** A piece of a recording, in order. Rejects with AppError `notFound` when nothing of that call is recorded. */
  async piece(callId: string, base64: string, last: boolean): Promise<void> {
    const recording = this.#open.get(callId);
    if (recording === undefined) throw new AppError('notFound', 'This call is not recorded.', callId);
    const data = Buffer.from(base64, 'base64');
    recording.bytes += data.length;
    recording.writing = recording.writing.then(async () => {
      if (data.length > 0) await recording.file.writeFile(data);
    });
    try {
      await recording.writing;
    } catch (error) {
      this.#options.log.warn('a recording was not written', { id: callId, error });
      await this.#close(callId);
      this.#options.lost(callId, unwritableWords);
      await this.#options.window(callId, false, recording.format).catch(() => undefined);
      return;
    }
    if (last) await this.#close(callId);
  }

  /** Another window has the sound now, or the same one was loaded anew: it records nothing. */
  async windowChanged(): Promise<void> {
    for (const callId of [...this.#open.keys()]) {
      await this.#close(callId);
      this.#options.lost(callId, windowGoneWords);
    }
  }

  /** Ends all that is open, for example when the person signs out. */
  async end(): Promise<void> {
    for (const callId of [...this.#open.keys()]) await this.#close(callId);
  }

  async #close(callId: string): Promise<void> {
    const recording = this.#open.get(callId);
    if (recording === undefined) return;
    this.#open.delete(callId);
    await recording.writing.catch(() => undefined);
    if (recording.format === 'wav') await writeWavSizes(recording).catch(() => undefined);
    await recording.file.close().catch(() => undefined);
    // Nothing was said: an empty file is no recording.
    if (recording.bytes === 0) await rm(recording.path, { force: true }).catch(() => undefined);
  }
}

/** The sizes that stand in the head of a WAV file, which nobody knew when it was begun. */
async function writeWavSizes({ file, bytes }: Pick<OpenRecording, 'file' | 'bytes'>): Promise<void> {
  if (bytes < wavHeadBytes) return;
  const size = (value: number): Buffer => {
    const four = Buffer.alloc(4);
    // A file beyond 4 GB keeps the size that means "as long as there is".
    four.writeUInt32LE(Math.min(value, 0xffff_ffff));
    return four;
  };
  await file.write(size(bytes - 8), 0, 4, 4);
  await file.write(size(bytes - wavHeadBytes), 0, 4, wavHeadBytes - 4);
}

/** `2026-11-22 19-37-05 Bob Okafor.webm`, in local time, without what Windows, macOS or Linux refuse in names. */
export function recordingName(
  party: Pick<Call['party'], 'name' | 'number'>,
  atMs: number,
  format: RecordingFormat,
): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}-${two(at.getMinutes())}-${two(at.getSeconds())}`;
  const who = (party.name ?? party.number)
    .replaceAll(/[\p{Cc}<>:"/\\|?*]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 80)
    .replace(/[. ]+$/, '');
  return `${day} ${time} ${who === '' ? 'call' : who}.${format === 'wav' ? 'wav' : 'webm'}`;
}
