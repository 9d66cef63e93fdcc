import { describe, expect, test } from 'vitest';
import { archivePath, archiveRoot, localDay, pathStyleOf } from './archive-path.ts';
import type { ArchiveFile, PathStyle } from './archive-path.ts';

const day = { year: 2026, month: 3, day: 9 };

function pathOf(style: PathStyle, changes: Partial<ArchiveFile> = {}): string {
  const homes = {
    windowsXp: String.raw`C:\Documents and Settings\alice`,
    windows: String.raw`C:\Users\alice`,
    macos: '/Users/alice',
    linux: '/home/alice',
  };
  return archivePath({ style, home: homes[style], own: 'alice@example.com', peer: 'bob@example.com', day, ...changes });
}

/** The name that stands for the other person. */
function peerName(style: PathStyle, peer: string): string {
  return pathOf(style, { peer }).split(/[/\\]/).at(-2) ?? '';
}

describe('the file of a conversation and day', () => {
  test.each<[PathStyle, string]>([
    [
      'windowsXp',
      String.raw`C:\Documents and Settings\alice\My Documents\Parley\Archive\alice@example.com\bob@example.com\2026-03-09.txt`,
    ],
    ['windows', String.raw`C:\Users\alice\Documents\Parley\Archive\alice@example.com\bob@example.com\2026-03-09.txt`],
    ['macos', '/Users/alice/Documents/Parley/Archive/alice@example.com/bob@example.com/2026-03-09.txt'],
    ['linux', '/home/alice/Documents/Parley/Archive/alice@example.com/bob@example.com/2026-03-09.txt'],
  ])('on %s', (style, path) => {
    expect(pathOf(style)).toBe(path);
  });

  test.each<[PathStyle, string, string]>([
    ['windows', String.raw`D:\Profile\Dokumente`, String.raw`D:\Profile\Dokumente\Parley\Archive`],
    ['windows', String.raw`\\server\home$\alice`, String.raw`\\server\home$\alice\Parley\Archive`],
    ['linux', '/home/alice/Dokumente', '/home/alice/Dokumente/Parley/Archive'],
  ])('stands in the documents folder as the system has it (%s, %s)', (style, documents, root) => {
    expect(pathOf(style, { documents }).startsWith(root)).toBe(true);
  });

  test('stands in the folder of the settings when one is set', () => {
    expect(pathOf('linux', { folder: '/srv/chats', documents: '/home/alice/Dokumente' })).toBe(
      '/srv/chats/alice@example.com/bob@example.com/2026-03-09.txt',
    );
    expect(archiveRoot({ style: 'linux', home: '/home/alice', folder: '~/Chats' })).toBe('/home/alice/Chats');
    expect(archiveRoot({ style: 'windows', home: String.raw`C:\Users\alice`, folder: String.raw`~\Chats` })).toBe(
      String.raw`C:\Users\alice\Chats`,
    );
    expect(archiveRoot({ style: 'windows', home: 'C:\\', folder: '  ' })).toBe(String.raw`C:\Documents\Parley\Archive`);
  });
});

describe('a name', () => {
  const hostile = [
    '../../etc/passwd',
    '..',
    '.',
    '',
    '/',
    '\\..\\..\\x',
    '..\\..',
    'a/../../b@example.com',
    'C:\\Windows',
    '\0',
    '. .',
  ];

  test.each(
    (['windowsXp', 'windows', 'macos', 'linux'] as const).flatMap((style) =>
      hostile.map((peer) => [style, peer] as const),
    ),
  )('never leads out of the archive (%s, %j)', (style, peer) => {
    const root = archiveRoot({ style, home: '/h' });
    const path = archivePath({ style, home: '/h', own: peer, peer, day });
    expect(path.startsWith(root)).toBe(true);
    const below = path.slice(root.length + 1).split(/[/\\]/);
    expect(below).toHaveLength(3);
    for (const name of below) expect(name).not.toMatch(/^\.*$/);
    expect(path).not.toContain('\0');
  });

  test.each(['con@example.com', 'aux', 'nul.smith@example.com', 'com1', 'COM¹.x', 'lpt9.txt@example.com', 'conin$'])(
    'of a Windows device is not used there (%s)',
    (peer) => {
      // Win32 looks at what stands before the first dot only.
      const before = peerName('windows', peer).split('.')[0] ?? '';
      expect(before).not.toMatch(/^(con|aux|nul|com[0-9¹]|lpt[0-9]|conin\$)$/i);
    },
  );

  test('may be that of a device elsewhere', () => {
    expect(peerName('linux', 'nul.smith@example.com')).toBe('nul.smith@example.com');
  });

  test.each(['<', '>', ':', '"', '|', '?', '*'])('has no %s on Windows', (character) => {
    expect(peerName('windows', `a${character}b@example.com`)).toMatch(/^a_b@example\.com~[0-9a-f]{10}$/);
  });

  test('does not end with a dot or space on Windows, which would drop it', () => {
    expect(peerName('windows', 'a@example.')).toMatch(/[0-9a-f]$/);
    expect(peerName('windows', 'a@example ')).toMatch(/[0-9a-f]$/);
  });

  test('has no characters that hide or turn the text', () => {
    expect(peerName('linux', 'bob\u202e\u200b\n@example.com')).toMatch(/^bob___@example\.com~/);
  });

  test('of two addresses is never the same', () => {
    const addresses = [
      'a*b@example.com',
      'a?b@example.com',
      'a_b@example.com',
      `${'x'.repeat(400)}1@example.com`,
      `${'x'.repeat(400)}2@example.com`,
    ];
    expect(new Set(addresses.map((address) => peerName('windows', address))).size).toBe(addresses.length);
  });

  test.each<[PathStyle, number]>([
    ['windowsXp', 48],
    ['windows', 64],
    ['macos', 200],
    ['linux', 200],
  ])('fits the system, in whole characters (%s, %i bytes)', (style, bytes) => {
    const name = peerName(style, `${'🦜ü'.repeat(300)}@example.com`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(bytes);
    expect(name).not.toContain('\ufffd');
    expect(name.isWellFormed()).toBe(true);
  });

  test('is the same however its accents are written', () => {
    expect(peerName('linux', 'jose\u0301@example.com')).toContain('jos\u00e9@example.com');
  });
});

test.each<[NodeJS.Platform, string, PathStyle]>([
  ['win32', '5.1.2600', 'windowsXp'],
  ['win32', '6.0.6002', 'windows'],
  ['win32', '10.0.22631', 'windows'],
  ['darwin', '24.1.0', 'macos'],
  ['linux', '6.1.0', 'linux'],
])('%s %s is of style %s', (platform, release, style) => {
  expect(pathStyleOf(platform, release)).toBe(style);
});

test('the day is that of the person’s own calendar', () => {
  expect(localDay(new Date(2026, 11, 31, 23, 59, 59).getTime())).toEqual({ year: 2026, month: 12, day: 31 });
  expect(localDay(new Date(2027, 0, 1).getTime())).toEqual({ year: 2027, month: 1, day: 1 });
});
