import type { Clock, TimerHandle } from '../clock.ts';
import type { TopicName, TopicSnapshot } from '../contract/contract.ts';
import { limits } from '../limits.ts';

interface Topic {
  revision: number;
  snapshot: unknown;
  readonly feeds: Set<TopicFeed>;
}

/** The latest snapshot of every topic. Services publish here; connections are fed from here. */
export class TopicHub {
  readonly #topics = new Map<string, Topic>();
  readonly #watchers = new Map<string, Set<(snapshot: unknown) => void>>();

  #topic(name: string): Topic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = { revision: 0, snapshot: undefined, feeds: new Set() };
      this.#topics.set(name, topic);
    }
    return topic;
  }

  /** Makes this the current snapshot and returns its revision, which a call's answer may name. */
  publish<Name extends TopicName>(name: Name, snapshot: TopicSnapshot<Name>): number {
    const topic = this.#topic(name);
    topic.revision += 1;
    topic.snapshot = snapshot;
    for (const feed of topic.feeds) feed.changed(name);
    for (const watcher of this.#watchers.get(name) ?? []) watcher(snapshot);
    return topic.revision;
  }

  /** Calls `listener` with each snapshot as it is published, in main itself; only app.ts ties services together so. */
  watch<Name extends TopicName>(name: Name, listener: (snapshot: TopicSnapshot<Name>) => void): () => void {
    let watchers = this.#watchers.get(name);
    if (watchers === undefined) {
      watchers = new Set();
      this.#watchers.set(name, watchers);
    }
    const watcher = listener as (snapshot: unknown) => void;
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }

  /** Revision of the current snapshot; 0 before the first. */
  revision(name: TopicName): number {
    return this.#topics.get(name)?.revision ?? 0;
  }

  current(name: string): { readonly revision: number; readonly snapshot: unknown } {
    return this.#topic(name);
  }

  attach(name: string, feed: TopicFeed): void {
    this.#topic(name).feeds.add(feed);
  }

  detach(name: string, feed: TopicFeed): void {
    this.#topics.get(name)?.feeds.delete(feed);
  }
}

interface Subscription {
  sentRevision: number;
  sentAtMs: number;
  /** A snapshot is on its way and not acknowledged: nothing more is sent. */
  inFlight: boolean;
  timer: TimerHandle | undefined;
}

/**
 * Feeds one connection: at most one unacknowledged snapshot per topic and at most one per 50 ms,
 * so that a slow window costs one snapshot of memory and always ends on the exact last state.
 */
export class TopicFeed {
  readonly #hub: TopicHub;
  readonly #clock: Clock;
  readonly #send: (name: string, revision: number, snapshot: unknown) => void;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(hub: TopicHub, clock: Clock, send: (name: string, revision: number, snapshot: unknown) => void) {
    this.#hub = hub;
    this.#clock = clock;
    this.#send = send;
  }

  subscribe(name: string): void {
    if (this.#subscriptions.has(name)) return;
    this.#subscriptions.set(name, { sentRevision: 0, sentAtMs: -Infinity, inFlight: false, timer: undefined });
    this.#hub.attach(name, this);
    this.changed(name);
  }

  unsubscribe(name: string): void {
    const subscription = this.#subscriptions.get(name);
    if (subscription?.timer !== undefined) this.#clock.clearTimeout(subscription.timer);
    this.#subscriptions.delete(name);
    this.#hub.detach(name, this);
  }

  acknowledge(name: string, revision: number): void {
    const subscription = this.#subscriptions.get(name);
    if (subscription === undefined || revision !== subscription.sentRevision) return;
    subscription.inFlight = false;
    this.changed(name);
  }

  /** Sends the current snapshot now, later, or not at all. */
  changed(name: string): void {
    const subscription = this.#subscriptions.get(name);
    if (subscription === undefined || subscription.inFlight || subscription.timer !== undefined) return;
    const { revision, snapshot } = this.#hub.current(name);
    if (revision === subscription.sentRevision) return;
    const waitMs = subscription.sentAtMs + limits.topicIntervalMs - this.#clock.now();
    if (waitMs > 0) {
      // A clock that was set back must not hold a topic for hours.
      subscription.timer = this.#clock.setTimeout(
        () => {
          subscription.timer = undefined;
          subscription.sentAtMs = -Infinity;
          this.changed(name);
        },
        Math.min(waitMs, limits.topicIntervalMs),
      );
      return;
    }
    subscription.sentRevision = revision;
    subscription.sentAtMs = this.#clock.now();
    subscription.inFlight = true;
    this.#send(name, revision, snapshot);
  }

  close(): void {
    for (const name of [...this.#subscriptions.keys()]) this.unsubscribe(name);
  }
}
