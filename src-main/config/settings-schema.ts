import type { z } from 'zod';
import type { SettingControl, SettingValue } from '../../src-shared/contract/system.ts';
import { limits } from '../../src-shared/limits.ts';
import { videoFormats } from '../../src-shared/model/capability.ts';
import { logLevels } from '../core/log.ts';
import { parseServer } from '../core/server-text.ts';
import { list, onOff, oneOf, text, wholeNumber } from './setting.ts';
import type { Setting } from './setting.ts';

const servers = {
  maxItems: 8,
  maxLength: 260,
  fits: (item: string) => parseServer(item) !== undefined,
};
const hostName = { maxLength: 253, fits: (value: string) => value === '' || isHost(value) };
const distinguishedName = { maxLength: 500 };
const deviceId = { maxLength: 200 };
/** DSCP code points are six bits (RFC 2474). */
const dscp = { min: 0, max: 63, unit: '' };

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

  'chat.enabled': onOff({ scope: 'account', default: true, meaning: 'Chat and presence over XMPP.' }),
  'chat.servers': list(servers, {
    scope: 'account',
    default: [],
    meaning: 'XMPP servers in order of preference, host or host:port; empty: found by DNS from the domain.',
  }),
  'chat.directTls': onOff({
    scope: 'account',
    default: false,
    meaning: 'Direct TLS (XEP-0368, port 5223) instead of STARTTLS on servers that are set here.',
  }),
  'chat.tlsName': text(hostName, {
    scope: 'account',
    default: '',
    meaning: 'Name that the XMPP server’s certificate carries; empty: the domain of the address.',
  }),

  'phone.enabled': onOff({ scope: 'account', default: true, meaning: 'Calls over SIP.' }),
  'phone.address': text(
    { maxLength: 320, fits: (value) => value === '' || /^[^@\s:/<>]+(@[^@\s/<>]+)?$/.test(value) },
    {
      scope: 'account',
      default: '',
      meaning: 'Own SIP address, user@domain or user; empty: the address of the account.',
    },
  ),
  'phone.authUser': text(
    { maxLength: 200 },
    {
      scope: 'account',
      default: '',
      meaning: 'User name for SIP digest authentication; empty: the user of the SIP address.',
    },
  ),
  'phone.transport': oneOf(['auto', 'tls', 'tcp', 'udp', 'wss', 'ws'], {
    scope: 'account',
    default: 'auto',
    meaning: 'How SIP is carried; auto: what DNS offers, TLS first.',
  }),
  'phone.servers': list(servers, {
    scope: 'account',
    default: [],
    meaning: 'SIP outbound proxies in order of preference; empty: found by DNS from the domain.',
  }),
  'phone.tlsName': text(hostName, {
    scope: 'account',
    default: '',
    meaning:
      'Name that the SIP server’s certificate carries; empty: the server’s own name, or the domain when found by DNS.',
  }),
  'phone.registerExpiresS': wholeNumber(
    { min: 60, max: 7_200, unit: 's' },
    { scope: 'account', default: 600, meaning: 'Time a registration lasts before it is renewed.' },
  ),
  'phone.dscpSignalling': wholeNumber(dscp, { scope: 'account', default: 24, meaning: 'DSCP of SIP (CS3).' }),

  'directory.enabled': onOff({ scope: 'account', default: true, meaning: 'The company directory over LDAP.' }),
  'directory.servers': list(servers, {
    scope: 'account',
    default: [],
    meaning: 'LDAP servers in order of preference; empty: found by DNS from the domain.',
  }),
  'directory.encryption': oneOf(['ldaps', 'starttls', 'none'], {
    scope: 'account',
    default: 'ldaps',
    meaning: 'Encryption of LDAP; with none everything, the password too, can be read on the way.',
  }),
  'directory.bindDn': text(distinguishedName, {
    scope: 'account',
    default: '',
    meaning: 'Name to bind with; empty: by the template, or anonymously when that is empty too.',
  }),
  'directory.userDnTemplate': text(distinguishedName, {
    scope: 'account',
    default: '',
    meaning: 'Name to bind with, made from the address: {user} stands for the part before the @.',
  }),
  'directory.searchBases': list(
    { maxItems: limits.ldapSearchBases, maxLength: limits.searchContextCharacters },
    { scope: 'account', default: [], meaning: 'Where to search; empty: the domain as dc=…,dc=….' },
  ),
  'directory.baseFilter': text(
    { maxLength: 1_000, fits: (value) => /^\(.+\)$/.test(value) },
    { scope: 'account', default: '(objectClass=person)', meaning: 'LDAP filter (RFC 4515) that every person matches.' },
  ),
  'directory.timeoutMs': wholeNumber(
    { min: 500, max: 30_000, unit: 'ms' },
    { scope: 'account', default: 5_000, meaning: 'Time the directory has for an answer.' },
  ),

  'voicemail.enabled': onOff({ scope: 'account', default: true, meaning: 'Visual voicemail over IMAP.' }),
  'voicemail.servers': list(servers, {
    scope: 'account',
    default: [],
    meaning: 'IMAP servers in order of preference; empty: found by DNS from the domain.',
  }),
  'voicemail.encryption': oneOf(['imaps', 'starttls'], {
    scope: 'account',
    default: 'imaps',
    meaning: 'Encryption of IMAP.',
  }),
  'voicemail.user': text(
    { maxLength: 320 },
    { scope: 'account', default: '', meaning: 'IMAP user name; empty: the address of the account.' },
  ),
  'voicemail.mailbox': text(
    { maxLength: 200, fits: (value) => value !== '' },
    { scope: 'account', default: 'INBOX', meaning: 'Mailbox that holds the voice messages.' },
  ),
  'voicemail.tlsName': text(hostName, {
    scope: 'account',
    default: '',
    meaning: 'Name that the IMAP server’s certificate carries; empty: the server’s own name.',
  }),

  'trust.extraCaFile': text(
    { maxLength: 1_000 },
    { scope: 'machine', default: '', meaning: 'PEM file with the organization’s own certificate authorities.' },
  ),
  'trust.useSystemStore': onOff({
    scope: 'machine',
    default: true,
    meaning: 'Also believe the authorities that the operating system believes.',
  }),

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
  'archive.folder': text(
    { maxLength: 1_000 },
    { scope: 'account', default: '', meaning: 'Folder of the archive; empty: the platform’s own place.' },
  ),

  'calls.audioCodecs': list(
    { maxItems: 8, maxLength: 40, fits: (item) => audioCodecs.includes(item) },
    { scope: 'account', default: ['opus', 'G722', 'PCMA', 'PCMU'], meaning: 'Audio codecs in order of preference.' },
  ),
  'calls.region': text(
    { maxLength: 2, fits: (value) => value === '' || /^[A-Z]{2}$/.test(value) },
    {
      scope: 'account',
      default: '',
      meaning:
        'Country (ISO 3166) in whose form numbers without country code are read; empty: of the computer’s language.',
    },
  ),
  'calls.ringVolumePercent': wholeNumber(
    { min: 0, max: 100, unit: '%' },
    { scope: 'machine', default: 80, meaning: 'Loudness of the ring tone.' },
  ),

  'devices.microphone': text(deviceId, { scope: 'machine', default: '', meaning: 'Microphone; empty: the system’s.' }),
  'devices.speaker': text(deviceId, {
    scope: 'machine',
    default: '',
    meaning: 'Output of calls; empty: the system’s.',
  }),
  'devices.ringers': list(
    { maxItems: 4, maxLength: deviceId.maxLength },
    { scope: 'machine', default: [], meaning: 'Outputs that ring; none: the system’s.' },
  ),

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
  'notifications.preview': onOff({
    scope: 'machine',
    default: true,
    meaning: 'Show what a message says in its notification.',
  }),

  'log.level': oneOf(logLevels, { scope: 'machine', default: 'info', meaning: 'How much is logged.' }),
} as const satisfies Readonly<Record<string, Setting>>;

/** What the media path carries (Chromium sends these, the gateway relays them untouched). */
const audioCodecs: readonly string[] = ['opus', 'G722', 'PCMA', 'PCMU'];

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
  }
}

function isHost(value: string): boolean {
  return parseServer(value)?.port === undefined && parseServer(value) !== undefined;
}
