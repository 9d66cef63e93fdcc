import type { Page } from '@playwright/test';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

const tones = { mine: myHz, theirs: farHz };

test(
  'a microphone that was never granted, then denied, ends the call in words; granted, the next call has sound',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { page, window, process } = await startCaller({ microphone: 'ask' });
    const { extension } = lab.account('bob');
    const refused = async (): Promise<void> => {
      const from = bob.events.length;
      await window.dial(extension);
      await expect(window.stage('Bob Okafor')).toContainText('Parley may not use your microphone');
      await bob.waitFor('CALL_CLOSED', { from });
      await expect(window.controls).toBeHidden();
    };
    // As in a fresh profile; a Chromium that nobody looks at takes the open question for a no.
    expect(await permissionOf(page)).toBe('prompt');
    await refused();
    await page.context().grantPermissions(['notifications'], { origin: process.origin });
    expect(await permissionOf(page)).toBe('denied');
    await refused();
    await expect(window.history).toHaveCount(2);
    await page.context().grantPermissions(['microphone'], { origin: process.origin });
    await window.dial(extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
  },
);

test(
  'without a microphone a call ends in words on both sides, and stands in the history',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { window } = await startCaller({ microphone: 'missing' });
    const from = bob.events.length;
    await window.dial(lab.account('bob').extension);
    await expect(window.stage('Bob Okafor')).toContainText('No microphone was found');
    await bob.waitFor('CALL_CLOSED', { from });
    await expect(window.controls).toBeHidden();
    await expect(window.history.first()).toContainText('Bob Okafor');
  },
);

test(
  'while the question about the microphone stands the call goes on, and has sound as soon as it is granted',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    // The browser's prompt is the host: it stays open until the person has read it.
    await page.evaluate(() => {
      const devices = navigator.mediaDevices;
      const ask = devices.getUserMedia.bind(devices);
      const answered = new Promise<void>((resolve) => {
        Object.defineProperty(window, 'allowMicrophone', { value: resolve });
      });
      devices.getUserMedia = async (constraints) => {
        await answered;
        return ask(constraints);
      };
    });
    const from = bob.events.length;
    await window.dial(lab.account('bob').extension);
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await expect(window.timer).toBeVisible();
    await page.evaluate(() => {
      (window as unknown as { readonly allowMicrophone: () => void }).allowMicrophone();
    });
    await expectSoundBothWays(page, bob, tones);
  },
);

function permissionOf(page: Page): Promise<string> {
  return page.evaluate(async () => (await navigator.permissions.query({ name: 'microphone' })).state);
}
