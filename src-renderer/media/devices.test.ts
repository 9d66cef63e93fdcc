import { i18n } from '@lingui/core';
import { describe, expect, test } from 'vitest';
import { audioDeviceList } from './audio-devices.ts';
import { isAnother, deviceMove, findDevice, pickDevice, preferDevice } from './device-ranking.ts';
import type { AudioDevice, DeviceUse } from './device-ranking.ts';
import { deviceMoveWords } from './device-words.ts';
import { meterLevel } from './level-meter.ts';

i18n.loadAndActivate({ locale: 'en', messages: {} });

const jabra: AudioDevice = { id: 'a', name: 'Jabra Evolve2 65' };
const speakers: AudioDevice = { id: 'b', name: 'Built-in speakers' };
const desk: AudioDevice = { id: 'c', name: 'Desk microphone' };

describe('which device is used', () => {
  test('the first of the ranking that is plugged in, else the system’s', () => {
    const ranking = [jabra.name, desk.name];
    expect(pickDevice(ranking, [speakers, desk, jabra])).toBe(jabra);
    expect(pickDevice(ranking, [speakers, desk])).toBe(desk);
    expect(pickDevice(ranking, [speakers])).toBeUndefined();
    expect(pickDevice([], [jabra])).toBeUndefined();
  });

  test('a name of a policy means every device that holds it, but a whole name goes first', () => {
    const other: AudioDevice = { id: 'd', name: 'Jabra Evolve2 65 (second)' };
    expect(findDevice('jabra', [speakers, jabra])).toBe(jabra);
    expect(findDevice('Jabra Evolve2 65', [other, jabra])).toBe(jabra);
  });

  test('what a person chooses goes to the top, and the list keeps its length', () => {
    expect(preferDevice(['a', 'b', 'c'], 'b', 8)).toEqual(['b', 'a', 'c']);
    expect(preferDevice(['a', 'b'], 'c', 2)).toEqual(['c', 'a']);
  });
});

test('a name that becomes known is no other device; another name, or none any more, is', () => {
  expect(isAnother('', 'Headset')).toBe(false);
  expect(isAnother('Headset', 'Headset')).toBe(false);
  expect(isAnother('Headset', 'Webcam')).toBe(true);
  expect(isAnother('Headset', '')).toBe(true);
});

describe('what the browser says of devices', () => {
  const found = (kind: MediaDeviceKind, deviceId: string, label: string, groupId = '') => ({
    kind,
    deviceId,
    label,
    groupId,
  });

  test('its stand-ins are no devices, but name the system’s own', () => {
    const list = audioDeviceList([
      found('audioinput', 'default', 'Default - Headset (0b0e:0305)', 'g1'),
      found('audioinput', 'communications', 'Communications - Headset (0b0e:0305)', 'g1'),
      found('audioinput', 'x', 'Headset (0b0e:0305)', 'g1'),
      found('audiooutput', 'default', 'Default'),
      found('audiooutput', 'y', 'Speakers (Realtek Audio)'),
      found('videoinput', 'z', 'Camera'),
    ]);
    expect(list).toEqual({
      inputs: [{ id: 'x', name: 'Headset' }],
      outputs: [{ id: 'y', name: 'Speakers (Realtek Audio)' }],
      defaultInput: 'Headset',
      defaultOutput: '',
      named: true,
    });
  });

  test('before the microphone was allowed there are no names', () => {
    expect(audioDeviceList([found('audioinput', '', '')])).toMatchObject({ inputs: [], named: false });
  });
});

describe('what is said when the sound moves by itself', () => {
  const use = (inUse: string, ...present: AudioDevice[]): DeviceUse => ({ inUse, present });
  const unplugged = deviceMove(use(jabra.name, jabra, speakers), use(speakers.name, speakers));
  const pluggedIn = deviceMove(use(speakers.name, speakers), use(jabra.name, jabra, speakers));

  test('unplugged and plugged in are told apart from a choice', () => {
    expect(unplugged).toEqual({ why: 'unplugged', from: jabra.name, to: speakers.name });
    expect(pluggedIn).toEqual({ why: 'pluggedIn', from: speakers.name, to: jabra.name });
    expect(deviceMove(use(jabra.name, jabra, speakers), use(speakers.name, jabra, speakers))).toBeUndefined();
    expect(deviceMove(use(jabra.name, jabra), use(jabra.name, jabra, speakers))).toBeUndefined();
    // At the start nothing is known yet.
    expect(deviceMove(use(''), use(jabra.name, jabra))).toBeUndefined();
  });

  test('a headset is both at once', () => {
    expect(deviceMoveWords(unplugged, unplugged)).toBe(
      'Your headset was unplugged. The call moved to Built-in speakers.',
    );
    expect(deviceMoveWords(unplugged, undefined)).toBe(
      'Your microphone was unplugged. The call uses Built-in speakers now.',
    );
    expect(deviceMoveWords(undefined, unplugged)).toBe(
      'Your speaker was unplugged. The call moved to Built-in speakers.',
    );
    expect(deviceMoveWords(pluggedIn, pluggedIn)).toBe('Jabra Evolve2 65 is back. The call uses it now.');
    expect(deviceMoveWords(undefined, undefined)).toBeUndefined();
  });
});

test('a meter shows silence as nothing, full scale as all, and a quiet voice in between', () => {
  const tone = (amplitude: number) => Float32Array.from({ length: 2_048 }, (_none, index) => amplitude * (-1) ** index);
  expect(meterLevel(new Float32Array(2_048))).toBe(0);
  expect(meterLevel(tone(1))).toBe(1);
  expect(meterLevel(tone(0.0001))).toBe(0);
  expect(meterLevel(tone(0.0316))).toBeCloseTo(0.5, 2);
});
