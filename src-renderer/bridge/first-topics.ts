import type { Clock } from '../../src-shared/clock.ts';
import type { TopicName } from '../../src-shared/contract/contract.ts';
import type { ConnectionState } from '../../src-shared/rpc/client.ts';

/** What the first view draws: asked for in one go, instead of by each view when it is first drawn. */
export const firstTopics: readonly TopicName[] = [
  'session',
  'settings',
  'health',
  'lease',
  'roster',
  'ownPresence',
  'conversations',
  'calls',
  'history',
  'voicemail',
];

/** What the window of incoming calls draws. */
export const incomingTopics: readonly TopicName[] = ['settings', 'calls', 'roster'];

/** Milliseconds that the first drawing waits; then the views show that they are loading. */
const patienceMs = 250;

/** What is asked of the contract's client. */
export interface TopicSource {
  readonly state: ConnectionState;
  snapshot(name: TopicName): unknown;
  subscribe(name: TopicName, listener: () => void): () => void;
  onState(listener: (state: ConnectionState) => void): () => void;
}

/**
 * Subscribes to the first topics and resolves when all are here, so that the window is drawn once instead of once for
 * each; also when the service refuses this window, and when it takes longer than a person calls at once.
 */
export function firstTopicsShown(
  client: TopicSource,
  clock: Clock,
  topics: readonly TopicName[] = firstTopics,
): Promise<void> {
  return new Promise((resolve) => {
    const undo: (() => void)[] = [];
    const done = (): void => {
      for (const one of undo.splice(0)) one();
      resolve();
    };
    const look = (): void => {
      if (client.state === 'refused' || topics.every((name) => client.snapshot(name) !== undefined)) done();
    };
    const timer = clock.setTimeout(done, patienceMs);
    undo.push(
      () => {
        clock.clearTimeout(timer);
      },
      client.onState(look),
      ...topics.map((name) => client.subscribe(name, look)),
    );
  });
}
