import { expect, test } from 'vitest';
import { isFullPath, withHome } from './full-path.ts';

test.each(['~', '~/Chats', '~\\Chats', process.platform === 'win32' ? 'C:\\Chats' : '/srv/chats'])(
  '%s is a place',
  (path) => {
    expect(isFullPath(path)).toBe(true);
  },
);
test.each(['Chats', './Chats', '../Chats', '~alice/Chats', 'a~/Chats', 'C:Chats', ''])('%s is none', (path) => {
  expect(isFullPath(path)).toBe(false);
});
test('a tilde stands for the home folder, at the beginning only', () => {
  expect(withHome('~/Chats', '/home/alice')).toBe('/home/alice/Chats');
  expect(withHome('~', '/home/alice')).toBe('/home/alice');
  expect(withHome('/srv/~/chats', '/home/alice')).toBe('/srv/~/chats');
});
