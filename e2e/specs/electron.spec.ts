import { _electron, expect, test } from '@playwright/test';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The same shell in a real Electron, wherever its binary is. The package alone is not enough: it is fetched apart. */
const electronPackage = fileURLToPath(new URL('../../node_modules/electron/', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** The path of the binary; undefined where it was not fetched. Importing `electron` would start a download. */
function electronBinary(): string | undefined {
  const pathFile = join(electronPackage, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = join(electronPackage, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

const binary = electronBinary();
const reason = 'no Electron binary on this machine (node_modules/electron/path.txt is missing)';

test.skip(binary === undefined, reason);

test('the real Electron shows the sign-in page in a sandboxed window', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'parley-electron-'));
  const electron = await _electron.launch({
    executablePath: binary ?? '',
    args: [root, `--data=${directory}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  try {
    const page = await electron.firstWindow();
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
    expect(page.url()).toMatch(/^parley:\/\/app\//);
    expect(await page.evaluate(() => ['require' in window, 'process' in window])).toEqual([false, false]);
    // A sandboxed page's process has no Node of its own, and the preload's world is not the page's.
    const windows = await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    expect(windows).toBe(1);
  } finally {
    await electron.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
});
