import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../src-shared/clock.ts';
import type { SavedRecording } from '../../src-shared/contract/calls.ts';
import type { RecordingFormat } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import { whoIs } from './who.ts';

export interface CallRecordingsOptions {
  /** Where recordings are kept; read at each beginning. */
  readonly folder: () => string;
  /** What the next recording is kept in. */
  readonly format: () => RecordingFormat;
  /** Tells the window what a recording is of; no calls: it ends. Rejects with AppError. */
  readonly window: (recordingId: string, callIds: readonly string[], format: RecordingFormat) => Promise<void>;
  /** Shows whether a call is recorded; `words` for the person when that ended by itself. */
  readonly shown: (callId: string, isRecorded: boolean, words?: string) => void;
  /** Whether the call is not over yet. */
  readonly isRunning: (callId: string) => boolean;
  /** Tells the person where a recording is. */
  readonly saved: (recording: SavedRecording) => void;
  /** Shows a file in its folder; undefined where the shell cannot. */
  readonly showFile: ((path: string) => void) | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Bytes of the head of a WAV file as the window writes it. */
const wavHeadBytes = 44;

interface OpenRecording {
  readonly id: string;
  /** What it is of: one call, or all of a conference. None once it is asked to end. */
  callIds: readonly string[];
  readonly path: string;
  readonly file: FileHandle;
  readonly format: RecordingFormat;
  /** Pieces are written one after the other: a file has an order. */
  writing: Promise<void>;
  bytes: number;
}

const windowGoneWords = msg(
  'The window was opened anew, so the recording of this call ended. What was recorded until then is kept; start another recording if you want to go on.',
);
const endedWords = msg(
  'The recording ended before the call. What was recorded until then is kept; start another recording if you want to go on.',
);
const unwritableWords = msg(
  'The call cannot be recorded: the folder for recordings cannot be written to. Free some space, or choose another folder in Settings, Calls.',
);

/**
 * Recordings of calls, one file each (WebM with Opus, or WAV), named by time and far end, written piece by piece so that
 * a crash loses a second. A recording is of a conversation: it goes along into a conference and stays with those who are
 * left in it. On hold it goes on in silence.
 *
 *   none --start, file and window agree--> open --stop | call over--> closing --last piece--> none
 *   open | closing --cannot be written | another window takes the sound--> none (said; what was written stays)
 */
export class CallRecordings {
  readonly #options: CallRecordingsOptions;
  readonly #open = new Map<string, OpenRecording>();
  /** Where those of this run are, by their ids. */
  readonly #files = new Map<string, string>();

  constructor(options: CallRecordingsOptions) {
    this.#options = options;
  }

