import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

const tones = { mine: myHz, theirs: farHz };

test(
  'the quality of a call is shown while it lasts, with figures, and kept in its history',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    // Reports of both ends come every five seconds; before them nothing is claimed.
    const button = window.stage().getByRole('button', { name: /connection/i });
    await expect(button).toHaveText(/Good connection|Fair connection/, { timeout: 25_000 });
    await button.click();
    const figures = page.getByRole('dialog', { name: 'Connection' }).or(page.getByLabel('Connection', { exact: true }));
    await expect(figures).toContainText('opus');
    await expect(figures).toContainText(/Round trip\s*\d+ ms/);
    await expect(figures).toContainText(/Lost on the way to them\s*[\d.]+ %/);
    await expect(figures).toContainText(/You hear\s*[34]\.\d\s*(Good|Fair)/);
    await expect(figures).toContainText(/They hear\s*[34]\.\d\s*(Good|Fair)/);
    await expect(figures.getByRole('img', { name: /^Packet loss over the last minute: [\d.]+ % now/ })).toBeVisible();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: caller.process.origin });
    await figures.getByRole('button', { name: 'Copy details' }).click();
    await expect(figures.getByRole('button', { name: 'Copied' })).toBeVisible();
    const copied: unknown = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    expect(copied).toMatchObject({ callId: expect.any(String), codec: 'opus', roundTripMs: expect.any(Number) });
    await page.keyboard.press('Escape');
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
    await window.history.filter({ hasText: 'Bob Okafor' }).first().click();
    const detail = page.getByRole('region', { name: 'Call details' });
    await expect(detail).toContainText(/(Good|Fair) connection/);
    await expect(detail).toContainText(/Round trip\s*\d+ ms/);
  },
);

test(
  'a far end that falls silent is told of after five seconds, and no more when it is back',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { page, window } = await startCaller({ transport: 'tls' });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    const notice = window.stage().getByText('No sound from them for 5 seconds');
    await expect(notice).toBeHidden();
    bob.freeze();
    await expect(notice).toBeVisible({ timeout: 15_000 });
    await expect(window.stage().getByRole('button', { name: 'Bad connection' })).toBeVisible();
    bob.thaw();
    await expect(notice).toBeHidden();
    await expectSoundBothWays(page, bob, tones);
    const from = bob.events.length;
    await page.keyboard.press('F9');
    await bob.waitFor('CALL_CLOSED', { from });
  },
);

test(
  'over WebSocket the window itself measures',
  { tag: ['@kamailio', '@rtpengine', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { page, window } = await startCaller({ transport: 'wss' });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    const button = window.stage().getByRole('button', { name: /connection/i });
    await expect(button).toHaveText(/Good connection|Fair connection/, { timeout: 25_000 });
  },
);
