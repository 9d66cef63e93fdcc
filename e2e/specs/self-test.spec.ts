import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';
import { stubSound } from '../harness/stubbed-devices.ts';

test(
  'the self-test tells each service, and why one cannot be heard without a microphone',
  { tag: ['@kamailio', '@slapd'] },
  async ({ lab, startCaller }) => {
    const { page, window } = await startCaller({ microphone: 'missing' });
    const settings = await window.goToSettings('About and diagnostics');
    const results = settings.locator('.selftest');
    await settings.getByRole('button', { name: 'Test now' }).click();
    await expect(settings).toContainText('You cannot be heard because no microphone was found.');
    await expect(results.filter({ hasText: 'Phone' }).first()).toHaveAttribute('data-outcome', 'ok');
    await expect(results.filter({ hasText: 'Directory' })).toHaveAttribute('data-outcome', 'ok');
    await expect(settings.getByRole('button', { name: 'Test now' })).toBeEnabled();
    await lab.owned().slapd.kill();
    await page.keyboard.press('Escape');
    await settings.getByRole('button', { name: 'Test now' }).click();
    await expect(results.filter({ hasText: 'Directory' })).not.toHaveAttribute('data-outcome', 'ok');
    await lab.owned().slapd.start();
  },
);

test('a denied microphone is told from a missing one', { tag: '@kamailio' }, async ({ startCaller }) => {
  const { window } = await startCaller({ microphone: 'ask' });
  const settings = await window.goToSettings('About and diagnostics');
  await settings.getByRole('button', { name: 'Test now' }).click();
  await expect(settings).toContainText('You cannot be heard because Parley may not use your microphone.');
  await expect(settings).toContainText('Allow the microphone for Parley');
});

test(
  'in a call the test tells a call in order from a mute key, a muted call, and sound that does not arrive or leave; the voice is worked on as the settings say (mute key and silent window stubbed)',
  { tag: ['@kamailio', '@rtpengine', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window: parley } = caller;
    await stubSound(page);
    await page.reload();
    await parley.dial(lab.account('bob').extension);
    await expect(parley.timer).toBeVisible();
    await expectSoundBothWays(page, bob, { mine: myHz, theirs: farHz });

    const audio = await parley.goToSettings('Audio');
    const processing = () =>
      page.evaluate(() => {
        const { echoCancellation, noiseSuppression, autoGainControl } = window.sound.processing() ?? {};
        return [echoCancellation, noiseSuppression, autoGainControl];
      });
    const before = await processing();
    const names = ['Echo cancellation', 'Noise reduction', 'Automatic volume of your voice'] as const;
    for (const [place, name] of names.entries()) {
      await audio.getByRole('switch', { name }).click();
      await expect.poll(processing).toEqual(before.map((isOn, at) => (at <= place ? isOn !== true : isOn)));
    }
    await expectSoundBothWays(page, bob, { mine: myHz, theirs: farHz });

    const settings = await parley.goToSettings('About and diagnostics');
    const button = settings.getByRole('button', { name: 'Test now' });
    await button.click();
    await expect(settings).toContainText('your voice goes out to Bob Okafor');
    await expect(settings.locator('.selftest[data-outcome="bad"]')).toHaveCount(0);

    await page.evaluate(() => {
      window.sound.muteBySystem(true);
    });
    await button.click();
    await expect(settings).toContainText('You cannot be heard because your computer has muted the microphone.');
    await page.evaluate(() => {
      window.sound.muteBySystem(false);
    });

    lab.owned().cutMedia();
    await button.click();
    await expect(settings).toContainText('You hear nothing because no sound arrives from the other side.');
    lab.owned().restoreMedia();
    await page.keyboard.press('Control+m');
    await button.click();
    await expect(settings).toContainText('You cannot be heard because you muted this call.');
    await page.keyboard.press('Control+m');
    await page.evaluate(() => {
      window.sound.sendNothing();
    });
    await button.click();
    await expect(settings).toContainText('You cannot be heard because no sound leaves this window.');
  },
);
