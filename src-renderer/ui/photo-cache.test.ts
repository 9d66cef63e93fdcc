import { expect, test } from 'vitest';
import { PhotoCache } from './photo-cache.ts';

/** Lets promises that are settled run their reactions. */
const settled = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

function world() {
  const asked: string[] = [];
  let nowMs = 0;
  let answer: string | null = 'data:image/png;base64,AA==';
  const cache = new PhotoCache(
    (key) => {
      asked.push('jid' in key ? key.jid : key.id);
      return Promise.resolve({ dataUrl: answer });
    },
    () => nowMs,
  );
  return {
    asked,
    cache,
    answerWith: (dataUrl: string | null) => {
      answer = dataUrl;
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}
const bob = { jid: 'bob@example.com' };

test('asks once for each person, however many views want the photo', async () => {
  const { cache, asked } = world();
  cache.want(bob);
  cache.want(bob);
  await settled();
  cache.want(bob);
  expect(asked).toEqual(['bob@example.com']);
  expect(cache.peek(bob)).toBe('data:image/png;base64,AA==');
});

test('tells its listeners when a photo comes', async () => {
  const { cache } = world();
  let told = 0;
  cache.subscribe(() => {
    told += 1;
  });
  cache.want(bob);
  await settled();
  expect(told).toBe(1);
});

test('asks again for somebody without a photo, but only after a while', async () => {
  const { cache, asked, answerWith, pass } = world();
  answerWith(null);
  cache.want(bob);
  await settled();
  expect(cache.peek(bob)).toBeNull();
  pass(10_000);
  cache.want(bob);
  expect(asked).toHaveLength(1);
  pass(25_000);
  answerWith('data:image/png;base64,BB==');
  cache.want(bob);
  await settled();
  expect(cache.peek(bob)).toBe('data:image/png;base64,BB==');
});
