import { readableNumber } from '../../src-shared/text/readable-number.ts';
import { expect, test } from '../harness/call-fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';

test(
  'the cache answers at each key stroke, the directory when it is asked',
  { tag: '@slapd' },
  async ({ lab, alice }) => {
    const window = new ParleyWindow(alice);
    await expect(window.contact('Bob Okafor')).toBeVisible();
    await window.search('oka');
    await expect(window.results.getByRole('option', { name: /Bob Okafor/ })).toBeVisible();
    // Mallory is nobody's contact: only the directory knows her.
    await window.search('mallory stra');
    await expect(window.results.getByRole('option', { name: /Mallory Stranger/ })).toBeVisible();
    await window.results.getByRole('option', { name: /Mallory Stranger/ }).click();
    const card = window.card('Mallory Stranger');
    await expect(card).toContainText('Consultant');
    await expect(card).toContainText(readableNumber(lab.account('mallory').number));
  },
);

test(
  'what reads like a number is dialled as typed: it rings there, and the call can be ended',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, carol }) => {
    const { page, window } = caller;
    const from = carol.events.length;
    await window.search(readableNumber(lab.account('carol').number));
    const first = window.results.getByRole('option').first();
    await expect(first).toHaveAccessibleName(/^Call /);
    await first.click();
    await carol.waitFor('CALL_INCOMING', { from });
    await expect(window.stage('Carol Lindqvist')).toContainText('Ringing…');
    await expect(window.searchBox).toHaveValue('');
    await window.control('Cancel').click();
    await carol.waitFor('CALL_CLOSED', { from });
    await expect(window.controls).toBeHidden();

    await window.search('%_*"(); DROP');
    await expect(page.getByText(/Nobody|nothing|No one|No results/i).first()).toBeVisible();
  },
);

test('a directory that is gone is said, and the cache goes on', async ({ lab, alice }) => {
  const window = new ParleyWindow(alice);
  const { slapd } = lab.owned();
  await expect(window.contact('Bob Okafor')).toBeVisible();
  await slapd.kill();
  try {
    await window.search('oka');
    await expect(window.results.getByRole('option', { name: /Bob Okafor/ })).toBeVisible();
    await window.search('mallory');
    await expect(
      alice
        .getByText(/directory/i)
        .filter({ hasText: /not|offline|reach/i })
        .first(),
    ).toBeVisible();
  } finally {
    await slapd.start();
  }
});
