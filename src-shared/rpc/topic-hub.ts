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
  revision(name: string): number {
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
  /** When the allowance of `limits.topicBurst` snapshots is whole again; until then each took an interval of it. */
  allowanceWholeAtMs: number;
  /** A snapshot is on its way and not acknowledged: nothing more is sent. */
  inFlight: boolean;
  /** What is published within the present turn goes out as one. */
  atTurnEnd: boolean;
  timer: TimerHandle | undefined;
}

/** Runs a task when what is going on now is done. */
export type AfterTurn = (task: () => void) => void;

const afterMicrotask: AfterTurn = (task) => {
  void Promise.resolve().then(task);
};

/**
 * Feeds one connection: at most one unacknowledged snapshot per topic, and on average at most one per 50 ms, so that a
 * slow window costs one snapshot of memory and always ends on the exact last state. After a quiet time a few go out as
 * fast as the window takes them: a call that is placed, answered and connected shows each step at once.
 *
 *   idle --changed--> at turn's end --allowed--> in flight --acknowledged--> idle
 *   at turn's end --allowance used up--> waiting --time--> at turn's end
 */
export class TopicFeed {
  readonly #hub: TopicHub;
  readonly #clock: Clock;
  readonly #send: (name: string, revision: number, snapshot: unknown) => void;
  readonly #afterTurn: AfterTurn;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(
    hub: TopicHub,
    clock: Clock,
    send: (name: string, revision: number, snapshot: unknown) => void,
    afterTurn: AfterTurn = afterMicrotask,
  ) {
    this.#hub = hub;
    this.#clock = clock;
    this.#send = send;
    this.#afterTurn = afterTurn;
  }

  subscribe(name: string): void {
    if (this.#subscriptions.has(name)) return;
    this.#subscriptions.set(name, {
      sentRevision: 0,
      allowanceWholeAtMs: -Infinity,
      inFlight: false,
      atTurnEnd: false,
      timer: undefined,
    });
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

  /** Sends the current snapshot when this turn ends, later, or not at all. */
  changed(name: string): void {
    const subscription = this.#subscriptions.get(name);
    if (subscription === undefined || subscription.inFlight) return;
    if (subscription.timer !== undefined || subscription.atTurnEnd) return;
    if (this.#hub.revision(name) === subscription.sentRevision) return;
    subscription.atTurnEnd = true;
    this.#afterTurn(() => {
      // Unsubscribed meanwhile, and perhaps subscribed anew.
      if (this.#subscriptions.get(name) !== subscription) return;
      subscription.atTurnEnd = false;
      this.#flush(name, subscription);
    });
  }

  #flush(name: string, subscription: Subscription): void {
    const nowMs = this.#clock.now();
    const { topicIntervalMs, topicBurst } = limits;
    // A clock that was set back must not hold a topic for hours.
    if (subscription.allowanceWholeAtMs > nowMs + topicBurst * topicIntervalMs) subscription.allowanceWholeAtMs = nowMs;
    const waitMs = subscription.allowanceWholeAtMs - (topicBurst - 1) * topicIntervalMs - nowMs;
    if (waitMs > 0) {
      subscription.timer = this.#clock.setTimeout(() => {
        subscription.timer = undefined;
        this.changed(name);
      }, waitMs);
      return;
    }
    const { revision, snapshot } = this.#hub.current(name);
    subscription.sentRevision = revision;
    subscription.allowanceWholeAtMs = Math.max(subscription.allowanceWholeAtMs, nowMs) + topicIntervalMs;
    subscription.inFlight = true;
    this.#send(name, revision, snapshot);
  }

  close(): void {
    for (const name of [...this.#subscriptions.keys()]) this.unsubscribe(name);
  }
}
