import { expect, test } from 'vitest';
import { NativeKeeper } from './native-keeper.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('is empty only when everything that it holds has said that it is closed, and its callback is over', async () => {
  const keeper = new NativeKeeper();
  await keeper.whenEmpty();
  const [track, connection] = [{}, {}];
  keeper.hold(track);
  keeper.hold(connection);
  let isEmpty = false;
  void keeper.whenEmpty().then(() => {
    isEmpty = true;
  });
  keeper.closed(track);
  await turn();
  expect(isEmpty).toBe(false);
  keeper.closed(connection);
  // Not within the callback itself: the native part of it still uses the object.
  await Promise.resolve();
  expect(isEmpty).toBe(false);
  await turn();
  expect(isEmpty).toBe(true);
});
