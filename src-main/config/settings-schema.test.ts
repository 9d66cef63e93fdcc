import { describe, expect, test } from 'vitest';
import { parseServer } from '../core/server-text.ts';
import { checkSetting, settingKeys, settingOf } from './settings-schema.ts';
import type { SettingKey } from './settings-schema.ts';

describe('the schema', () => {
  test.each(settingKeys)('%s: its default fits, and it is described', (key) => {
    const setting = settingOf(key);
    expect(checkSetting(key, setting.defaultValue)).toEqual({ ok: true, value: setting.defaultValue });
    expect(setting.meaning.length).toBeGreaterThan(5);
    // What travels to the window must survive JSON.
    expect(JSON.parse(JSON.stringify(setting.control))).toEqual(setting.control);
  });

  test.each(settingKeys)('%s refuses every kind of garbage', (key) => {
    for (const garbage of [null, undefined, {}, Number.NaN, Infinity, 1e9, 0.5, 'a\nb', 'x'.repeat(5_000), [[]], [5]]) {
      const checked = checkSetting(key, garbage);
      expect(checked.ok, JSON.stringify(garbage)).toBe(false);
      if (!checked.ok) expect(checked.problem).toMatch(new RegExp(`^${key} takes .+\\.$`));
    }
  });

  test.each<[SettingKey, unknown[], unknown[]]>([
    ['account.address', ['', 'alice@example.com', 'alice@localhost'], ['alice', '@x', 'a@', 'a b@c', 'a@b@c', 'a@b/c']],
    [
      'chat.servers',
      [[], ['x.test'], ['x.test:5222', '[::1]:5222']],
      [['x.test:0'], ['x.test:70000'], ['a b'], ['x', 'x'], Array(9).fill('x')],
    ],
    ['phone.address', ['', '1001', 'alice@pbx.test', '+4912@pbx.test'], ['sip:a@b', '<a@b>', 'a@b;c d']],
    ['phone.registerExpiresS', [60, 7200], [59, 7201, '600']],
    [
      'directory.searchBases',
      [[], ['dc=a', 'dc=b', 'dc=c', 'dc=d', 'dc=e']],
      [['1', '2', '3', '4', '5', '6'], ['x'.repeat(256)], ['']],
    ],
    ['directory.baseFilter', ['(objectClass=person)'], ['', 'objectClass=person']],
    ['voicemail.mailbox', ['INBOX'], ['', ' ']],
    ['calls.audioCodecs', [['opus'], ['PCMA', 'opus']], [['G729'], ['OPUS'], ['opus', 'opus']]],
    ['calls.region', ['', 'DE'], ['de', 'DEU']],
    ['appearance.theme', ['system', 'light', 'dark'], ['blue']],
    ['video.maxFormat', ['none', '720p30'], ['1080p30']],
    ['log.level', ['debug', 'error'], ['trace']],
  ])('%s takes what fits and nothing else', (key, good, bad) => {
    for (const value of good) expect(checkSetting(key, value).ok, JSON.stringify(value)).toBe(true);
    for (const value of bad) expect(checkSetting(key, value).ok, JSON.stringify(value)).toBe(false);
  });

  test('white space around a text is no part of it', () => {
    expect(checkSetting('voicemail.user', '  alice ')).toEqual({ ok: true, value: 'alice' });
  });
});

describe('a server as people write it', () => {
  test.each([
    ['PBX.example.com', { host: 'pbx.example.com', port: undefined }],
    ['pbx.example.com.:5061', { host: 'pbx.example.com', port: 5061 }],
    ['192.0.2.1:5060', { host: '192.0.2.1', port: 5060 }],
    ['[2001:DB8::1]', { host: '2001:db8::1', port: undefined }],
    ['[::1]:5060', { host: '::1', port: 5060 }],
    ['2001:db8::1', { host: '2001:db8::1', port: undefined }],
    [' host ', { host: 'host', port: undefined }],
  ])('%s', (text, server) => {
    expect(parseServer(text)).toEqual(server);
  });

  test.each(['', 'a b', 'host:', 'host:x', 'host:0', 'host:65536', '-x', 'a..b', 'http://x', 'x/y', '[::1', 'a@b'])(
    '%j is none',
    (text) => {
      expect(parseServer(text)).toBeUndefined();
    },
  );
});
