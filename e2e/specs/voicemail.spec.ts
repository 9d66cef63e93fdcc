import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';

test('voice messages are listed, played, marked as heard and deleted', { tag: '@dovecot' }, async ({ lab, alice }) => {
  const window = new ParleyWindow(alice);
  await lab.owned().dovecot.leaveVoicemail({
    from: 'grace',
    text: 'The build is green again.',
    voice: 'en',
    ageMs: 0,
    isSeen: false,
  });
  await window.go('Voicemail');
  const rows = alice.getByRole('list', { name: 'Voice messages' }).getByRole('listitem');
  // IDLE brings the new one without being asked.
  const first = rows.first();
  await expect(first).toContainText('Grace Adeyemi');
  await expect(first.getByRole('img', { name: 'New' })).toBeVisible();
  await first.getByRole('button', { name: /^Open message/ }).click();
  const player = alice.getByRole('toolbar', { name: 'Player' });
  const position = player.getByRole('slider', { name: 'Position' });
  await player.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(async () => Number(await position.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
  await expect(first.getByRole('img', { name: 'New' })).toBeHidden();

  // Who withheld the number is called so, and is not called back.
  const count = await rows.count();
  await lab
    .owned()
    .dovecot.leaveVoicemail({ from: 'withheld', text: 'Guess who.', voice: 'en', ageMs: 0, isSeen: false });
  await expect(rows).toHaveCount(count + 1);
  const open = first.getByRole('button', { name: 'Open message from Unknown caller' });
  await expect(first.getByRole('button', { name: /^Call/ })).toBeHidden();
  await open.focus();
  await open.press('Shift+F10');
  await expect(alice.getByRole('menuitem').first()).toHaveText('Mark as heard');
  await alice.getByRole('menuitem', { name: 'Delete…' }).press('Enter');
  await alice.getByRole('alertdialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(rows).toHaveCount(count);
  await expect(first).toContainText('Grace Adeyemi');
  // The one that is played stays open, and the keyboard goes to the row that is next.
  await expect(player).toBeVisible();
  await expect(first.getByRole('button', { name: 'Close player' })).toBeFocused();
  await alice.reload();
  await expect(rows).toHaveCount(count);
});

test('a voicemail server that is gone leaves the list and says so', async ({ lab, alice }) => {
  const window = new ParleyWindow(alice);
  await window.go('Voicemail');
  await expect(alice.getByRole('list', { name: 'Voice messages' }).getByRole('listitem').first()).toBeVisible();
  const { dovecot } = lab.owned();
  await dovecot.kill();
  try {
    await expect(window.strip).toContainText(/voicemail/i);
    const first = alice.getByRole('list', { name: 'Voice messages' }).getByRole('listitem').first();
    await expect(first).toBeVisible();
    // What a menu could not do is not only read out.
    await first.click({ button: 'right' });
    await alice.getByRole('menuitem', { name: /^Mark as/ }).click();
    await expect(window.callProblem).toBeVisible();
    await window.callProblem.getByRole('button', { name: 'Dismiss' }).click();
  } finally {
    await dovecot.start();
  }
  await expect(window.strip).toBeHidden({ timeout: 30_000 });
});
