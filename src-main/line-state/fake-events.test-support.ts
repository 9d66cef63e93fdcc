import type { EventEnd, EventListener, EventRequest, EventSource, EventSubscription } from './event-source.ts';

/** One subscription as a test sees it. */
export interface FakeSubscription {
  readonly request: EventRequest;
  readonly listener: EventListener;
  refreshes: number;
  isStopped: boolean;
}

/** A phone server's side of subscriptions, for tests of those who subscribe. */
export class FakeEvents implements EventSource {
  readonly asked: FakeSubscription[] = [];
  connection: number | undefined = 1;
  readonly #listeners = new Set<() => void>();
  readonly #unsolicited = new Set<(event: string, body: string) => void>();

  subscribe(request: EventRequest, listener: EventListener): EventSubscription {
    const made: FakeSubscription = { request, listener, refreshes: 0, isStopped: false };
    this.asked.push(made);
    return {
      refresh: () => {
        made.refreshes += 1;
      },
      stop: () => {
        made.isStopped = true;
      },
    };
  }

  onConnectionChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onUnsolicited(listener: (event: string, body: string) => void): () => void {
    this.#unsolicited.add(listener);
    return () => this.#unsolicited.delete(listener);
  }

  connect(connection: number | undefined): void {
    this.connection = connection;
    for (const listener of this.#listeners) listener();
  }

  tellUnasked(event: string, body: string): void {
    for (const listener of this.#unsolicited) listener(event, body);
  }

  /** The newest subscription to this address. */
  of(target: string): FakeSubscription {
    const found = this.asked.findLast(({ request }) => request.target === target);
    if (found === undefined) throw new Error(`nobody asked for ${target}`);
    return found;
  }

  accept(target: string, expiresS = 3_600): void {
    this.of(target).listener.accepted(expiresS);
  }

  refuse(target: string, end: EventEnd): void {
    this.of(target).listener.ended(end);
  }
}
