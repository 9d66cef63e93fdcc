import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../harness/call-fixtures.ts';
import { ParleyProcess } from '../harness/parley-process.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { findBinary } from '../lab/packages.ts';

/** Starts Parley a second time with a link, as the system does; the copy that runs gets it. */
function openLink(running: ParleyProcess, link: string): void {
  const second = spawnSync(
    process.execPath,
    [ParleyProcess.entry, '--data', running.dataDirectory, '--no-window', '--json', link],
    { encoding: 'utf8', timeout: 20_000 },
  );
  expect(second.stderr).toContain('Parley already runs');
}

test(
  'a tel: link of another program asks before it calls; the setting lets it call at once, but for emergency numbers',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { process: running, page, window } = caller;
    const prompt = page.getByRole('dialog', { name: 'Call this number?' });
    const from = bob.events.length;
    openLink(running, 'tel:%2B44%2020%207946%200101;ext=22');
    await expect(prompt.getByRole('textbox', { name: 'Number' })).toHaveValue('+44 20 7946 0101');
    await expect(prompt).toContainText('Extension 22: key it in after the answer.');
    expect(bob.events.slice(from).map(({ type }) => type)).not.toContain('CALL_INCOMING');
    await prompt.getByRole('button', { name: 'Call' }).click();
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await expect(window.stage('Bob Okafor')).toBeVisible();
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();

    const settings = await window.goToSettings('Calls');
    await settings.getByRole('combobox', { name: 'Telephone links of other programs' }).selectOption('call');
    openLink(running, 'tel:999');
    await expect(prompt.getByRole('textbox', { name: 'Number' })).toHaveValue('999');
    await prompt.getByRole('button', { name: 'Cancel' }).click();
    const next = bob.events.length;
    openLink(running, `callto:${lab.account('bob').extension}`);
    await bob.waitFor('CALL_ESTABLISHED', { from: next });
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
  },
);

test('xmpp: links open a chat with a draft, or the contact form; a link at the start waits for the window', async ({
  parley,
}) => {
  const running = await parley.start({ args: ['xmpp:bob@parley.test?message;body=See%20you%20at%2010%2B'] });
  const page = await parley.open(running);
  const composer = page.getByRole('textbox', { name: /^Message / });
  await expect(composer).toHaveValue('See you at 10+');
  openLink(running, 'xmpp:newcomer@parley.test?roster;name=New%20Comer;group=Sales');
  const form = page.getByRole('dialog', { name: 'Add a contact' });
  await expect(form.getByRole('textbox', { name: /address/i })).toHaveValue('newcomer@parley.test');
  await expect(form.getByRole('textbox', { name: /name/i })).toHaveValue('New Comer');
});

test('the Linux desktop opens links with Parley while the setting is on, and with the program of before when it is off', async ({
  parley,
  scratch,
}) => {
  const xdgOpen = findBinary('xdg-open');
  test.skip(xdgOpen === undefined, 'no xdg-open here (package xdg-utils), which stands for the desktop');
  const environment = { XDG_DATA_HOME: join(scratch, 'share'), XDG_CONFIG_HOME: join(scratch, 'config') };
  mkdirSync(environment.XDG_CONFIG_HOME);
  const defaults = '[Default Applications]\nx-scheme-handler/tel=other-phone.desktop\n';
  writeFileSync(join(environment.XDG_CONFIG_HOME, 'mimeapps.list'), defaults);
  const entries = join(environment.XDG_DATA_HOME, 'applications');
  mkdirSync(entries, { recursive: true });
  // A default counts only while its program is there.
  const other = '[Desktop Entry]\nType=Application\nName=Other phone\nExec=/bin/true %u\n';
  writeFileSync(join(entries, 'other-phone.desktop'), other);
  /** As a desktop that is none of the large ones, with a display that nothing is shown on. */
  const desktop = (command: string, ...args: readonly string[]) =>
    spawnSync(command, args, {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, ...environment, DISPLAY: ':77', XDG_CURRENT_DESKTOP: '', BROWSER: 'false' },
    });
  const openedWith = (scheme: string) =>
    desktop('xdg-mime', 'query', 'default', `x-scheme-handler/${scheme}`).stdout.trim();

  const page = await parley.open(await parley.start({ environment }));
  const settings = await new ParleyWindow(page).goToSettings('Calls');
  const opens = settings.getByRole('switch', { name: 'Open telephone and chat links with Parley' });
  expect(openedWith('tel')).toBe('other-phone.desktop');
  await opens.click();
  await expect.poll(() => openedWith('tel')).toBe('parley-browser-shell.desktop');
  for (const scheme of ['sip', 'sips', 'callto', 'xmpp'])
    expect(openedWith(scheme)).toBe('parley-browser-shell.desktop');
  const validate = findBinary('desktop-file-validate');
  if (validate !== undefined) {
    expect(desktop(validate, join(entries, 'parley-browser-shell.desktop'))).toMatchObject({ stdout: '', status: 0 });
  }
  const opened = desktop(xdgOpen ?? '', 'tel:%2B44%2020%207946%200101');
  expect(opened.stderr).toContain('Parley already runs');
  await expect(
    page.getByRole('dialog', { name: 'Call this number?' }).getByRole('textbox', { name: 'Number' }),
  ).toHaveValue('+44 20 7946 0101');
  await page.keyboard.press('Escape');

  await opens.click();
  await expect.poll(() => openedWith('tel')).toBe('other-phone.desktop');
  expect(openedWith('xmpp')).toBe('');
  expect(readdirSync(entries)).not.toContain('parley-browser-shell.desktop');
});
