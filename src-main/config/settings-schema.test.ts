import { resolve } from 'node:path';
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
    [
      'calls.audioCodecs',
      [['opus'], ['PCMA', 'G729', 'telephone-event', 'CN']],
      [['GSM'], ['OPUS'], ['opus', 'opus'], [], ['telephone-event', 'CN']],
    ],
    ['archive.folder', ['', '~', '~/Chats', resolve('Chats')], ['Chats', './Chats', '~bob/Chats']],
    ['calls.recordingFolder', ['', '~/Calls', resolve('Calls')], ['Calls', '../Calls']],
    ['calls.region', ['', 'DE'], ['de', 'DEU']],
    ['calls.forwardAlways', ['', '6104', '+44 20 7946 0104', 'bob@example.com', '*97'], ['Bob', 'a\tb', '<6104>']],
    ['calls.forwardNoAnswerS', [5, 120], [4, 121]],
    ['calls.emergencyNumbers', [[], ['112', '999']], [['help'], ['112', '112']]],
    ['calls.parkCode', ['', '*68{slot}', '700'], ['a b', '<x>']],
    [
      'calls.speedDials',
      [[], [{ key: 2, number: '6104', name: '' }]],
      [
        [{ key: 1, number: '6104', name: '' }],
        [{ key: 2, number: '', name: '' }],
        [{ key: 2, number: '6104' }],
        [{ key: 2, number: '<6104>', name: '' }],
        [
          { key: 2, number: '6104', name: '' },
          { key: 2, number: '6105', name: '' },
        ],
      ],
    ],
    ['phone.dtmf', ['auto', 'info'], ['beeps']],
    ['calls.extensionDigits', [0, 5, 9], [-1, 10]],
    [
      'calls.dialRules',
      [
        [],
        [{ beginsWith: '+1', numDigits: 12, digitsToRemove: 1, prefixWith: '9' }],
        [{ beginsWith: '', numDigits: 0, digitsToRemove: 0, prefixWith: '0' }],
      ],
      [
        ['+1;12;1;9'],
        [{ beginsWith: '+1', numDigits: 12, digitsToRemove: 1 }],
        [{ beginsWith: '+1', numDigits: 12, digitsToRemove: 1, prefixWith: '9', more: 1 }],
        [{ beginsWith: 'abc', numDigits: 12, digitsToRemove: 1, prefixWith: '9' }],
        [{ beginsWith: '1+', numDigits: 12, digitsToRemove: 1, prefixWith: '9' }],
        [{ beginsWith: '123', numDigits: 2, digitsToRemove: 0, prefixWith: '' }],
        [{ beginsWith: '', numDigits: 2, digitsToRemove: 2, prefixWith: '' }],
        [{ beginsWith: '', numDigits: 2, digitsToRemove: 3, prefixWith: '9' }],
        [{ beginsWith: '', numDigits: '2', digitsToRemove: 0, prefixWith: '9' }],
        Array(201).fill({ beginsWith: '', numDigits: 0, digitsToRemove: 0, prefixWith: '0' }),
      ],
    ],
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
