import type { Element } from '@xmpp/xml';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { ArchiveSync } from './archive-sync.ts';
import { NotStoredError } from './inbound-pipeline.ts';
import type { InboundPipeline } from './inbound-pipeline.ts';
import { answerIq } from './iq-responder.ts';
import { parseMessage, receiptStanza, speaksOfChatStates } from './message-stanza.ts';
import type { TimedMessage } from './message-store.ts';
import { namespaces } from './namespaces.ts';
import type { Roster } from './roster.ts';
import type { SessionSetup } from './session-setup.ts';
import type { TypingNotices } from './typing-notices.ts';
import type { TypingSender } from './typing-sender.ts';
import type { XmppSession } from './xmpp-session.ts';

export interface StanzaRouterOptions {
  /** Own bare JID. */
  readonly own: string;
  readonly session: Pick<XmppSession, 'isUp' | 'send'>;
  readonly setup: Pick<SessionSetup, 'trustsStanzaIds'>;
  readonly roster: Pick<Roster, 'onPresence' | 'onPush' | 'sharesPresenceWith'>;
  readonly sync: Pick<ArchiveSync, 'queryId' | 'onResult' | 'onLive'>;
  readonly inbound: Pick<InboundPipeline, 'push'>;
  readonly typing: Pick<TypingNotices, 'ended' | 'told'>;
  readonly typingSender: Pick<TypingSender, 'heardState'>;
  /** `peer` says that this message was not delivered, in words. */
  readonly refused: (id: string, peer: string, words: string) => void;
  readonly log: Logger;
}

/** Takes what the server sends to the part that it is about. */
export class StanzaRouter {
  readonly #options: StanzaRouterOptions;

  constructor(options: StanzaRouterOptions) {
    this.#options = options;
  }

  /** @throws NotStoredError */
  take(stanza: Element): void {
    try {
      switch (stanza.name) {
        case 'message':
          this.#onMessage(stanza);
          return;
        case 'presence':
          this.#options.roster.onPresence(stanza);
          return;
        case 'iq':
          this.#onIq(stanza);
          return;
      }
    } catch (error) {
      if (error instanceof NotStoredError) throw error;
      // One strange stanza must not cost the connection.
      this.#options.log.error('a stanza could not be handled', { error, name: stanza.name });
    }
  }

  /** These are stored: the archive's place moves, and who asked for a receipt gets it (XEP-0184). */
  acknowledge(messages: readonly TimedMessage[]): void {
    const { session, roster, sync } = this.#options;
    for (const { receiptTo, peer, archiveId, source } of messages) {
      if (archiveId !== undefined && source !== 'archive') sync.onLive(archiveId);
      if (receiptTo === undefined || !session.isUp || !roster.sharesPresenceWith(peer)) continue;
      session.send(receiptStanza(receiptTo.jid, receiptTo.id));
    }
  }

  #onMessage(stanza: Element): void {
    const { own, setup, sync, inbound, typing, typingSender, refused } = this.#options;
    const parsed = parseMessage(stanza, {
      own,
      trustsStanzaIds: setup.trustsStanzaIds,
      archiveQuery: sync.queryId,
    });
    switch (parsed.kind) {
      case 'chat':
        if (parsed.message.source === 'archive') {
          sync.onResult(parsed.message);
        } else {
          if (parsed.message.direction === 'in') typing.ended(parsed.message.peer);
          if (parsed.message.source === 'live' && speaksOfChatStates(stanza)) {
            typingSender.heardState(parsed.message.peer);
          }
          inbound.push(parsed.message, parsed.message.direction === 'in');
        }
        return;
      case 'typing':
        typing.told(parsed.peer, parsed.typing);
        typingSender.heardState(parsed.peer);
        return;
      case 'refused':
        refused(parsed.id, parsed.peer, t('Not delivered. {message}', { message: parsed.error.message }));
        return;
      case 'none':
    }
  }

  #onIq(iq: Element): void {
    const { session, roster } = this.#options;
    const isPush = iq.attrs['type'] === 'set' && iq.getChild('query', namespaces.roster) !== undefined;
    const answer = answerIq(iq, isPush && roster.onPush(iq));
    if (answer !== undefined && session.isUp) session.send(answer);
  }
}
