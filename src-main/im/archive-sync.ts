import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import { AppError } from '../../src-shared/errors.ts';
import type { Logger } from '../core/log.ts';
import { imLimits } from './im-limits.ts';
import type { InboundMessage } from './message-stanza.ts';
import type { MessageStore } from './message-store.ts';
import { namespaces } from './namespaces.ts';
import type { XmppSession } from './xmpp-session.ts';

export interface ArchiveSyncOptions {
  readonly store: MessageStore;
  readonly session: Pick<XmppSession, 'iq'>;
  /** The archive is about to be read. */
  readonly begins: () => void;
  /** Takes the messages of one page into the inbound steps, and returns when they are stored. */
  readonly take: (messages: readonly InboundMessage[], countsAsUnread: boolean) => void;
  /** Nothing of ours is under way: the archive up to here cannot miss a message that we look for later. */
  readonly isQuiet: () => boolean;
  readonly log: Logger;
}

interface Page {
  readonly messages: readonly InboundMessage[];
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly isComplete: boolean;
}

/** Attempts at one page: a busy server may answer the second time. */
const pageAttempts = 2;

/**
 * Fetches from the server's archive (XEP-0313) what was missed. The position is the newest archive id up to which
 * nothing is missing here. It moves with each page, and with live messages once everything before them is here
 * and no message of ours is in doubt: a later search for that message starts from the position.
 *
 *   behind --run, all pages read--> level --sessionBegins--> behind
 */
export class ArchiveSync {
  readonly #options: ArchiveSyncOptions;
  #state: 'behind' | 'level' = 'behind';
  /** Sessions are numbered: pages of an earlier one are not used. */
  #session = 0;
  #queryNumber = 0;
  #query: { readonly id: string; readonly messages: InboundMessage[] } | undefined;
  /** Newest live message that the position may move to. */
  #newestLive: string | undefined;

  constructor(options: ArchiveSyncOptions) {
    this.#options = options;
  }

  /** The `queryid` under way, by which results are recognised. */
  get queryId(): string | undefined {
    return this.#query?.id;
  }

  sessionBegins(): void {
    this.#session += 1;
    this.#state = 'behind';
    this.#query = undefined;
    this.#newestLive = undefined;
  }

  /** A result of the query under way. */
  onResult(message: InboundMessage): void {
    this.#query?.messages.push(message);
  }

  /** A stored live message. */
  onLive(archiveId: string): void {
    this.#newestLive = archiveId;
    this.savePosition();
  }

  /** Moves the position to the newest live message when that is safe. */
  savePosition(): void {
    if (this.#state !== 'level' || this.#newestLive === undefined || !this.#options.isQuiet()) return;
    this.#options.store.setArchivePosition(this.#newestLive);
    this.#newestLive = undefined;
  }

  /**
   * Reads what is missing.
   * @returns true when everything is here now, false when the archive could not be read to its end
   */
  async run(): Promise<boolean> {
    const session = this.#session;
    this.#options.begins();
    try {
      const position = this.#options.store.archivePosition();
      const isComplete = position === undefined ? await this.#first(session) : await this.#forward(session, position);
      if (session !== this.#session) return false;
      if (isComplete) {
        this.#state = 'level';
        this.savePosition();
      }
      return isComplete;
    } catch (error) {
      if (session === this.#session) this.#query = undefined;
      this.#options.log.warn('catching up failed', { error });
      return false;
    }
  }

  /** From the position to the end, oldest first. */
  async #forward(session: number, position: string): Promise<boolean> {
    let after = position;
    for (let pages = 0; pages < imLimits.catchUpPages; pages += 1) {
      let page: Page;
      try {
        page = await this.#page(after, 'after');
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'notFound') throw error;
        // The archive has forgotten that message, so it has forgotten older ones too: begin anew.
        this.#options.store.forgetArchivePosition();
        return await this.#first(session);
      }
      if (session !== this.#session) return false;
      this.#options.take(page.messages, true);
      if (page.last !== undefined) {
        after = page.last;
        this.#options.store.setArchivePosition(after);
      }
      if (page.isComplete || page.last === undefined) return true;
    }
    return false;
  }

  /** The first time on this computer: the newest messages, to have something to show; they are no news. */
  async #first(session: number): Promise<boolean> {
    const pages: Page[] = [];
    let before = '';
    for (let number = 0; number < imLimits.firstCatchUpPages; number += 1) {
      const page = await this.#page(before, 'before');
      if (session !== this.#session) return false;
      pages.push(page);
      if (page.isComplete || page.first === undefined) break;
      before = page.first;
    }
    const last = pages[0]?.last;
    for (const page of pages.reverse()) this.#options.take(page.messages, false);
    if (last !== undefined) this.#options.store.setArchivePosition(last);
    return true;
  }

  async #page(item: string, direction: 'after' | 'before'): Promise<Page> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ask(item, direction);
      } catch (error) {
        const mayTryAgain = error instanceof AppError && error.code === 'timeout' && attempt < pageAttempts;
        if (!mayTryAgain) throw error;
      }
    }
  }

  async #ask(item: string, direction: 'after' | 'before'): Promise<Page> {
    this.#queryNumber += 1;
    const query = { id: `catch-up-${this.#session}-${this.#queryNumber}`, messages: [] };
    this.#query = query;
    const max = xml('max', null, String(imLimits.catchUpPageMessages));
    const set = xml('set', { xmlns: namespaces.resultSet }, max, xml(direction, null, ...(item === '' ? [] : [item])));
    try {
      const answer = await this.#options.session.iq(
        'set',
        xml('query', { xmlns: namespaces.archive, queryid: query.id }, set),
      );
      return { messages: query.messages, ...readFin(answer) };
    } finally {
      this.#forget(query.id);
    }
  }

  #forget(queryId: string): void {
    if (this.#query?.id === queryId) this.#query = undefined;
  }
}

function readFin(answer: Element): Omit<Page, 'messages'> {
  const fin = answer.getChild('fin', namespaces.archive);
  const set = fin?.getChild('set', namespaces.resultSet);
  const complete = fin?.attrs['complete'];
  return {
    first: set?.getChildText('first') ?? undefined,
    last: set?.getChildText('last') ?? undefined,
    isComplete: complete === 'true' || complete === '1',
  };
}
