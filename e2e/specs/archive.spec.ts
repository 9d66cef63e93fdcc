import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';

function textOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

test(
  'with the archive on, a chat is a readable file; off, nothing is written',
  { tag: '@prosody' },
  async ({ alice }) => {
    const window = new ParleyWindow(alice);
    const folder = mkdtempSync(join(tmpdir(), 'parley-archive-'));
    await window.openChat('Bob Okafor');
    await window.send('Not for the archive');
    await expect(window.messages).toContainText(/archive[\s\S]*archive/);
    await window.go('Settings');
    await alice
      .getByRole('option', { name: 'Chat archive' })
      .or(alice.getByRole('link', { name: 'Chat archive' }))
      .or(alice.getByRole('tab', { name: 'Chat archive' }))
      .click();
    await alice.getByRole('textbox', { name: /folder/i }).fill(folder);
    await alice.keyboard.press('Enter');
    await alice.getByRole('switch').first().click();
    await window.go('Chats');
    await window.conversation('Bob Okafor').click();
    await window.send('This one is kept');
    await expect.poll(() => textOf(folder)).toMatch(/This one is kept[\s\S]*This one is kept/);
    expect(textOf(folder)).not.toContain('Not for the archive');

    // A folder that would be another one at each start is refused in words, and what was typed stays to be mended.
    const page = await window.goToSettings('Chat archive');
    const field = page.getByRole('textbox', { name: /folder/i });
    await field.fill('Chats');
    await alice.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('Enter the folder with its full path');
    await expect(field).toHaveValue('Chats');

    // A folder that is none: the strip leads back here, and tries again when it is mended.
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await field.fill(join(file, 'archive'));
    await alice.keyboard.press('Enter');
    await expect(window.strip).toContainText('The archive folder cannot be written to.');
    await expect(window.strip.getByRole('link', { name: 'Choose another folder' })).toHaveAttribute('href', /archive/);
    rmSync(file);
    await window.tryNow();
    rmSync(folder, { recursive: true });
  },
);
