import { expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import type { ConnectionState } from '../../src-shared/rpc/client.ts';
import { firstTopics, firstTopicsShown } from './first-topics.ts';
import type { TopicSource } from './first-topics.ts';

/** The contract's client as far as the first drawing looks at it. */
class FakeClient implements TopicSource {
  state: ConnectionState = 'connecting';
  readonly #snapshots = new Map<string, unknown>();
  readonly #listeners = new Map<string, Set<() => void>>();

  snapshot(name: string): unknown {
    return this.#snapshots.get(name);
  }

  subscribe(name: string, listener: () => void): () => void {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listener));
    return () => all.delete(listener);
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    return this.subscribe('state', () => {
      listener(this.state);
    });
  }

  get listening(): number {
    return [...this.#listeners.values()].reduce((sum, all) => sum + all.size, 0);
  }

  tell(name: string): void {
    this.#snapshots.set(name, {});
    for (const listener of this.#listeners.get(name) ?? []) listener();
  }

  refuse(): void {
    this.state = 'refused';
    for (const listener of this.#listeners.get('state') ?? []) listener();
  }
}

function started(): { client: FakeClient; clock: TestClock; isShown: () => Promise<boolean> } {
  const client = new FakeClient();
  const clock = new TestClock();
  let shown = false;
  void firstTopicsShown(client, clock).then(() => {
    shown = true;
  });
  const isShown = async (): Promise<boolean> => {
    await clock.run(0);
    return shown;
  };
  return { client, clock, isShown };
}

test('the window is drawn when every first topic is there, not before', async () => {
  const { client, isShown } = started();
  for (const name of firstTopics.slice(1)) client.tell(name);
  expect(await isShown()).toBe(false);
  client.tell(firstTopics[0] ?? '');
  expect(await isShown()).toBe(true);
  expect(client.listening).toBe(0);
});

test('a refused window is drawn at once, to say so', async () => {
  const { client, isShown } = started();
  client.refuse();
  expect(await isShown()).toBe(true);
});

test('a service that is slow does not leave the window empty', async () => {
  const { clock, isShown } = started();
  await clock.run(249);
  expect(await isShown()).toBe(false);
  await clock.run(1);
  expect(await isShown()).toBe(true);
});
