import { expect, test } from 'vitest';
import { documentsFromUserDirs, policyFilePath, userDataDirectory } from './user-paths.ts';

test.each([
  ['linux', {}, '/home/ann', '/home/ann/.local/share/parley'],
  ['linux', { XDG_DATA_HOME: '/srv/data' }, '/home/ann', '/srv/data/parley'],
  ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ann', '/home/ann/.local/share/parley'],
  ['darwin', {}, '/Users/ann', '/Users/ann/Library/Application Support/Parley'],
  [
    'win32',
    { APPDATA: 'C:\\Users\\ann\\AppData\\Roaming' },
    'C:\\Users\\ann',
    'C:\\Users\\ann\\AppData\\Roaming\\Parley',
  ],
  ['win32', {}, 'C:\\Users\\ann', 'C:\\Users\\ann\\AppData\\Roaming\\Parley'],
] as const)('data on %s with %o lies in its custom place', (platform, environment, home, expected) => {
  expect(userDataDirectory({ platform, environment, home })).toBe(expected);
});

test.each([
  ['linux', {}, '/etc/parley/policy.json'],
  ['darwin', {}, '/Library/Application Support/Parley/policy.json'],
  ['win32', { ProgramData: 'D:\\ProgramData' }, 'D:\\ProgramData\\Parley\\policy.json'],
] as const)('the policy file on %s is where only an administrator writes', (platform, environment, expected) => {
  expect(policyFilePath({ platform, environment })).toBe(expected);
});

test('the documents folder of user-dirs.dirs', () => {
  const file = '# written by xdg\nXDG_MUSIC_DIR="$HOME/Musik"\nXDG_DOCUMENTS_DIR="$HOME/Dokumente"\n';
  expect(documentsFromUserDirs(file, '/home/ann')).toBe('/home/ann/Dokumente');
  expect(documentsFromUserDirs('XDG_DOCUMENTS_DIR="/srv/docs"', '/home/ann')).toBe('/srv/docs');
  expect(documentsFromUserDirs('XDG_DOCUMENTS_DIR="docs"', '/home/ann')).toBeUndefined();
  expect(documentsFromUserDirs('', '/home/ann')).toBeUndefined();
});
