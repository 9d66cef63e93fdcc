import type { z } from 'zod';
import type { SettingControl, SettingValue } from '../../src-shared/contract/system.ts';
import { audioCodecNames, isVoiceCodec } from '../../src-shared/model/audio-codecs.ts';
import { limits } from '../../src-shared/limits.ts';
import { videoFormats } from '../../src-shared/model/capability.ts';
import { parseGlobalKey } from '../../src-shared/model/global-key.ts';
import { logLevels } from '../core/log.ts';
import { parsePortRange } from '../core/port-range.ts';
import { parseServer } from '../core/server-text.ts';
import { callRuleSettings } from './call-rule-settings.ts';
import { dialPlanSettings } from './dial-rule-settings.ts';
import { serverSettings } from './server-settings.ts';
import { folder, list, onOff, oneOf, text, wholeNumber } from './setting.ts';
import type { Setting } from './setting.ts';

const deviceNames = { maxItems: limits.rankedDevices, maxLength: 200 };
const globalKey = { maxLength: 40, fits: (value: string) => value === '' || parseGlobalKey(value) === value };
const portRange = { maxLength: 11, fits: (value: string) => parsePortRange(value) !== undefined };

/**
 * Every setting there is. A key exists only when some part of the program honours it.
 * Order is the order in which the settings page may show them.
 */
export const settingsSchema = {
  'account.address': text(
    { maxLength: 320, fits: (value) => value === '' || /^[^@\s/]+@[^@\s/]+$/.test(value) },
    { scope: 'machine', default: '', meaning: 'Address the sign-in page starts with, user@domain.' },
  ),
  'account.displayName': text(
    { maxLength: 200 },
    {
      scope: 'account',
      default: '',
      meaning: 'Own name as others see it in calls; empty: from the directory or the address.',
    },
  ),

  'presence.awayOnLock': onOff({
    scope: 'account',
    default: true,
    meaning: 'Show others Away while the screen is locked, where the shell can tell.',
  }),
  ...serverSettings,

  'appearance.theme': oneOf(['system', 'light', 'dark'], {
    scope: 'machine',
    default: 'system',
    meaning: 'Colours of the window.',
  }),

  'archive.enabled': onOff({
    scope: 'account',
    default: false,
    meaning: 'Keep a readable file of each conversation and day on this computer.',
  }),
  'archive.folder': folder({
    scope: 'account',
    default: '',
    meaning: 'Folder of the archive, as a full path or from ~ (the home folder) on; empty: the platform’s own place.',
  }),

  'calls.audioCodecs': list(
    {
      maxItems: audioCodecNames.length,
      maxLength: 40,
      fits: (item) => audioCodecNames.includes(item),
      fitTogether: (items) => items.some(isVoiceCodec),
    },
    {
      scope: 'account',
      // Without CN: whoever sends nothing in pauses loses the beginnings of words.
      default: ['opus', 'G722', 'PCMA', 'PCMU', 'G729', 'telephone-event'],
      meaning:
        'Codecs that calls may use, in order of preference, at least one for the voice; telephone-event: key tones; CN: comfort noise, the other side may send nothing in pauses, Parley always sends; G729 only where its library is installed, iLBC and iSAC nowhere yet.',
    },
  ),
  'calls.g729Library': text(
    { maxLength: 1_000 },
    {
      scope: 'machine',
      default: '',
      meaning:
        'Full path of the library bcg729 (1.1 or later) for the codec G.729, which is not part of Parley; empty: at the system’s usual places.',
    },
  ),
  'calls.audioPortRange': text(portRange, {
    scope: 'machine',
    default: '16400-17399',
    meaning: 'UDP ports of sound, first-last, from the next start on; a QoS policy of Windows marks packets by them.',
  }),
  'calls.videoPortRange': text(portRange, {
    scope: 'machine',
    default: '17400-18399',
    meaning: 'UDP ports of video, first-last, from the next start on.',
  }),
  'calls.mediaEncryption': oneOf(['never', 'offered', 'required'], {
    scope: 'account',
    default: 'offered',
    meaning:
      'SRTP between this computer and the phone server: never; where the other side has it too; or no call without it.',
  }),
  'calls.region': text(
    { maxLength: 2, fits: (value) => value === '' || /^[A-Z]{2}$/.test(value) },
    {
      scope: 'account',
      default: '',
      meaning:
        'Country (ISO 3166) in whose form numbers without country code are read; empty: of the computer’s language.',
    },
  ),
  ...dialPlanSettings,
  ...callRuleSettings,
  'calls.iceServers': list(
    { maxItems: 8, maxLength: 300, fits: isIceServer },
    {
      scope: 'account',
      default: [],
      meaning:
        'STUN and TURN servers (stun:host:port, turn:host:port?transport=tcp, turns:…) for calls over WebSocket, whose sound goes straight to the server.',
    },
  ),
  'calls.turnUser': text(
    { maxLength: 200 },
    { scope: 'account', default: '', meaning: 'User name for the TURN servers.' },
  ),
  'calls.relayOnly': onOff({
    scope: 'account',
    default: false,
    meaning:
      'The sound of calls over WebSocket goes through the TURN servers only, so that nobody learns the address of this computer; without one that works there are no calls.',
  }),
  'calls.ringVolumePercent': wholeNumber(
    { min: 0, max: 100, unit: '%' },
    { scope: 'machine', default: 80, meaning: 'Loudness of the ring tone.' },
  ),

  'devices.microphones': list(deviceNames, {
    scope: 'machine',
    default: [],
    meaning:
      'Microphones by name or part of a name, in order of preference; none of them plugged in: the system’s default.',
  }),
  'devices.speakers': list(deviceNames, {
    scope: 'machine',
    default: [],
    meaning:
      'Outputs of calls by name or part of a name, in order of preference; none of them plugged in: the system’s default.',
  }),
  'devices.ringers': list(deviceNames, {
    scope: 'machine',
    default: [],
    meaning: 'Outputs that ring, all of them at once, by name or part of a name; none: the system’s default.',
  }),
  'devices.cameras': list(deviceNames, {
    scope: 'machine',
    default: [],
    meaning:
      'Cameras by name or part of a name, in order of preference; none of them plugged in: the system’s default.',
  }),
  'devices.echoCancellation': onOff({
    scope: 'machine',
    default: true,
    meaning: 'Take the sound of the speakers out of the microphone.',
  }),
  'devices.noiseSuppression': onOff({
    scope: 'machine',
    default: true,
    meaning: 'Take steady noise out of the microphone.',
  }),
  'devices.autoGain': onOff({
    scope: 'machine',
    default: true,
    meaning: 'Keep the voice at one loudness whatever the distance to the microphone.',
  }),
  'devices.headsetButtons': onOff({
    scope: 'machine',
    default: true,
    meaning: 'Obey the buttons of headsets that the person connected, and drive their lamps.',
  }),

  'video.enabled': onOff({ scope: 'account', default: true, meaning: 'Video in calls.' }),
  'video.maxFormat': oneOf(videoFormats, {
    scope: 'account',
    default: '720p30',
    meaning: 'Largest picture that is sent.',
  }),
  'video.maxBitrateKbps': wholeNumber(
    { min: 64, max: 4_000, unit: 'kbit/s' },
    { scope: 'account', default: 2_000, meaning: 'Most bandwidth that video may use.' },
  ),

  'notifications.messages': onOff({ scope: 'machine', default: true, meaning: 'Notify of new messages.' }),
  'notifications.missedCalls': onOff({ scope: 'machine', default: true, meaning: 'Notify of missed calls.' }),
  'notifications.voicemail': onOff({ scope: 'machine', default: true, meaning: 'Notify of new voice messages.' }),
  'notifications.requests': onOff({
    scope: 'machine',
    default: true,
    meaning: 'Notify of people who ask to see the own presence.',
  }),
  'notifications.preview': onOff({
    scope: 'machine',
    default: true,
    meaning: 'Show what a message says in its notification.',
  }),
  'notifications.incomingWindow': onOff({
    scope: 'machine',
    default: true,
    meaning:
      'Show incoming calls over other programs: in a small window that takes no focus, or as a notification in the browser shell.',
  }),

  'keyboard.answer': text(globalKey, {
    scope: 'machine',
    default: 'F8',
    meaning:
      'Key that answers while a call rings, whatever program has the keyboard; empty: none (desktop program only).',
  }),
  'keyboard.decline': text(globalKey, {
    scope: 'machine',
    default: 'F9',
    meaning: 'Key that declines what rings and ends what is on, during calls; empty: none (desktop program only).',
  }),
  'keyboard.dialClipboard': text(globalKey, {
    scope: 'machine',
    default: '',
    meaning:
      'Key that calls the number on the clipboard at any time, as links do; empty: none, since other programs then lack it (desktop program only).',
  }),

  'links.open': onOff({
    scope: 'machine',
    default: false,
    meaning: 'Be the program that opens tel:, sip:, sips:, callto: and xmpp: links for this user.',
  }),

  'log.sipTrace': onOff({
    scope: 'machine',
    default: false,
    meaning: 'Keep the newest SIP messages in memory, without passwords, keys and texts, to be read in Settings.',
  }),
  'log.level': oneOf(logLevels, { scope: 'machine', default: 'info', meaning: 'How much is logged.' }),
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingsSchema = typeof settingsSchema;
export type SettingKey = keyof SettingsSchema;
export type SettingTypes = { readonly [Key in SettingKey]: z.output<SettingsSchema[Key]['schema']> };

export const settingKeys = Object.keys(settingsSchema).filter(isSettingKey);

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingsSchema, key);
}

