import { describe, expect, test } from 'vitest';
import type { Call, CallState } from '../../src-shared/model/call.ts';
import { audioSettings } from './audio-settings.ts';
import { matchingCodec, rendererCodecs, toneStretch } from './codecs.ts';
import { heldElsewhere } from './lease-bar.tsx';
import { microphoneProblem } from './microphone.ts';
import { wantedRinging } from './ringer.ts';
import { ringTone, ringbackTone } from './tones.ts';

function call(direction: 'in' | 'out', state: CallState, id: string = direction): Call {
  return {
    id,
    deviceId: 'softphone',
    direction,
    state,
    party: { number: '1' },
    capabilities: [],
    startedAtMs: 0,
    muted: false,
    encrypted: false,
  };
}

describe('what is to be heard', () => {
  const none = new Set<string>();
  const nothingHeard = () => false;

  test('only the holder of the lease sounds', () => {
    expect(wantedRinging([call('in', 'ringing')], true, none, nothingHeard)).toBe('ring');
    expect(wantedRinging([call('in', 'ringing')], false, none, nothingHeard)).toBe('silence');
  });

  test('a caller hears the ringback until the far end sends sound of its own', () => {
    expect(wantedRinging([call('out', 'ringing')], true, none, nothingHeard)).toBe('ringback');
    expect(wantedRinging([call('out', 'ringing')], true, none, () => true)).toBe('silence');
    expect(wantedRinging([call('out', 'calling')], true, none, nothingHeard)).toBe('silence');
  });

  test('nothing rings into a conversation or once a call is answered', () => {
    expect(wantedRinging([call('out', 'connected'), call('in', 'ringing')], true, none, nothingHeard)).toBe('silence');
    expect(wantedRinging([call('in', 'connecting')], true, none, nothingHeard)).toBe('silence');
    expect(wantedRinging([call('in', 'ended')], true, none, nothingHeard)).toBe('silence');
  });

  test('a silenced call is quiet and the next one rings', () => {
    const silenced = new Set(['first']);
    expect(wantedRinging([call('in', 'ringing', 'first')], true, silenced, nothingHeard)).toBe('silence');
    const both = [call('in', 'ringing', 'first'), call('in', 'ringing', 'second')];
    expect(wantedRinging(both, true, silenced, nothingHeard)).toBe('ring');
  });
});

test.each([ringTone, ringbackTone])('notes of a tone end before it repeats', (tone) => {
  for (const note of tone.notes) expect(note.atMs + note.forMs).toBeLessThan(tone.periodMs);
});

test.each([
  ['NotAllowedError', 'micDenied'],
  ['SecurityError', 'micDenied'],
  ['NotFoundError', 'micMissing'],
  ['OverconstrainedError', 'micMissing'],
  ['NotReadableError', 'micBusy'],
  ['AbortError', 'micBusy'],
  ['', 'micMissing'],
])('%s of getUserMedia is reported as %s', (name, problem) => {
  expect(microphoneProblem(name)).toBe(problem);
});

describe('codecs', () => {
  const capabilities = {
    codecs: [
      { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, sdpFmtpLine: 'minptime=10;useinbandfec=1' },
      { mimeType: 'audio/red', clockRate: 48_000, channels: 2 },
      { mimeType: 'audio/PCMU', clockRate: 8_000, channels: 1 },
      { mimeType: 'video/rtx', clockRate: 90_000 },
      { mimeType: 'video/H264', clockRate: 90_000 },
    ],
  };

  test('are reported as the contract names them, without repair formats', () => {
    expect(rendererCodecs('audio', capabilities)).toEqual([
      { kind: 'audio', name: 'opus', clockRateHz: 48_000, channels: 2, fmtp: 'minptime=10;useinbandfec=1' },
      { kind: 'audio', name: 'PCMU', clockRateHz: 8_000, channels: 1 },
      { kind: 'audio', name: 'H264', clockRateHz: 90_000, channels: 1 },
    ]);
    expect(rendererCodecs('video', null)).toEqual([]);
  });

  test('are picked by name without case and by clock rate', () => {
    expect(matchingCodec(capabilities.codecs, { name: 'pcmu', clockRateHz: 8_000 })?.mimeType).toBe('audio/PCMU');
    expect(matchingCodec(capabilities.codecs, { name: 'PCMU', clockRateHz: 16_000 })).toBeUndefined();
  });

  test('a tone is stretched when only its 8 kHz clock was agreed beside a faster codec', () => {
    const opus = { mimeType: 'audio/opus', clockRate: 48_000 };
    const g722 = { mimeType: 'audio/G722', clockRate: 8_000 };
    const slow = { mimeType: 'audio/telephone-event', clockRate: 8_000 };
    const fast = { mimeType: 'audio/telephone-event', clockRate: 48_000 };
    expect(toneStretch([opus, g722, slow], undefined)).toBe(6);
    expect(toneStretch([opus, g722, slow], g722)).toBe(1);
    expect(toneStretch([opus, slow, fast], undefined)).toBe(1);
    expect(toneStretch([g722, slow], undefined)).toBe(1);
    expect(toneStretch([opus], undefined)).toBe(1);
  });
});

test('the bar shows only while another window has the sound for good', () => {
  expect(heldElsewhere(undefined, 'me')).toBe(false);
  expect(heldElsewhere({ holder: null }, 'me')).toBe(false);
  expect(heldElsewhere({ holder: 'me' }, 'me')).toBe(false);
  expect(heldElsewhere({ holder: 'other', reclaimUntilMs: 1 }, 'me')).toBe(false);
  expect(heldElsewhere({ holder: 'other' }, 'me')).toBe(true);
});

test('audio settings that are missing or of another form are the defaults', () => {
  expect(audioSettings(undefined)).toEqual({ microphone: '', speaker: '', ringers: [], ringVolumePercent: 80 });
  const state = (key: string, value: string | number | readonly string[]) => ({
    key,
    value,
    defaultValue: value,
    source: 'user' as const,
    locked: false,
    scope: 'machine' as const,
    control: { kind: 'switch' as const },
  });
  const settings = [
    state('devices.microphone', 'usb'),
    state('devices.speaker', 1),
    state('devices.ringers', ['speakers', 'headset']),
    state('calls.ringVolumePercent', 300),
  ];
  expect(audioSettings({ settings, policyProblems: [] })).toEqual({
    microphone: 'usb',
    speaker: '',
    ringers: ['speakers', 'headset'],
    ringVolumePercent: 100,
  });
});
