import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesktopEntry, desktopEntryText, desktopFileName, withDefaults, withoutDefaults } from './desktop-entry.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'parley-desktop-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const types = ['tel', 'sip', 'sips', 'callto', 'xmpp'].map((scheme) => `x-scheme-handler/${scheme}`);

test('the entry names the schemes, and quotes what a path may hold', () => {
  const text = desktopEntryText({
    command: ['/opt/node 24/bin/node', '/home/al"ice/100%/$x/main.js', '--data', 'C:\\x'],
    icon: '/opt/parley/icon.png',
  });
  expect(text).toContain(`MimeType=${types.join(';')};\n`);
  expect(text).toContain(
    'Exec="/opt/node 24/bin/node" "/home/al\\\\"ice/100%%/\\\\$x/main.js" --data "C:\\\\\\\\x" %u\n',
  );
});

test('ours becomes the default, and whoever had it comes back', () => {
  const before = [
    '[Added Associations]',
    'text/plain=editor.desktop;',
    '',
    '[Default Applications]',
    'text/html=firefox.desktop',
    'x-scheme-handler/tel=linphone.desktop;other.desktop;',
    '',
  ].join('\n');
  const during = withDefaults(before);
  for (const type of types) expect(during).toContain(`${type}=${desktopFileName};`);
  expect(during).toContain(`x-scheme-handler/tel=${desktopFileName};linphone.desktop;other.desktop;\n`);
  expect(during).toContain('text/html=firefox.desktop\n');
  expect(withDefaults(during)).toBe(during);
  expect(withoutDefaults(during)).toBe(before);
});

test('a list that is not there is begun', () => {
  expect(withDefaults('')).toBe(
    ['[Default Applications]', ...types.map((type) => `${type}=${desktopFileName};`), ''].join('\n'),
  );
  expect(withDefaults('[Added Associations]\na/b=c.desktop;\n')).toMatch(
    /^\[Added Associations\]\na\/b=c\.desktop;\n\n\[Default Applications\]\n/,
  );
});

test('installs and removes in the folders of the user, and leaves the rest alone', async () => {
  const dataHome = join(home, 'share');
  const configHome = join(home, 'config');
  mkdirSync(configHome);
  writeFileSync(join(configHome, 'mimeapps.list'), '[Default Applications]\ntext/html=firefox.desktop\n');
  const entry = new DesktopEntry({ dataHome, configHome, command: ['/usr/bin/node', '/p/main.js'], icon: '/p/i.png' });
  await entry.install();
  const file = join(dataHome, 'applications', desktopFileName);
  expect(readFileSync(file, 'utf8')).toContain('[Desktop Entry]');
  expect(readFileSync(join(configHome, 'mimeapps.list'), 'utf8')).toContain('x-scheme-handler/sip=');
  await entry.remove();
  expect(existsSync(file)).toBe(false);
  expect(readFileSync(join(configHome, 'mimeapps.list'), 'utf8')).toBe(
    '[Default Applications]\ntext/html=firefox.desktop\n',
  );
  await entry.remove();
});
