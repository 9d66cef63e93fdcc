import { describe, expect, test } from 'vitest';
import type { Call, CallState } from '../../src-shared/model/call.ts';
import { audibleCalls } from '../../src-shared/model/quiet.ts';
import { audioSettings } from './audio-settings.ts';
import {
  matchingCodec,
  namesForAnswer,
  offerWithOnly,
  preferredCodecs,
  rendererCodecs,
  toneStretch,
} from './codecs.ts';
import { heldElsewhere } from './lease-bar.tsx';
import { microphoneProblem } from './microphone.ts';
import { wantedRinging } from './ringer.ts';
import { announceTone, ringTone, ringbackTone, waitingTone } from './tones.ts';

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
    farHolds: false,
    silenced: false,
    recording: false,
    encrypted: false,
  };
}

describe('what is to be heard', () => {
  const nothingHeard = () => false;

  test('only the holder of the lease sounds', () => {
    expect(wantedRinging([call('in', 'ringing')], true, nothingHeard)).toBe('ring');
    expect(wantedRinging([call('in', 'ringing')], false, nothingHeard)).toBe('silence');
  });

  test('a call that answers itself is announced, not rung for', () => {
    const answersItself = { ...call('in', 'ringing'), autoAnswered: true };
    expect(wantedRinging([answersItself], true, nothingHeard)).toBe('announce');
    expect(wantedRinging([{ ...answersItself, state: 'connecting' }], true, nothingHeard)).toBe('silence');
    expect(wantedRinging([answersItself], false, nothingHeard)).toBe('silence');
  });

  test('a caller hears the ringback until the far end sends sound of its own', () => {
    expect(wantedRinging([call('out', 'ringing')], true, nothingHeard)).toBe('ringback');
    expect(wantedRinging([call('out', 'ringing')], true, () => true)).toBe('silence');
    expect(wantedRinging([call('out', 'calling')], true, nothingHeard)).toBe('silence');
  });

  test('into a conversation comes the soft tone, and no ring once a call is answered', () => {
    expect(wantedRinging([call('out', 'connected'), call('in', 'ringing')], true, nothingHeard)).toBe('waiting');
    expect(
      wantedRinging([call('out', 'connected'), { ...call('in', 'ringing', 'x'), silenced: true }], true, nothingHeard),
    ).toBe('silence');
    expect(wantedRinging([call('out', 'held'), call('in', 'ringing')], true, nothingHeard)).toBe('ring');
    expect(wantedRinging([call('in', 'connecting')], true, nothingHeard)).toBe('silence');
    expect(wantedRinging([call('in', 'ended')], true, nothingHeard)).toBe('silence');
  });

  test('who is not to be disturbed hears no caller, but their own calls, and emergency services', () => {
    const sounding = (...calls: readonly Call[]) => wantedRinging(audibleCalls(calls, 'dnd'), true, nothingHeard);
    expect(sounding(call('in', 'ringing'))).toBe('silence');
    expect(sounding(call('out', 'connected'), call('in', 'ringing'))).toBe('silence');
    expect(sounding({ ...call('in', 'ringing'), fromEmergency: true })).toBe('ring');
    expect(sounding(call('out', 'ringing'))).toBe('ringback');
    // The microphone opens next.
    expect(sounding({ ...call('in', 'ringing'), autoAnswered: true })).toBe('announce');
    for (const chosen of [undefined, 'available', 'busy', 'away', 'offline'] as const)
      expect(wantedRinging(audibleCalls([call('in', 'ringing')], chosen), true, nothingHeard)).toBe('ring');
  });

  test('a silenced call is quiet and the next one rings', () => {
    const silenced = { ...call('in', 'ringing', 'first'), silenced: true };
    expect(wantedRinging([silenced], true, nothingHeard)).toBe('silence');
    expect(wantedRinging([silenced, call('in', 'ringing', 'second')], true, nothingHeard)).toBe('ring');
  });
});

test.each([ringTone, announceTone, ringbackTone, waitingTone])('notes of a tone end before it repeats', (tone) => {
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
  const untouched = { echoCancellation: true, noiseSuppression: true, autoGain: true };
  expect(audioSettings(undefined)).toEqual({
    microphones: [],
    speakers: [],
    ringers: [],
    ringVolumePercent: 80,
    processing: untouched,
  });
  const state = (key: string, value: string | number | boolean | readonly string[]) => ({
    key,
    value,
    defaultValue: value,
    source: 'user' as const,
    locked: false,
    scope: 'machine' as const,
    control: { kind: 'switch' as const },
  });
  const settings = [
    state('devices.microphones', ['usb', 'desk']),
    state('devices.speakers', 1),
    state('devices.ringers', ['speakers', 'headset']),
    state('calls.ringVolumePercent', 300),
    state('devices.autoGain', false),
    state('devices.echoCancellation', 'no'),
  ];
  expect(audioSettings({ settings, policyProblems: [] })).toEqual({
    microphones: ['usb', 'desk'],
    speakers: [],
    ringers: ['speakers', 'headset'],
    ringVolumePercent: 100,
    processing: { ...untouched, autoGain: false },
  });
});

describe('codecs of direct calls', () => {
  const known = ['opus', 'red', 'G722', 'PCMU', 'PCMA', 'CN', 'telephone-event'].map((name) => ({
    mimeType: `audio/${name}`,
    clockRate: name === 'opus' || name === 'red' ? 48_000 : 8_000,
  }));

  test('are those that were asked for, in that order, the voice first, without comfort noise', () => {
    const names = preferredCodecs(['telephone-event', 'PCMA', 'G729', 'opus', 'CN'], known)?.map((one) => one.mimeType);
    expect(names).toEqual(['audio/PCMA', 'audio/opus', 'audio/telephone-event']);
  });

  test('are none where no voice is among them', () => {
    expect(preferredCodecs(['telephone-event', 'G729'], known)).toBeUndefined();
  });

  test('of an answer are one voice, our first that the offer has, and what goes beside it', () => {
    const offer = 'v=0\r\nm=audio 4000 RTP/SAVPF 96 9 0 101\r\na=rtpmap:96 opus/48000/2\r\nm=video 1 RTP/SAVPF 8\r\n';
    expect(namesForAnswer(['PCMA', 'telephone-event', 'G722', 'opus'], offer)).toEqual(['G722', 'telephone-event']);
    expect(namesForAnswer(['opus', 'PCMU'], offer)).toEqual(['opus']);
    expect(namesForAnswer(['PCMA', 'telephone-event'], offer)).toEqual(['PCMA', 'telephone-event']);
  });

  test('an offer is cut to what the answer may have: Chromium sends the first codec that it was offered', () => {
    const lines = [
      'v=0',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 9 8 101',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 useinbandfec=1',
      'a=rtcp-fb:111 transport-cc',
      'a=rtpmap:101 telephone-event/8000',
      'a=sendrecv',
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'a=rtpmap:96 H264/90000',
      '',
    ];
    const offer = lines.join('\r\n');
    expect(offerWithOnly(['PCMA', 'telephone-event'], offer).split('\r\n')).toEqual([
      'v=0',
      'm=audio 9 UDP/TLS/RTP/SAVPF 8 101',
      'a=rtpmap:101 telephone-event/8000',
      'a=sendrecv',
      ...lines.slice(7),
    ]);
    expect(offerWithOnly(['G729'], offer)).toBe(offer);
  });
});
