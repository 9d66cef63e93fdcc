import { limits } from '../../src-shared/limits.ts';
import { expect, test } from '../harness/fixtures.ts';
import { seedFor } from '../lab/client-settings.ts';
import { startLab } from '../lab/lab.ts';

test('two hundred contacts fit; the next one is refused in words', async ({ parley }) => {
  const lab = await startLab({ servers: ['prosody'], rosterSize: limits.contacts });
  try {
    const page = await parley.open(await parley.start({ seed: seedFor(lab.description, 'alice') }));
    await expect(page.getByRole('treeitem', { name: /Offline/ }).first()).toBeVisible();
    await page.getByRole('button', { name: 'Add contact', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a contact' });
    await dialog.getByLabel('Chat address').fill(lab.account('oscar').address);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(dialog.getByRole('alert')).toContainText(String(limits.contacts));
  } finally {
    await lab.stop();
  }
});
