import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';

const parts = ['Encode', 'Decode', 'Encryption', 'Hashing', 'Compression'];

test('this computer is measured on demand, and the window says what follows and why', async ({ parley, scratch }) => {
  const service = await parley.start({ dataDirectory: scratch });
  const window = new ParleyWindow(await parley.open(service));
  const video = await window.goToSettings('Video');
  await expect(video.getByRole('status')).toContainText('Not measured yet');
  await expect(video.getByRole('meter')).toHaveCount(0);
  const reasons = video.getByRole('region', { name: 'Why not more' });
  await expect(reasons).toContainText('This computer was not measured yet.');

  await video.getByRole('button', { name: 'Measure', exact: true }).click();
  await expect(video.getByRole('button', { name: 'Measure again' })).toBeVisible({ timeout: 30_000 });
  await expect(video.getByRole('status')).toContainText(/^Measured /);
  for (const part of parts) {
    const value = await video.getByRole('meter', { name: part }).getAttribute('aria-valuenow');
    expect(Number(value), part).toBeGreaterThan(0);
  }
  await expect(video).toContainText(/720p: \d+ frames a second at most/);
  // On a fast computer nothing holds the picture back, and there are no reasons to show.
  await expect(video).not.toContainText('This computer was not measured yet.');
  const measured = await video.getByRole('status').textContent();

  // The least bound wins, and it is named.
  await video.getByRole('combobox', { name: 'Largest picture' }).selectOption('qcif');
  await expect(reasons).toContainText('Your settings allow at most QCIF');
  await service.stop();

  const again = await parley.start({ dataDirectory: scratch, as: null });
  const after = await new ParleyWindow(await parley.open(again)).goToSettings('Video');
  await expect(after.getByRole('status')).toHaveText(measured ?? '');
  await expect(after.getByRole('meter')).toHaveCount(parts.length);
  await expect(after.getByRole('region', { name: 'Why not more' })).toContainText('Your settings allow at most QCIF');
});

test('what the organization allows is told apart from what the person chose', async ({ parley, scratch }) => {
  test.skip(process.getuid?.() !== 0, 'only root can write a policy file that is honoured');
  const policyFile = join(scratch, 'policy.json');
  writeFileSync(policyFile, JSON.stringify({ version: 1, lock: { 'video.enabled': false } }), { mode: 0o644 });
  const window = new ParleyWindow(await parley.open(await parley.start({ policyFile })));
  const video = await window.goToSettings('Video');
  await expect(video.getByRole('region', { name: 'Why not more' })).toContainText('Your organization allows no video.');
  await expect(video).toContainText('No video');
  await expect(video.getByRole('switch').first()).toHaveAttribute('aria-disabled', 'true');
});