/** The declaration of a setting, without the exact type of its value. */
export function settingOf(key: SettingKey): Setting {
  return settingsSchema[key];
}

/** A checked value, or what is wrong with it in words for the person who wrote it. */
export type CheckedValue =
  { readonly ok: true; readonly value: SettingValue } | { readonly ok: false; readonly problem: string };

/** Checks a value of unknown origin: the window, the database, the policy file. */
export function checkSetting(key: SettingKey, value: unknown): CheckedValue {
  const setting = settingOf(key);
  const parsed = setting.schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, problem: `${key} takes ${expected(setting.control)}.` };
}

function expected(control: SettingControl): string {
  switch (control.kind) {
    case 'switch':
      return 'true or false';
    case 'choice':
      return `one of: ${control.options.join(', ')}`;
    case 'number':
      return `a whole number from ${control.min} to ${control.max}${control.unit === '' ? '' : ` (${control.unit})`}`;
    case 'text':
      return `one line of at most ${control.maxLength} characters in the form of this setting`;
    case 'list':
      return `a list of at most ${control.maxItems} different entries, each in the form of this setting`;
    case 'table':
      return `a list of at most ${control.maxRows} objects, each with ${control.columns.map(({ name }) => name).join(', ')} in the form of this setting`;
  }
}

/** RFC 7064 section 3.1 and RFC 7065 section 3.1. */
function isIceServer(value: string): boolean {
  const match = /^(?:stuns?:([^?]+)|turns?:([^?]+)(?:\?transport=(?:udp|tcp))?)$/.exec(value);
  return parseServer(match?.[1] ?? match?.[2] ?? '') !== undefined;
}
