import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { Roster as RosterSnapshot } from '../../src-shared/contract/people.ts';
import { AppError } from '../../src-shared/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import { mayAskPresence, subscriptionStates } from '../../src-shared/model/contact.ts';
import type { Contact, SubscriptionRequest } from '../../src-shared/model/contact.ts';
import type { Presence } from '../../src-shared/model/presence.ts';
import { t } from '../../src-shared/words.ts';
import { bareAddress, chatAddress, resourceOf } from './addresses.ts';
import { namespaces } from './namespaces.ts';
import { PresenceRequests } from './presence-requests.ts';
import { aggregatePresence, readPresence } from './presence-stanza.ts';
import type { ResourcePresence } from './presence-stanza.ts';
import type { RosterItem, RosterStore } from './roster-store.ts';

/** What the roster needs of the session. */
export interface RosterWire {
  readonly isUp: boolean;
  send(stanza: Element): void;
  iq(type: 'get' | 'set', payload: Element, to?: string): Promise<Element>;
}

export interface RosterOptions {
  readonly own: string;
  readonly store: RosterStore;
  readonly wire: RosterWire;
  readonly clock: Clock;
  readonly publish: (snapshot: RosterSnapshot) => number;
  /** What to call a contact without a name of its own. */
  readonly fallbackName: (jid: string) => string;
  /** Somebody new asks to see our presence. */
  readonly onRequest?: (request: SubscriptionRequest) => void;
}

/** A cut that is healed within this time (milliseconds) changes nothing on the screen. */
const unknownAfterMs = 3_000;

/**
 * Contacts, their presence and requests of others (RFC 6121 sections 2 to 4). Shows the cached roster at once;
 * presence is `unknown` until the server has told it, and again when chat is offline.
 */
