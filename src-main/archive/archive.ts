import { access, constants, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { HealthReporter, Service } from '../core/service.ts';
import { archivePath, archiveRoot, dayName, localDay } from './archive-path.ts';
import type { PathStyle } from './archive-path.ts';

export interface ArchiveSettings {
  readonly enabled: boolean;
  /** Empty: the usual place. */
  readonly folder: string;
}

export interface ArchiveOptions {
  readonly style: PathStyle;
  readonly home: string;
  readonly documents: string;
  /** Bare JID of the account. */
  readonly own: string;
  readonly ownName: () => string;
  readonly nameOf: (peer: string) => string;
  /** Read at each message, so that a change holds from the next one on. */
  readonly settings: () => ArchiveSettings;
  readonly health: HealthReporter;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Lines are gathered for this time (milliseconds), so that a burst costs a few writes. */
const gatherMs = 250;
/** After a failed write (milliseconds): the person may have freed space or plugged the disk in again. */
const retryMs = 30_000;
/** Characters kept for a folder that cannot be written to; beyond this the oldest are given up. */
const maxKeptCharacters = 4 * 1024 * 1024;

const words = {
  unwritable: msg('The archive folder cannot be written to. New chats are not saved. Choose another folder.'),
  full: msg('The disk is full. New chats are not saved to the archive. Free some space, or choose another folder.'),
} as const;

interface Entry {
  readonly path: string;
  readonly header: string;
  readonly line: string;
}

/**
 * Keeps chats as readable text, one file per conversation and day. It only ever adds to files. The chats themselves are
 * in the store: whatever happens here, none is lost there.
 *
 *   idle --append--> gathering --time--> writing --done--> idle
 *   writing --failed--> waiting --time | stop--> writing
 */
export class Archive implements Service {
  readonly name = 'archive';
  readonly #options: ArchiveOptions;
  #waiting: Entry[] = [];
  #waitingCharacters = 0;
  #timer: TimerHandle | undefined;
  #writing: Promise<void> | undefined;
  #isFailing = false;
  /** Checks of folders are numbered: only the newest counts. */
  #checks = 0;

  constructor(options: ArchiveOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    this.settingsChanged();
    return Promise.resolve();
  }

  /** Writes what is gathered. */
  async stop(): Promise<void> {
    this.#clearTimer();
    await this.#writing;
    this.#clearTimer();
    await this.#write();
    this.#clearTimer();
  }

  /** The folder or the switch changed: a folder that failed is forgotten, a new one that cannot be used is said at once. */
  settingsChanged(): void {
    const { enabled, folder } = this.#options.settings();
    this.#isFailing = false;
    this.#report(enabled ? 'ok' : 'off', '');
    this.#checks += 1;
    if (enabled) void this.#check(this.#checks, folder);
  }

  /** The person asked to try again: what waits is written now; where nothing does, the folder is looked at. */
  retry(): void {
    if (!this.#isFailing) return;
    if (this.#waiting.length > 0) {
      this.#clearTimer();
      this.#writeNow();
      return;
    }
    this.#checks += 1;
    void this.#check(this.#checks, this.#options.settings().folder);
  }

  /** Looks, and creates nothing: a folder for chats that nobody has would only surprise. */
  async #check(number: number, folder: string): Promise<void> {
    const { style, home, documents } = this.#options;
    try {
      await checkWritable(archiveRoot({ style, home, documents, folder }));
      if (number === this.#checks) this.#tell(undefined);
    } catch (error) {
      if (number === this.#checks) this.#tell(error);
    }
  }

  /** Takes stored messages; writes them soon. Returns at once and never fails. */
  append(messages: readonly ChatMessage[]): void {
    const { enabled, folder } = this.#options.settings();
    if (!enabled || messages.length === 0) return;
    for (const message of messages) this.#keep(this.#entry(message, folder));
    this.#timer ??= this.#options.clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#writeNow();
      },
      this.#isFailing ? retryMs : gatherMs,
    );
  }

  #entry(message: ChatMessage, folder: string): Entry {
    const { style, home, documents, own, nameOf, ownName } = this.#options;
    const day = localDay(message.sentAtMs);
    const newline = style === 'windows' || style === 'windowsXp' ? '\r\n' : '\n';
    const name = oneLine(nameOf(message.peer));
    const who = message.direction === 'in' ? name : oneLine(ownName());
    // Lines of one message are indented, so that no text can pose as another message.
    const text = message.body.split(/\r\n|[\n\r\u0085\u2028\u2029]/).join(`${newline}    `);
    return {
      path: archivePath({ style, home, documents, folder, own, peer: message.peer, day }),
      header: `${t('Chat with {name} ({peer}), {day}', { name, peer: message.peer, day: dayName(day) })}${newline}${newline}`,
      line: `[${timeOfDay(message.sentAtMs)}] ${who}: ${text}${newline}`,
    };
  }

  #keep(entry: Entry): void {
    this.#waiting.push(entry);
    this.#waitingCharacters += entry.line.length;
    while (this.#waitingCharacters > maxKeptCharacters && this.#waiting.length > 1) {
      this.#waitingCharacters -= this.#waiting.shift()?.line.length ?? 0;
    }
  }

  async #write(): Promise<void> {
    const entries = this.#waiting;
    this.#waiting = [];
    this.#waitingCharacters = 0;
    const files = Map.groupBy(entries, (entry) => entry.path);
    const unwritten: Entry[] = [];
    let problem: unknown;
    for (const [path, lines] of files) {
      try {
        await appendTo(path, lines[0]?.header ?? '', lines.map((entry) => entry.line).join(''));
      } catch (error) {
        problem ??= error;
        unwritten.push(...lines);
      }
    }
    if (entries.length > 0) this.#tell(problem);
    if (unwritten.length === 0) return;
    const later = this.#waiting;
    this.#waiting = [];
    this.#waitingCharacters = 0;
    for (const entry of [...unwritten, ...later]) this.#keep(entry);
    this.#clearTimer();
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#writeNow();
    }, retryMs);
  }

  #writeNow(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  #tell(problem: unknown): void {
    if (problem === undefined) {
      if (this.#isFailing) this.#report('ok', '');
      this.#isFailing = false;
      return;
    }
    const code = problem instanceof Error && 'code' in problem ? String(problem.code) : '';
    this.#isFailing = true;
    // A look at the folder that is under way has seen less than this.
    this.#checks += 1;
    this.#options.log.warn('the archive could not be written', { error: problem });
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    this.#report('failed', isFull ? t(words.full) : t(words.unwritable), code);
  }

  #report(state: ServiceHealth['state'], message: string, detail = ''): void {
    this.#options.health.report({ service: 'archive', state, message, ...(detail === '' ? {} : { detail }) });
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** @throws when the folder, or the next one above it that exists, is no folder or cannot be written to */
async function checkWritable(folder: string): Promise<void> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      if (!(await stat(path)).isDirectory()) throw new Error(`${path} is not a folder`);
      await access(path, constants.W_OK);
      return;
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isMissing || path === dirname(path)) throw error;
    }
  }
}

/** Adds text to a file, whole or not at all; a new file begins with the header. Only the user may read it. */
async function appendTo(path: string, header: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a', 0o600);
  try {
    const { size } = await file.stat();
    try {
      await file.appendFile(size === 0 ? header + text : text, 'utf8');
    } catch (error) {
      // A full disk takes a part; the rest would follow a half line later.
      await file.truncate(size).catch(() => undefined);
      throw error;
    }
  } finally {
    await file.close();
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Local time, 24 hours: the same for every reader. */
function timeOfDay(atMs: number): string {
  const date = new Date(atMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