  /**
   * Records a call with all that are in a conference with it. Rejects with AppError when the file or the window cannot;
   * nothing is recorded then.
   */
  async start(call: Pick<Call, 'id' | 'party'>, callIds: readonly string[]): Promise<void> {
    if (this.#of(callIds).length > 0) return;
    const format = this.#options.format();
    const path = join(this.#options.folder(), recordingName(call.party, this.#options.clock.now(), format));
    let file: FileHandle;
    try {
      await mkdir(this.#options.folder(), { recursive: true });
      // Others' words are in it: for this user alone, and never over an older one.
      file = await open(path, 'wx', 0o600);
    } catch (error) {
      this.#options.log.warn('a recording was not begun', { error });
      throw new AppError('invalid', t(unwritableWords), path);
    }
    const isOver = (): boolean => !callIds.some(this.#options.isRunning);
    if (isOver()) {
      // While the folder was slow.
      await file.close();
      await rm(path, { force: true });
      throw new AppError('notFound', t('This call is over.'), call.id);
    }
    const id = randomUUID();
    const recording: OpenRecording = { id, callIds, path, file, format, writing: Promise.resolve(), bytes: 0 };
    this.#open.set(id, recording);
    try {
      await this.#options.window(id, callIds, format);
    } catch (error) {
      await this.#close(recording);
      this.#isOf(recording, []);
      throw error;
    }
    if (isOver()) {
      // The window heard of the end first, and would record silence.
      this.#isOf(recording, []);
      this.#tell(recording);
      return;
    }
    this.#options.log.info('a call is recorded', { callId: call.id, path });
    for (const callId of recording.callIds) this.#options.shown(callId, true);
  }

  /** Ends what is recorded of a call. The last piece follows from the window. */
  async stop(callId: string): Promise<void> {
    for (const recording of this.#of([callId])) {
      await this.#options.window(recording.id, [], recording.format);
      this.#isOf(recording, []);
    }
  }

  /** These calls are one conversation now: whatever recorded one of them records all of it. */
  joined(callIds: readonly string[]): void {
    for (const recording of this.#of(callIds)) {
      this.#isOf(recording, callIds);
      this.#tell(recording);
    }
  }

  /** A call is in its conference no longer, whose recording goes on without it. */
  left(callId: string): void {
    for (const recording of this.#of([callId])) {
      const rest = recording.callIds.filter((one) => one !== callId);
      // What is recorded of this call alone ends with its sound.
      if (rest.length === 0) continue;
      this.#isOf(recording, rest);
      this.#tell(recording);
    }
  }

  /** A piece of a recording, in order. Rejects with AppError `notFound` when it is not open. */
  async piece(recordingId: string, base64: string, last: boolean): Promise<void> {
    const recording = this.#open.get(recordingId);
    if (recording === undefined) throw new AppError('notFound', t('This call is not recorded.'), recordingId);
    const data = Buffer.from(base64, 'base64');
    recording.bytes += data.length;
    recording.writing = recording.writing.then(async () => {
      if (data.length > 0) await recording.file.writeFile(data);
    });
    try {
      await recording.writing;
    } catch (error) {
      this.#options.log.warn('a recording was not written', { recordingId, error });
      await this.#close(recording);
      this.#isOf(recording, [], t(unwritableWords));
      await this.#options.window(recordingId, [], recording.format).catch(() => undefined);
      return;
    }
    if (!last) return;
    await this.#close(recording);
    // Nobody asked for it; where a call is over nothing is shown of it.
    this.#isOf(recording, [], t(endedWords));
  }

  /** Shows where a recording is. Throws AppError. */
  show(recordingId: string): void {
    const path = this.#files.get(recordingId);
    if (path === undefined) throw new AppError('notFound', t('Parley does not know where that recording is any more.'));
    const { showFile } = this.#options;
    if (showFile === undefined) throw new AppError('unsupported', t('Parley cannot open folders here.'), path);
    showFile(path);
  }

  /** Another window has the sound now, or the same one was loaded anew: it records nothing. */
  async windowChanged(): Promise<void> {
    for (const recording of [...this.#open.values()]) {
      await this.#close(recording);
      this.#isOf(recording, [], t(windowGoneWords));
    }
  }

  /** Ends all that is open, for example when the person signs out. */
  async end(): Promise<void> {
    for (const recording of [...this.#open.values()]) await this.#close(recording);
  }

  #of(callIds: readonly string[]): OpenRecording[] {
    return [...this.#open.values()].filter((one) => callIds.some((callId) => one.callIds.includes(callId)));
  }

  /** Says what a recording is of from now on, and shows it. `words` why it is of no call any more. */
  #isOf(recording: OpenRecording, callIds: readonly string[], words?: string): void {
    const before = recording.callIds;
    recording.callIds = callIds;
    for (const callId of before) if (this.#of([callId]).length === 0) this.#options.shown(callId, false, words);
    for (const callId of callIds) if (!before.includes(callId)) this.#options.shown(callId, true);
  }

  #tell({ id, callIds, format }: OpenRecording): void {
    this.#options.window(id, callIds, format).catch((error: unknown) => {
      this.#options.log.warn('the window was not told what is recorded', { id, error });
    });
  }

  async #close(recording: OpenRecording): Promise<void> {
    if (!this.#open.delete(recording.id)) return;
    await recording.writing.catch(() => undefined);
    if (recording.format === 'wav') await writeWavSizes(recording).catch(() => undefined);
    await recording.file.close().catch(() => undefined);
    // Nothing was said: an empty file is no recording.
    if (recording.bytes === 0) {
      await rm(recording.path, { force: true }).catch(() => undefined);
      return;
    }
    const { id, path } = recording;
    this.#files.set(id, path);
    this.#options.saved({ recordingId: id, file: basename(path), folder: dirname(path) });
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
  const who = whoIs(party)
    .replaceAll(/[\p{Cc}<>:"/\\|?*]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 80)
    .replace(/[. ]+$/, '');
  return `${day} ${time} ${who === '' ? 'call' : who}.${format === 'wav' ? 'wav' : 'webm'}`;
}
