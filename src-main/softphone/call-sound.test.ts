import { expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { CallSound } from './call-sound.ts';
import { FakeMediaFactory, FakeWindow } from './fake-window.test-support.ts';

function rig() {
  const window = new FakeWindow();
  const media = new FakeMediaFactory(window).open('call-1');
  const clock = new TestClock();
  const lost: string[] = [];
  const sound = new CallSound({
    ...{ callId: 'call-1', media, window, clock, log: silentLogger },
    reoffer: () => undefined,
    notice: () => undefined,
    lost: (words) => lost.push(words),
  });
  return { window, media, clock, sound, lost };
}

test('the microphone opens while the leg connects, and is asked for once', async () => {
  const { window, sound } = rig();
  await sound.bringUp();
  expect(window.asked.filter((name) => name === 'media.start')).toHaveLength(1);
  expect(window.asked.indexOf('media.start')).toBeLessThan(window.asked.indexOf('media.answer'));
});

test('a second attempt is started too: what was started by then is the leg of the first', async () => {
  const { window, sound } = rig();
  window.failuresOnce.set('media.answer', new Error('without ICE transport'));
  await sound.bringUp();
  expect(window.asked.lastIndexOf('media.start')).toBeGreaterThan(window.asked.lastIndexOf('media.answer'));
});

test('a leg that never connects, which neither end says, is built anew, and not for ever', async () => {
  const { media, clock, sound, lost } = rig();
  await sound.bringUp();
  media.rendererLeg = 'connecting';
  for (const legs of [2, 3, 4]) {
    clock.advance(4_000);
    await expect.poll(() => media.legs).toBe(legs);
    expect(lost).toEqual([]);
  }
  clock.advance(4_000);
  await expect.poll(() => lost).toHaveLength(1);
});

test('a leg that connects, or whose call is over, is left alone', async () => {
  const { media, clock, sound } = rig();
  media.rendererLeg = 'connected';
  await sound.bringUp();
  clock.advance(60_000);
  media.rendererLeg = 'connecting';
  await sound.bringUp();
  sound.close();
  clock.advance(60_000);
  await Promise.resolve();
  expect(media.legs).toBe(2);
});