export class Roster {
  readonly #options: RosterOptions;
  readonly #items = new Map<string, RosterItem>();
  /** By bare JID, then by resource, in the order in which they spoke. */
  readonly #resources = new Map<string, Map<string, ResourcePresence>>();
  readonly #requests: PresenceRequests;
  /** Rows as last published: unchanged ones keep their identity. */
  readonly #rows = new Map<string, Contact>();
  /** The server had the time to tell who is there: who was not named is offline. */
  #isPresenceKnown = false;
  #isLoaded = false;
  #isDirty = false;
  #unknownTimer: TimerHandle | undefined;

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#requests = new PresenceRequests({
      now: () => options.clock.now(),
      arrived: (request) => options.onRequest?.(request),
    });
  }

  /** Publishes the cached roster. */
  start(): void {
    this.#items.clear();
    for (const item of this.#options.store.all()) this.#items.set(item.jid, item);
    this.#isLoaded = this.#items.size > 0;
    this.#publish();
  }

  stop(): void {
    this.#clearTimer();
    this.#forgetPresence();
    this.#publish();
  }

  /** Names from elsewhere changed; shows them where the roster itself has none. */
  namesChanged(): void {
    if ([...this.#items.values()].some(({ name }) => name === '')) this.#publish();
  }

  /** Name in the roster; undefined for strangers and contacts without one. */
  nameOf(jid: string): string | undefined {
    const name = this.#items.get(jid)?.name;
    return name === '' ? undefined : name;
  }

  /** True when this person may see our presence, so that a receipt tells nothing new (XEP-0184 section 8). */
  sharesPresenceWith(jid: string): boolean {
    const subscription = this.#items.get(jid)?.subscription;
    return subscription === 'from' || subscription === 'both';
  }

  /** Full JIDs of a contact who is online and sees our presence, in the order in which they spoke; else none. */
  resourcesOf(jid: string): readonly string[] {
    if (!this.sharesPresenceWith(jid)) return [];
    return [...(this.#resources.get(jid)?.keys() ?? [])].map((resource) => `${jid}/${resource}`);
  }

  /** A new session: nothing that was known of presence holds any more. */
  sessionBegins(): void {
    this.#clearTimer();
    this.#forgetPresence();
    this.#requests.sessionBegins();
    this.#isDirty = true;
  }

  /** The lost connection came back: presence went on in the meantime. */
  sessionResumed(): void {
    this.#clearTimer();
  }

  connectionLost(): void {
    this.#clearTimer();
    this.#unknownTimer = this.#options.clock.setTimeout(() => {
      this.#unknownTimer = undefined;
      this.#forgetPresence();
      this.#publish();
    }, unknownAfterMs);
  }

  /** Asks for the roster (RFC 6121 section 2.1.3). @throws AppError */
  async load(): Promise<void> {
    const answer = await this.#options.wire.iq('get', xml('query', { xmlns: namespaces.roster }));
    const items = (answer.getChild('query', namespaces.roster)?.getChildren('item') ?? [])
      .map(readItem)
      .filter((item) => item !== undefined);
    this.#items.clear();
    for (const item of items) this.#items.set(item.jid, item);
    this.#options.store.replaceAll(items);
    this.#isLoaded = true;
    this.#publish();
  }

  /** Everybody who is there has been named by now. */
  presenceIsKnown(): void {
    this.#isPresenceKnown = true;
    this.#publish();
  }

  /** We are not there for others, so the server tells us nothing of them. */
  presenceEnds(): void {
    this.#forgetPresence();
    this.#isDirty = true;
  }

  /** A roster push (RFC 6121 section 2.1.6). @returns false when somebody else than our server sent it */
  onPush(iq: Element): boolean {
    const from = iq.attrs['from'];
    // CVE-2015-8688: anybody could otherwise write into our roster.
    if (from !== undefined && from !== this.#options.own) return false;
    for (const element of iq.getChild('query', namespaces.roster)?.getChildren('item') ?? []) {
      const jid = bareAddress(element.attrs['jid']);
      if (jid === undefined) continue;
      const item = readItem(element);
      if (item === undefined) this.#remove(jid);
      else this.#put(item);
    }
    return true;
  }

  onPresence(stanza: Element): void {
    const from = stanza.attrs['from'] ?? '';
    const jid = bareAddress(from);
    if (jid === undefined || jid === this.#options.own) return;
    switch (stanza.attrs['type']) {
      case undefined:
        this.#available(jid, resourceOf(from), readPresence(stanza));
        return;
      case 'unavailable':
      case 'error':
        this.#unavailable(jid, resourceOf(from));
        return;
      case 'subscribe':
        this.#asked(jid, stanza);
        return;
      case 'unsubscribe':
        this.#isDirty = this.#requests.close(jid) || this.#isDirty;
        return;
      default:
      // subscribed, unsubscribed: the roster push tells the same; probe is for servers
    }
  }

  /** Publishes what the stanzas of one slice have changed. */
  flush(): void {
    if (this.#isDirty) this.#publish();
  }

  /** Asks to see a person's presence, and shows ours to whoever asked for it. @throws AppError `limit`, `invalid`, `offline` */
  async add(jid: string, name: string, groups: readonly string[]): Promise<number> {
    const address = chatAddress(jid);
    if (address === this.#options.own) throw new AppError('invalid', t('This is your own address.'));
    this.#refuseBeyondLimit(address);
    await this.#write(address, name, groups);
    const item = this.#items.get(address);
    const isAsked = item?.subscription === 'to' || item?.subscription === 'both';
    if (!isAsked) this.#options.wire.send(xml('presence', { to: address, type: 'subscribe' }));
    if (item === undefined || !isAsked) {
      this.#put({
        jid: address,
        name,
        groups: unique(groups),
        subscription: item?.subscription ?? 'none',
        pendingOut: true,
      });
    }
    // Whoever asked and is added now has the answer.
    if (this.#requests.has(address)) this.approve(address);
    return this.#publish();
  }

  /** @throws AppError `notFound`, `offline` */
  async update(jid: string, name: string, groups: readonly string[]): Promise<number> {
    const address = this.#known(jid);
    await this.#write(address, name, groups);
    const item = this.#items.get(address);
    if (item !== undefined) this.#put({ ...item, name, groups: unique(groups) });
    return this.#publish();
  }

  /** Asks again, or for the first time, to see a contact's presence (RFC 6121 section 3.1.1). @throws AppError `notFound`, `offline` */
  askPresence(jid: string): number {
    const address = this.#known(jid);
    const item = this.#items.get(address);
    if (item !== undefined && mayAskPresence(item)) {
      this.#options.wire.send(xml('presence', { to: address, type: 'subscribe' }));
      this.#put({ ...item, pendingOut: true });
    }
    return this.#publish();
  }

  /** Also ends the subscriptions of both sides (RFC 6121 section 2.5). @throws AppError `notFound`, `offline` */
  async remove(jid: string): Promise<number> {
    const address = this.#known(jid);
    const item = xml('item', { jid: address, subscription: 'remove' });
    await this.#options.wire.iq('set', xml('query', { xmlns: namespaces.roster }, item));
    this.#remove(address);
    return this.#publish();
  }

  /** Lets somebody see our presence (RFC 6121 section 3.1.5). @throws AppError `notFound`, `limit`, `offline` */
  approve(jid: string): number {
    const address = this.#requested(jid);
    this.#refuseBeyondLimit(address);
    this.#options.wire.send(xml('presence', { to: address, type: 'subscribed' }));
    this.#requests.close(address);
    return this.#publish();
  }

  /** @throws AppError `notFound`, `offline` */
  deny(jid: string): number {
    const address = this.#requested(jid);
    this.#options.wire.send(xml('presence', { to: address, type: 'unsubscribed' }));
    this.#requests.close(address);
    return this.#publish();
  }

  async #write(jid: string, name: string, groups: readonly string[]): Promise<void> {
    const children = unique(groups).map((group) => xml('group', null, group));
    const item = xml('item', { jid, ...(name === '' ? {} : { name }) }, ...children);
    await this.#options.wire.iq('set', xml('query', { xmlns: namespaces.roster }, item));
  }

  #known(jid: string): string {
    const address = chatAddress(jid);
    if (!this.#items.has(address)) throw new AppError('notFound', t('This person is not in your contacts any more.'));
    return address;
  }

  #requested(jid: string): string {
    const address = chatAddress(jid);
    if (!this.#requests.has(address)) throw new AppError('notFound', t('This request is not open any more.'));
    return address;
  }

  #refuseBeyondLimit(jid: string): void {
    if (this.#items.has(jid) || this.#items.size < limits.contacts) return;
    throw new AppError(
      'limit',
      t('Your contact list is full: it holds {contacts} people. Remove somebody first, or chat without adding.', {
        contacts: limits.contacts,
      }),
    );
  }

  #put(item: RosterItem): void {
    this.#items.set(item.jid, item);
    this.#options.store.put(item);
    this.#isDirty = true;
  }

  #remove(jid: string): void {
    this.#items.delete(jid);
    this.#resources.delete(jid);
    this.#options.store.delete(jid);
    this.#isDirty = true;
  }

  #available(jid: string, resource: string, presence: ResourcePresence): void {
    const resources = this.#resources.get(jid) ?? new Map<string, ResourcePresence>();
    resources.delete(resource);
    resources.set(resource, presence);
    this.#resources.set(jid, resources);
    this.#isDirty = true;
  }

  #unavailable(jid: string, resource: string): void {
    if (resource === '') this.#resources.get(jid)?.clear();
    else this.#resources.get(jid)?.delete(resource);
    this.#isDirty = true;
  }

  #asked(jid: string, stanza: Element): void {
    if (this.#wants(jid)) {
      this.#options.wire.send(xml('presence', { to: jid, type: 'subscribed' }));
      return;
    }
    const name = stanza.getChildText('nick', namespaces.nick)?.trim().slice(0, 200) ?? '';
    this.#isDirty = this.#requests.asked(jid, name) || this.#isDirty;
  }

  /** A contact, added or asked for by the person: who asks back is not asked about again. */
  #wants(jid: string): boolean {
    const item = this.#items.get(jid);
    return item !== undefined && (item.subscription !== 'none' || item.pendingOut);
  }

  #forgetPresence(): void {
    this.#resources.clear();
    this.#isPresenceKnown = false;
  }

  #clearTimer(): void {
    if (this.#unknownTimer !== undefined) this.#options.clock.clearTimeout(this.#unknownTimer);
    this.#unknownTimer = undefined;
  }

  #presenceOf(item: RosterItem): Presence {
    const resources = this.#resources.get(item.jid);
    if (resources !== undefined && resources.size > 0) return aggregatePresence(resources.values());
    const isTold = item.subscription === 'to' || item.subscription === 'both';
    return { state: isTold && this.#isPresenceKnown ? 'offline' : 'unknown' };
  }

  #row(item: RosterItem): Contact {
    const presence = this.#presenceOf(item);
    const name = item.name === '' ? this.#options.fallbackName(item.jid) : item.name;
    const before = this.#rows.get(item.jid);
    if (
      before?.name === name &&
      before.groups === item.groups &&
      before.subscription === item.subscription &&
      before.pendingOut === item.pendingOut &&
      before.presence.state === presence.state &&
      before.presence.text === presence.text
    ) {
      return before;
    }
    return { ...item, name, presence };
  }

  #publish(): number {
    this.#isDirty = false;
    const contacts = [...this.#items.values()].map((item) => this.#row(item));
    this.#rows.clear();
    for (const contact of contacts) this.#rows.set(contact.jid, contact);
    return this.#options.publish({
      state: this.#isLoaded ? 'ready' : 'loading',
      contacts,
      requests: this.#requests.all,
    });
  }
}

/** An item of the roster; undefined for one that is removed or makes no sense. */
function readItem(element: Element): RosterItem | undefined {
  const jid = bareAddress(element.attrs['jid']);
  const told = element.attrs['subscription'] ?? 'none';
  const subscription = subscriptionStates.find((state) => state === told);
  if (jid === undefined || subscription === undefined) return undefined;
  return {
    jid,
    name: (element.attrs['name'] ?? '').trim(),
    groups: unique(element.getChildren('group').map((group) => group.getText().trim())),
    subscription,
    pendingOut: element.attrs['ask'] === 'subscribe',
  };
}

function unique(groups: readonly string[]): readonly string[] {
  return [...new Set(groups.filter((group) => group !== ''))];
}
