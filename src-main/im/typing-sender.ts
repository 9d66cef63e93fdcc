import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { Logger } from '../core/log.ts';
import { imLimits } from './im-limits.ts';
import { namespaces } from './namespaces.ts';
import type { XmppSession } from './xmpp-session.ts';

export interface TypingSenderOptions {
  readonly session: Pick<XmppSession, 'isUp' | 'send' | 'iq'>;
  /** The person lets others know. Read at each key stroke, so that a change holds at once. */
  readonly isAllowed: () => boolean;
  /** Full JIDs of who is online and sees our presence, newest last; empty: nobody there may be told. */
  readonly resourcesOf: (peer: string) => readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tells others that we are typing (XEP-0085), one to one. Only who is known to understand is told (section 5.1): by a
 * chat state of their own, or by what their client says of itself (section 4, XEP-0030).
 *
 *   idle --typed, understood--> composing --typed--> composing
 *   composing --nothing typed for imLimits.composingMs | cleared--> idle    (says paused)
 *   composing --message sent | connection lost--> idle                      (says nothing: the message says it)
 */
export class TypingSender {
  readonly #options: TypingSenderOptions;
  readonly #composing = new Map<string, TimerHandle>();
  /** What is known of a peer's client; `asking` while it is asked. */
  readonly #understands = new Map<string, boolean | 'asking'>();

  constructor(options: TypingSenderOptions) {
    this.#options = options;
  }

  /** The person struck a key in the message to this peer, or emptied it. */
  typed(peer: string, typing: boolean): void {
    const { session, isAllowed, resourcesOf } = this.#options;
    if (!typing || !isAllowed()) {
      this.#pause(peer);
      return;
    }
    const resources = resourcesOf(peer);
    if (!session.isUp || resources.length === 0) return;
    const understands = this.#understands.get(peer);
    if (understands === undefined) {
      void this.#ask(peer, resources);
      return;
    }
    if (understands !== true) return;
    const timer = this.#composing.get(peer);
    if (timer === undefined) session.send(chatStateStanza(peer, 'composing'));
    else this.#options.clock.clearTimeout(timer);
    this.#composing.set(
      peer,
      this.#options.clock.setTimeout(() => {
        this.#pause(peer);
      }, imLimits.composingMs),
    );
  }

  /** A message went to this peer; it carries `active`. */
  sent(peer: string): void {
    this.#forget(peer);
  }

  /** This peer's client sent a chat state, so it understands them. */
  heardState(peer: string): void {
    this.#understands.set(peer, true);
  }

  /** The connection is lost: nobody can be told, and other clients may be there afterwards. */
  connectionLost(): void {
    for (const peer of [...this.#composing.keys()]) this.#forget(peer);
    this.#understands.clear();
  }

  #pause(peer: string): void {
    const { session } = this.#options;
    if (this.#forget(peer) && session.isUp) session.send(chatStateStanza(peer, 'paused'));
  }

  /** @returns whether the peer took us for typing */
  #forget(peer: string): boolean {
    const timer = this.#composing.get(peer);
    if (timer === undefined) return false;
    this.#options.clock.clearTimeout(timer);
    return this.#composing.delete(peer);
  }

  /** Asks the newest of the peer's clients what it understands. A key stroke later it is known. */
  async #ask(peer: string, resources: readonly string[]): Promise<void> {
    this.#understands.set(peer, 'asking');
    let understands = false;
    try {
      const query = xml('query', { xmlns: namespaces.discoInfo });
      const answer = await this.#options.session.iq('get', query, resources.at(-1));
      const features = answer.getChild('query', namespaces.discoInfo)?.getChildren('feature') ?? [];
      understands = features.some((feature) => feature.attrs['var'] === namespaces.chatStates);
    } catch (error) {
      this.#options.log.debug('a client did not say what it understands', { error });
    }
    // A chat state of theirs may have come meanwhile; a lost connection has cleared the question.
    if (this.#understands.get(peer) === 'asking') this.#understands.set(peer, understands);
  }
}

/** Kept by nobody: whoever reads it later learns nothing (XEP-0334). */
function chatStateStanza(to: string, state: 'composing' | 'paused'): Element {
  return xml(
    'message',
    { to, type: 'chat' },
    xml(state, { xmlns: namespaces.chatStates }),
    xml('no-store', { xmlns: namespaces.hints }),
  );
}
