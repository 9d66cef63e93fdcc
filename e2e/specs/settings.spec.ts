import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { seedFor } from '../lab/client-settings.ts';

test('the policy file locks and seeds, and the window says whose choice it is', async ({ lab, parley, scratch }) => {
  test.skip(process.getuid?.() !== 0, 'only root can write a policy file that is honoured');
  const account = lab.account('alice');
  const policyFile = join(scratch, 'policy.json');
  const policy = {
    version: 1,
    lock: { 'archive.enabled': false, 'log.level': 'info' },
    seed: { ...seedFor(lab.description, 'alice'), 'appearance.theme': 'dark', 'notifications.preview': false },
  };
  writeFileSync(policyFile, JSON.stringify(policy), { mode: 0o644 });
  // Nothing else is known to this machine: the password is all that is missing.
  const service = await parley.start({ policyFile, seed: {}, as: null });
  const page = await parley.open(service);
  const window = new ParleyWindow(page);
  await expect(window.addressField).toHaveValue(account.address);
  await window.signIn(account.password);
  await expect(window.contact('Bob Okafor')).toBeVisible();
  await expect.poll(() => backgroundBrightness(page)).toBeLessThan(80);

  const archive = await window.goToSettings('Chat archive');
  await expect(archive).toContainText('Set by your organization');
  const locked = archive.getByRole('switch').first();
  await expect(locked).toHaveAttribute('aria-disabled', 'true');
  await expect(locked).not.toBeChecked();
  await locked.click({ force: true });
  await expect(locked).not.toBeChecked();
  // Still reachable: a person who uses the keyboard learns that it is there, and why it does not move.
  await page.getByRole('link', { name: 'Chat archive' }).focus();
  await expect
    .poll(async () => {
      await page.keyboard.press('Tab');
      return locked.evaluate((element) => element === document.activeElement);
    })
    .toBe(true);
  await page.keyboard.press('Space');
  await expect(locked).not.toBeChecked();

  // A seed is a start, not a rule.
  const general = await window.goToSettings('General');
  const theme = general.getByRole('combobox', { name: 'Colours' });
  await expect(theme).toHaveValue('dark');
  await theme.selectOption('light');
  await expect.poll(() => backgroundBrightness(page)).toBeGreaterThan(200);
  const privacy = await window.goToSettings('Privacy and policy');
  await expect(privacy.locator('.srow', { hasText: 'Set by your organization' })).toHaveCount(2);
  await expect(privacy).not.toContainText('Problems of the policy file');
});

test('what was set holds after a restart', async ({ parley, scratch }) => {
  const first = await parley.start({ dataDirectory: scratch });
  const page = await parley.open(first);
  const window = new ParleyWindow(page);
  const general = await window.goToSettings('General');
  await general.getByRole('combobox', { name: 'Colours' }).selectOption('dark');
  await expect.poll(() => backgroundBrightness(page)).toBeLessThan(80);
  const notifications = await window.goToSettings('Notifications');
  const switches = notifications.getByRole('switch');
  const preview = switches.last();
  const before = await preview.isChecked();
  await preview.click();
  await expect(preview).toBeChecked({ checked: !before });
  const account = await window.goToSettings('Account');
  const name = account.getByRole('textbox', { name: 'Your name' });
  await name.fill('Alice of the Restart');
  await name.press('Enter');
  // The change has come back, and the keyboard is where it was.
  await expect(account.getByRole('button', { name: 'Forget your own value of Your name' })).toBeVisible();
  await expect(name).toBeFocused();
  const certificates = account.getByRole('textbox', { name: 'Your organization’s certificate file' });
  await certificates.fill(join(scratch, 'gone.pem'));
  await certificates.press('Enter');
  await expect(window.strip).toContainText('certificate authorities cannot be read');
  const seconds = (await window.goToSettings('Calls')).getByRole('spinbutton', { name: 'After ringing for' });
  await seconds.focus();
  for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
  await expect(seconds).toHaveValue('23');
  await expect(seconds).toBeFocused();
  // What is being written when the page goes is not lost.
  await window.goToSettings('General');
  await first.stop();

  const again = await parley.start({ dataDirectory: scratch, as: null });
  const reopened = await parley.open(again);
  await expect.poll(() => backgroundBrightness(reopened)).toBeLessThan(80);
  const after = new ParleyWindow(reopened);
  await expect((await after.goToSettings('Notifications')).getByRole('switch').last()).toBeChecked({
    checked: !before,
  });
  const named = await after.goToSettings('Account');
  await expect(named.getByRole('textbox', { name: 'Your name' })).toHaveValue('Alice of the Restart');
  const calls = await after.goToSettings('Calls');
  await expect(calls.getByRole('spinbutton', { name: 'After ringing for' })).toHaveValue('23');
  const themed = await after.goToSettings('General');
  await expect(themed.getByRole('combobox', { name: 'Colours' })).toHaveValue('dark');

  // What stands in the way of connecting is said at a start too, over what is stored; once mended, it connects.
  await after.go('Contacts');
  await expect(after.contact('Bob Okafor')).toBeVisible();
  await expect(after.strip).toContainText('certificate authorities cannot be read');
  await after.strip.getByRole('link', { name: 'Open Settings' }).click();
  await reopened.getByRole('button', { name: 'Forget your own value of Your organization’s certificate file' }).click();
  await expect(after.strip).toBeHidden();
  const about = await after.goToSettings('About and diagnostics');
  await expect(
    about.locator('.srow', { hasText: 'Chat and presence' }).getByText('Working', { exact: true }),
  ).toBeVisible();
});

/** Mean of red, green and blue of what the window is painted on, 0 to 255. */
async function backgroundBrightness(page: Page): Promise<number> {
  return page.evaluate(() => {
    for (
      let element: Element | null = document.querySelector('main, .detail');
      element;
      element = element.parentElement
    ) {
      const [red, green, blue, alpha] = (getComputedStyle(element).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
      if (red !== undefined && green !== undefined && blue !== undefined && alpha !== 0)
        return (red + green + blue) / 3;
    }
    return 255;
  });
}
