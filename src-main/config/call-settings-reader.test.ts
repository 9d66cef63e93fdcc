import { expect, test } from 'vitest';
import { noFeatureCodes } from '../calls/call-settings.ts';
import { callSettingKeys, readCallSettings } from './call-settings-reader.ts';
import { settingOf } from './settings-schema.ts';
import type { SettingKey, SettingTypes } from './settings-schema.ts';

function read(own: Partial<SettingTypes>) {
  const asked = new Set<SettingKey>();
  const settings = readCallSettings(<Key extends SettingKey>(key: Key) => {
    asked.add(key);
    // Each default passed the schema of its key.
    return (own[key] ?? settingOf(key).defaultValue) as SettingTypes[Key];
  });
  return { settings, asked };
}

test('by default every call rings, and nothing is set up', () => {
  const { settings } = read({});
  expect(settings).toMatchObject({ doNotDisturb: false, forward: {}, autoAnswer: false, emergencyNumbers: [] });
  expect(Object.values(settings.codes)).toEqual(Object.values(noFeatureCodes));
});

test('reads every key that it is told about', () => {
  const { asked } = read({ 'calls.forwardNoAnswer': '6104' });
  expect([...asked].sort()).toEqual([...callSettingKeys].sort());
});

test('a call that nobody answers goes on after its own time', () => {
  const { settings } = read({
    'calls.forwardNoAnswer': '6104',
    'calls.forwardNoAnswerS': 30,
    'calls.forwardBusy': '9',
  });
  expect(settings.forward).toEqual({ busy: '9', noAnswer: { target: '6104', afterS: 30 } });
});
