import { xml } from '@xmpp/client';
import { AppError } from '../../src-shared/errors.ts';
import type { Logger } from '../core/log.ts';
import type { ArchiveSync } from './archive-sync.ts';
import type { ChatDeletion } from './chat-deletion.ts';
import { namespaces } from './namespaces.ts';
import type { Outbox } from './outbox.ts';
import type { Roster } from './roster.ts';
import type { XmppSession } from './xmpp-session.ts';

export interface SessionSetupOptions {
  /** Our bare JID. */
  readonly own: string;
  readonly session: Pick<XmppSession, 'isUp' | 'iq'>;
  readonly roster: Pick<Roster, 'load'>;
  readonly outbox: Pick<Outbox, 'isHeld' | 'isDoubtful' | 'settle'>;
  readonly sync: Pick<ArchiveSync, 'run'>;
  readonly deletion: Pick<ChatDeletion, 'settleTimes'>;
  /** Roster and features are known: presence may be told. */
  readonly onReady: () => void;
  /** Calls back when the disk takes data again, now when it does. */
  readonly whenWritable: (then: () => void) => void;
  readonly log: Logger;
}

/**
 * The first steps of a new session, in order: carbons, features and roster; presence; what was missed; what waits to be sent.
 *
 *   idle --begin--> running --done | cut for good--> idle
 *
 * A cut that is resumed lets them go on; one that came too early for that is made up for by `resume`.
 */
export class SessionSetup {
  readonly #options: SessionSetupOptions;
  /** Sessions are numbered: steps of an earlier one end themselves. */
  #session = 0;
  #isRunning = false;
  #catchingUp: Promise<boolean> | undefined;
  /** Features of our account on the server (XEP-0030). */
  #features: ReadonlySet<string> = new Set();

  constructor(options: SessionSetupOptions) {
    this.#options = options;
  }

  get hasArchive(): boolean {
    return this.#features.has(namespaces.archive);
  }

  /** The server removes forged ids of our account (XEP-0313 section 5.1.1 demands it of every archive). */
  get trustsStanzaIds(): boolean {
    return this.hasArchive || this.#features.has(namespaces.stanzaIds);
  }

  begin(): void {
    this.#session += 1;
    this.#catchingUp = undefined;
    void this.#run(this.#session);
  }

  /** The connection came back. */
  resume(): void {
    if (this.#options.outbox.isHeld && !this.#isRunning) void this.#run(this.#session);
  }

  /** Signed out. */
  end(): void {
    this.#session += 1;
    this.#catchingUp = undefined;
  }

  /** Reads what is missing from the server's archive. @returns true when all is here */
  async catchUp(): Promise<boolean> {
    if (!this.hasArchive) return false;
    const running = (this.#catchingUp ??= this.#options.sync.run());
    const isComplete = await running;
    if (this.#catchingUp === running) this.#catchingUp = undefined;
    return isComplete;
  }

  async #run(session: number): Promise<void> {
    this.#isRunning = true;
    try {
      await this.#takeSteps(() => session === this.#session && this.#options.session.isUp);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // The disk refused a note about what waits to be sent: it waits on until it is noted.
      this.#options.log.warn('what waits to be sent could not be settled', { error });
      this.#options.whenWritable(() => {
        if (session === this.#session && this.#options.session.isUp) this.resume();
      });
    } finally {
      if (session === this.#session) this.#isRunning = false;
    }
  }

  async #takeSteps(mayGoOn: () => boolean): Promise<void> {
    const { session, roster, outbox, deletion, onReady } = this.#options;
    const timesSettled = deletion.settleTimes();
    await Promise.all([
      this.#attempt('carbons', session.iq('set', xml('enable', { xmlns: namespaces.carbons }))),
      this.#attempt('features', this.#readFeatures()),
      this.#attempt('roster', roster.load()),
    ]);
    if (!mayGoOn()) return;
    onReady();
    // Nothing in doubt: what was written while offline goes out at once.
    if (!outbox.isDoubtful) outbox.settle(true);
    await timesSettled;
    if (!mayGoOn()) return;
    const isArchiveRead = await this.catchUp();
    if (mayGoOn()) outbox.settle(isArchiveRead);
  }

  async #readFeatures(): Promise<void> {
    this.#features = new Set();
    const query = xml('query', { xmlns: namespaces.discoInfo });
    const answer = await this.#options.session.iq('get', query, this.#options.own);
    const features = answer.getChild('query', namespaces.discoInfo)?.getChildren('feature') ?? [];
    this.#features = new Set(features.map((feature) => feature.attrs['var'] ?? ''));
  }

  /** A step that fails does not hold up the others. */
  async #attempt(what: string, work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#options.log.warn(`${what} failed`, { error });
    }
  }
}
