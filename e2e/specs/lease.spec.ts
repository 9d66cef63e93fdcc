import type { Page } from '@playwright/test';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { PhoneEar, expectSoundBothWays, windowHears } from '../harness/phone-ear.ts';
import { hasEverSounded, ownToneDb } from '../harness/window-sound.ts';

const tones = { mine: myHz, theirs: farHz };
/** The longest note of Parley's ring. */
const ringHz = 783.99;
const audibleDb = -60;

function leaseBar(page: Page) {
  return page.getByRole('button', { name: 'Use it here' });
}

test(
  'of two windows only the holder rings; taken over, the other one does',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, parley, bob, microphoneWav }) => {
    const first = caller.page;
    const second = await parley.open(caller.process, { microphoneWav });
    await expect(leaseBar(second)).toBeVisible();
    await expect(leaseBar(first)).toBeHidden();

    await bob.dial(lab.account('alice').address);
    await expect.poll(() => ownToneDb(first, ringHz), { intervals: [50] }).toBeGreaterThan(audibleDb);
    // It is shown in both, and may be answered in both.
    await expect(new ParleyWindow(second).ringing).toContainText('Bob Okafor');
    expect(await hasEverSounded(second)).toBe(false);

    await leaseBar(second).click();
    await expect.poll(() => ownToneDb(second, ringHz), { intervals: [50] }).toBeGreaterThan(audibleDb);
    await expect(leaseBar(first)).toBeVisible();
    await expect.poll(() => ownToneDb(first, ringHz)).toBeLessThan(audibleDb);
    await bob.hangUp();
    await expect(new ParleyWindow(second).ringing).toBeHidden();
  },
);

test(
  'a call moves with its sound to the window that takes over; the other one still controls it',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, parley, bob, microphoneWav }) => {
    const first = caller.page;
    await caller.window.dial(lab.account('bob').extension);
    await expect(caller.window.timer).toBeVisible();
    await expectSoundBothWays(first, bob, tones);
    const second = await parley.open(caller.process, { microphoneWav });
    await leaseBar(second).click();
    await expectSoundBothWays(second, bob, tones);
    expect(await windowHears(first, tones)).toBe(false);
    // The first window still controls what it does not sound.
    await caller.window.control('End call').click();
    await expect(new ParleyWindow(second).onNow).toBeHidden();
  },
);

test(
  'a reload in mid-call takes the lease back, and the sound returns both ways, muted if it was',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await page.reload();
    await expect(window.timer).toBeVisible();
    await expect(leaseBar(page)).toBeHidden();
    await expectSoundBothWays(page, bob, tones);

    await window.control('Mute').click();
    await expect(window.control('Unmute')).toBeVisible();
    await page.reload();
    await expect(window.control('Unmute')).toBeVisible();
    await expect.poll(() => windowHears(page, tones)).toBe(true);
    const ear = new PhoneEar(bob);
    await expect.poll(() => ear.latest(1, 0)?.samples.length).toBeGreaterThan(0);
    expect(ear.toneMs(myHz)).toBe(0);
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
  },
);

test(
  'a window that was closed in mid-call leaves the lease to the next one, which brings the sound back',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, parley, bob, microphoneWav }) => {
    await caller.window.dial(lab.account('bob').extension);
    await expect(caller.window.timer).toBeVisible();
    await expectSoundBothWays(caller.page, bob, tones);
    const from = bob.events.length;
    await caller.page.close();
    const next = await parley.open(caller.process, { microphoneWav });
    const window = new ParleyWindow(next);
    // For ten seconds the place is kept for the window that is gone.
    await expect(leaseBar(next)).toBeHidden();
    await expect.poll(() => windowHears(next, tones), { timeout: 20_000 }).toBe(true);
    await expectSoundBothWays(next, bob, tones);
    expect(bob.events.slice(from).map(({ type }) => type)).not.toContain('CALL_CLOSED');
    await next.keyboard.press('F9');
    await expect(window.onNow).toBeHidden();
  },
);
