import type { Locator } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../harness/fixtures.ts';
import type { ParleyProcess } from '../harness/parley-process.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { seedFor } from '../lab/client-settings.ts';

const wrongPassword = 'Canary & typed by hand? 100%';

const allFour = ['@prosody', '@kamailio', '@slapd', '@dovecot'];

test('a password is nowhere but in its safe', { tag: allFour }, async ({ lab, parley, scratch }) => {
  const account = lab.account('alice');
  const mailbox = lab.account('bob');
  const secrets = [account.password, mailbox.password, wrongPassword];
  // Her mailbox has a user and a password of its own; and the log has the most words from the first attempt on.
  const seed = { ...seedFor(lab.description, 'alice'), 'voicemail.user': mailbox.user, 'log.level': 'debug' };
  const service = await parley.start({ as: null, dataDirectory: scratch, seed });
  const page = await parley.open(service);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: service.origin });
  const window = new ParleyWindow(page);
  await window.signIn(wrongPassword);
  await expect(window.signInProblem).toContainText(/password/i);
  await window.signIn(account.password);
  await expect(window.contact('Bob Okafor')).toBeVisible();

  await expect(window.strip).toContainText('voicemail server did not accept your password');
  const ask = async (one: ParleyWindow): Promise<Locator> => {
    await one.strip.getByRole('button', { name: 'Enter password' }).click();
    return one.page.getByRole('alertdialog', { name: 'Enter password' });
  };
  const first = await ask(window);
  await first.getByLabel('Password', { exact: true }).fill(wrongPassword);
  const other = new ParleyWindow(await parley.open(service));
  const dialog = await ask(other);
  await dialog.getByRole('checkbox', { name: /^Only for Voicemail/ }).check();
  await dialog.getByLabel('Password', { exact: true }).fill(mailbox.password);
  await dialog.getByRole('button', { name: 'Use password' }).click();
  await expect(dialog).toBeHidden();
  await expect(other.strip).toBeHidden();
  await other.page.close();
  // The line below a dialog is gone; what is typed in it is the person's to throw away.
  await expect(window.strip).toBeHidden();
  await expect(first.getByLabel('Password', { exact: true })).toHaveValue(wrongPassword);
  await first.getByRole('button', { name: 'Cancel' }).click();
  await expect(first).toBeHidden();

  // All four protocols have carried it.
  const about = await window.goToSettings('About and diagnostics');
  await expect(about.getByRole('combobox')).toHaveValue('debug');
  for (const service of ['Chat and presence', 'Phone', 'Directory', 'Voicemail'])
    await expect(about.locator('.srow', { hasText: service }).getByText('Working', { exact: true })).toBeVisible();
  await window.dial(lab.account('bob').extension);
  await expect(window.timer).toBeVisible();
  await window.control('End call').click();
  await expect(window.controls).toBeHidden();

  const { report } = await copyReport(window);
  expect(report).toContain('End of the log');
  expect(report).toContain('softphone');
  expect(findSecrets(report, secrets), 'support report').toEqual([]);
  expect(findSecrets(processList(service), secrets), 'process list').toEqual([]);
  expect(findSecrets(readFileSync(service.launchFile, 'utf8'), secrets), 'launch file').toEqual([]);
  const storage = await page.evaluate(() =>
    JSON.stringify([...Object.entries(sessionStorage), ...Object.entries(localStorage), location.href]),
  );
  expect(findSecrets(storage, secrets), 'storage of the window').toEqual([]);
  const files = readdirSync(scratch, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['parley.sqlite', 'parley.log', 'secrets.json']),
  );
  for (const { parentPath, name } of files)
    expect(findSecrets(readFileSync(join(parentPath, name), 'latin1'), secrets), name).toEqual([]);
  expect(findSecrets(service.errorOutput, secrets), 'what it printed').toEqual([]);
  // The search itself finds what is there.
  expect(findSecrets(Buffer.from(`\0alice\0${account.password}`).toString('base64'), secrets)).not.toEqual([]);
});

async function copyReport(window: ParleyWindow): Promise<{ readonly report: string }> {
  const about = await window.goToSettings('About and diagnostics');
  await about.getByRole('button', { name: 'Copy report' }).click();
  await expect.poll(() => window.page.evaluate(() => navigator.clipboard.readText())).toContain('End of the log');
  return { report: await window.page.evaluate(() => navigator.clipboard.readText()) };
}

/** Command lines and environments of the service and its children. */
function processList(service: ParleyProcess): string {
  if (process.platform === 'win32') return execFileSync('tasklist', ['/v'], { encoding: 'latin1' });
  const list = execFileSync('ps', ['-ef', '-ww'], { encoding: 'latin1' });
  if (!list.includes(service.dataDirectory)) throw new Error('the process list does not show the service');
  return list;
}

/** Forms of these secrets that stand in a text: plain, as addresses, XML and JSON carry them, hexadecimal, base64. */
function findSecrets(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) =>
    formsOf(secret)
      .filter(([, form]) => text.includes(form))
      .map(([what]) => `${what} of ${secret}`),
  );
}

function formsOf(secret: string): readonly (readonly [string, string])[] {
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64');
    // The characters at both ends depend on what stands beside it.
    return [
      `base64 at ${String(offset)}`,
      encoded.replace(/=+$/, '').slice(offset === 0 ? 0 : offset + 1, -1),
    ] as const;
  });
  return [
    ['plain', secret],
    ['plain, UTF-16', Array.from(secret).join('\0')],
    ['URL', encodeURIComponent(secret)],
    ['form', new URLSearchParams({ secret }).toString().slice('secret='.length)],
    ['XML', secret.replaceAll('&', '&amp;')],
    ['hexadecimal', Buffer.from(secret).toString('hex')],
    ...base64,
  ];
}
