import { ParleyWindow } from '../harness/parley-window.ts';
import { expect, test } from '../harness/fixtures.ts';

test('with seeded servers the password is all that is missing', { tag: '@prosody' }, async ({ lab, parley }) => {
  const account = lab.account('alice');
  const window = new ParleyWindow(await parley.open(await parley.start({ as: null })));
  await expect(window.addressField).toHaveValue(account.address);
  await window.signIn(account.password);
  await expect(window.contact('Bob Okafor')).toBeVisible();
});

test('a wrong password is refused in words, once, and the right one then works', async ({ lab, parley }) => {
  const account = lab.account('alice');
  const process = await parley.start({ as: null });
  const window = new ParleyWindow(await parley.open(process));
  await window.signIn('not-the-password');
  await expect(window.signInProblem).toContainText(/password/i);
  // One service was asked, once: a typo locks no account.
  const attempts = process.log().filter((line) => line.includes('sign-in attempt'));
  expect(attempts).toHaveLength(1);
  await window.signIn(account.password);
  await expect(window.contact('Bob Okafor')).toBeVisible();
});
