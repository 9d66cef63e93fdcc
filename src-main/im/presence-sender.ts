import { xml } from '@xmpp/client';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { OwnPresence } from '../presence/own-presence.ts';
import { imLimits } from './im-limits.ts';
import { namespaces } from './namespaces.ts';
import { presenceStanza } from './presence-stanza.ts';
import type { Roster } from './roster.ts';
import type { XmppSession } from './xmpp-session.ts';

export interface PresenceSenderOptions {
  readonly session: Pick<XmppSession, 'isUp' | 'domain' | 'send' | 'iq'>;
  readonly ownPresence: Pick<OwnPresence, 'wanted' | 'setConnected'>;
  readonly roster: Pick<Roster, 'presenceIsKnown' | 'presenceEnds' | 'flush'>;
  readonly clock: Clock;
  /** Fetches messages that the server did not send. */
  readonly fetchMissed: () => void;
}

/** A cut that is healed within this time (milliseconds) does not show as our being offline. */
const offlineAfterMs = 3_000;

/**
 * Tells the server our presence, and the roster when the server had the time to tell that of others.
 *
 *   unseen --presence--> visible --"appear offline"--> hidden --presence--> visible
 *   unseen --"appear offline"--> hidden
 *   any --new session--> unseen
 */
export class PresenceSender {
  readonly #options: PresenceSenderOptions;
  #state: 'unseen' | 'visible' | 'hidden' = 'unseen';
  #sent = '';
  #pollTimer: TimerHandle | undefined;
  #offlineTimer: TimerHandle | undefined;

  constructor(options: PresenceSenderOptions) {
    this.#options = options;
  }

  sessionBegins(): void {
    this.#state = 'unseen';
    this.#sent = '';
  }

  connected(): void {
    this.#clear();
    this.#options.ownPresence.setConnected(true);
  }

  connectionLost(): void {
    this.#clear();
    this.#offlineTimer = this.#options.clock.setTimeout(() => {
      this.#offlineTimer = undefined;
      this.#options.ownPresence.setConnected(false);
    }, offlineAfterMs);
  }

  stop(): void {
    this.#clear();
    this.#options.ownPresence.setConnected(false);
  }

  /** Tells what is wanted, unless it is told already. */
  send(): void {
    const { session, ownPresence } = this.#options;
    if (!session.isUp) return;
    const { shown, text } = ownPresence.wanted;
    if (shown === 'offline') {
      this.#hide(text);
      return;
    }
    const stanza = presenceStanza(shown, text);
    const written = stanza.toString();
    if (written === this.#sent) return;
    this.#sent = written;
    session.send(stanza);
    if (this.#state === 'visible') return;
    this.#state = 'visible';
    void this.#learnPresence();
  }

  #hide(text: string): void {
    const { session, roster } = this.#options;
    // A session that was never visible has nothing to take back.
    if (this.#state === 'visible') session.send(presenceStanza('offline', text));
    this.#state = 'hidden';
    this.#sent = '';
    roster.presenceEnds();
    roster.flush();
    this.#poll();
  }

  /** The server names who is there in answer to our first presence; what it answers to a ping comes afterwards. */
  async #learnPresence(): Promise<void> {
    const { session, roster } = this.#options;
    try {
      await session.iq('get', xml('ping', { xmlns: namespaces.ping }), session.domain);
    } catch (error) {
      // That it knows no ping is an answer, too.
      if (!(error instanceof AppError) || error.code === 'offline' || error.code === 'timeout') return;
    }
    if (this.#isVisible()) roster.presenceIsKnown();
  }

  #isVisible(): boolean {
    return this.#state === 'visible';
  }

  /** Who appears offline is sent nothing; messages are fetched from the archive instead. */
  #poll(): void {
    this.#pollTimer ??= this.#options.clock.setTimeout(() => {
      this.#pollTimer = undefined;
      if (!this.#options.session.isUp || this.#state !== 'hidden') return;
      this.#options.fetchMissed();
      this.#poll();
    }, imLimits.invisiblePollMs);
  }

  #clear(): void {
    for (const timer of [this.#pollTimer, this.#offlineTimer]) {
      if (timer !== undefined) this.#options.clock.clearTimeout(timer);
    }
    this.#pollTimer = undefined;
    this.#offlineTimer = undefined;
  }
}
