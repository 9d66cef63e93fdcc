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
  const page = await parley.open(process);
  const window = new ParleyWindow(page);
  // Another address than the one that stands there, as on a machine that knows none.
  await window.signIn('not-the-password', lab.account('bob').address);
  await expect(window.signInProblem).toContainText(/password/i);
  // Both stay as they were typed: whoever mends a server field or a letter need not type them again.
  await expect(window.addressField).toHaveValue(lab.account('bob').address);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('not-the-password');
  // One service was asked, once: a typo locks no account.
  const attempts = process.log().filter((line) => line.includes('sign-in attempt'));
  expect(attempts).toHaveLength(1);
  await window.signIn(account.password, account.address);
  await expect(window.contact('Bob Okafor')).toBeVisible();
});

test('each service is tested by hand before signing in', async ({ lab, parley }) => {
  const page = await parley.open(await parley.start({ as: null }));
  await page.getByLabel('Password', { exact: true }).fill(lab.account('alice').password);
  await page.getByRole('button', { name: 'Advanced' }).click();
  for (const service of ['Chat and presence', 'Phone', 'Directory', 'Voicemail']) {
    const group = page.getByRole('group', { name: service, exact: true });
    await group.getByRole('button', { name: `Test ${service}` }).click();
    await expect(group.getByRole('status')).toContainText(/works|accepts/);
  }
  await page.getByLabel('Password', { exact: true }).fill('not-the-password');
  const phone = page.getByRole('group', { name: 'Phone', exact: true });
  await phone.getByRole('button', { name: 'Test Phone' }).click();
  await expect(phone.getByRole('status')).toContainText(/password/i);
});

test('signing out says what stays on this computer, and forgets the password when asked', async ({ alice: page }) => {
  const window = new ParleyWindow(page);
  await expect(window.contact('Bob Okafor')).toBeVisible();
  await page.goto(`${new URL(page.url()).origin}/#/settings/account`);
  await page.getByRole('button', { name: 'Sign out…' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Sign out?' });
  await dialog.getByRole('checkbox', { name: 'Also forget the password' }).check();
  await dialog.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(window.addressField).toBeVisible();
  await expect(page.getByText('Your messages, contacts and history')).toBeVisible();
  await expect(page.getByText(/Your password, in/)).toBeHidden();
});

test('a session that ends under an open dialog leaves a page that a screen reader can read', async ({ parley }) => {
  const service = await parley.start();
  const page = await parley.open(service);
  const window = new ParleyWindow(page);
  await expect(window.contact('Bob Okafor')).toBeVisible();
  await page.getByRole('button', { name: 'Add contact', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  // Signed out in another window of the same person.
  const other = await parley.open(service);
  await other.goto(`${new URL(other.url()).origin}/#/settings/account`);
  await other.getByRole('button', { name: 'Sign out…' }).click();
  const dialog = other.getByRole('alertdialog');
  await dialog.getByRole('checkbox', { name: 'Remove everything of this account from this computer' }).check();
  await dialog.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(other.getByText('Files that you saved yourself')).toBeVisible();
  await expect(other.getByText('Your messages, contacts and history')).toBeHidden();
  // By role: what is hidden from screen readers is not found.
  await expect(window.addressField).toBeVisible();
  await expect(page.locator('#root')).not.toHaveAttribute('aria-hidden', 'true');
});
