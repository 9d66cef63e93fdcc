import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

/** How a setting is called where a person edits it. */
export interface SettingWords {
  readonly label: MessageDescriptor;
  readonly hint?: MessageDescriptor;
  /** Shown in an empty field: what holds then. */
  readonly whenEmpty?: MessageDescriptor;
  /** Words for the options of a choice; an option that is missing is shown as it is. */
  readonly options?: Readonly<Record<string, MessageDescriptor>>;
}

const foundByDns = msg`Found automatically`;
const severalServers = msg`Host or host:port. Separate several with commas; the first that answers is used.`;
const certificateName = msg`Name in the certificate`;

/** The `'{user}'` of a text is quoted for ICU MessageFormat: it is meant literally. Words by key. A setting without words is not for this page. */
export const settingWords: Readonly<Record<string, SettingWords>> = {
  'account.displayName': {
    label: msg`Your name`,
    hint: msg`As others see it when you call`,
    whenEmpty: msg`From the directory`,
  },
  'appearance.theme': {
    label: msg`Colours`,
    options: { system: msg`As the system`, light: msg`Light`, dark: msg`Dark` },
  },

  'chat.enabled': { label: msg`Use chat and presence` },
  'chat.servers': { label: msg`Chat server (XMPP)`, hint: severalServers, whenEmpty: foundByDns },
  'chat.directTls': { label: msg`Direct TLS`, hint: msg`Encrypted from the first byte, usually port 5223` },
  'chat.tlsName': { label: certificateName, whenEmpty: msg`The domain of your address` },

  'phone.enabled': { label: msg`Use calls` },
  'phone.servers': { label: msg`Phone server (SIP)`, hint: severalServers, whenEmpty: foundByDns },
  'phone.transport': {
    label: msg`Connection`,
    options: {
      auto: msg`Automatic`,
      tls: msg`TLS`,
      tcp: msg`TCP, not encrypted`,
      udp: msg`UDP, not encrypted`,
      wss: msg`WebSocket with TLS`,
      ws: msg`WebSocket, not encrypted`,
    },
  },
  'phone.address': { label: msg`Phone address`, whenEmpty: msg`As your address` },
  'phone.authUser': { label: msg`User name for the phone server`, whenEmpty: msg`As in the phone address` },
  'phone.tlsName': { label: certificateName, whenEmpty: msg`The name of the server` },
  'phone.registerExpiresS': { label: msg`Renew registration after` },

  'directory.enabled': { label: msg`Use the directory` },
  'directory.servers': { label: msg`Directory (LDAP)`, hint: severalServers, whenEmpty: foundByDns },
  'directory.encryption': {
    label: msg`Encryption`,
    options: { ldaps: msg`TLS (LDAPS)`, starttls: msg`STARTTLS`, none: msg`None, without password` },
  },
  'directory.searchBases': {
    label: msg`Where to search`,
    hint: msg`Search bases, at most 5, separated by semicolons`,
    whenEmpty: msg`The whole domain`,
  },
  'directory.userDnTemplate': {
    label: msg`Sign-in name template`,
    hint: msg`'{user}' stands for the part of your address before the @`,
    whenEmpty: msg`Anonymous`,
  },
  'directory.bindDn': { label: msg`Sign-in name`, whenEmpty: msg`By the template` },
  'directory.baseFilter': { label: msg`Filter` },
  'directory.timeoutMs': { label: msg`Time for an answer` },

  'voicemail.enabled': { label: msg`Use voicemail` },
  'voicemail.servers': { label: msg`Voicemail server (IMAP)`, hint: severalServers, whenEmpty: foundByDns },
  'voicemail.encryption': { label: msg`Encryption`, options: { imaps: msg`TLS (IMAPS)`, starttls: msg`STARTTLS` } },
  'voicemail.user': { label: msg`User name for voicemail`, whenEmpty: msg`As your address` },
  'voicemail.mailbox': { label: msg`Mailbox` },
  'voicemail.tlsName': { label: certificateName, whenEmpty: msg`The name of the server` },

  'trust.extraCaFile': {
    label: msg`Your organization’s certificate file`,
    hint: msg`A PEM file on this computer, with its full path`,
    whenEmpty: msg`None`,
  },
  'trust.useSystemStore': {
    label: msg`Trust what this computer trusts`,
    hint: msg`Certificate authorities of the operating system`,
  },

  'devices.microphone': { label: msg`Microphone` },
  'devices.speaker': { label: msg`Speakers for calls` },
  'devices.ringers': { label: msg`Also rings on`, hint: msg`Where you hear that somebody calls` },
  'calls.ringVolumePercent': { label: msg`Ring volume` },
  'calls.audioCodecs': { label: msg`Audio codecs`, hint: msg`In order of preference, separated by commas` },
  'calls.region': {
    label: msg`Country of numbers`,
    hint: msg`Two letters, for numbers written without a country code`,
    whenEmpty: msg`Of this computer`,
  },

  'archive.enabled': {
    label: msg`Save chats to this computer`,
    hint: msg`One readable file for each conversation and day`,
  },
  'archive.folder': { label: msg`Folder`, hint: msg`Full path`, whenEmpty: msg`The usual place on this computer` },

  'video.enabled': { label: msg`Video in calls` },
  'video.maxFormat': {
    label: msg`Largest picture`,
    hint: msg`Your score, the other side and the network may make it smaller`,
    options: {
      none: msg`No video`,
      qcif: msg`QCIF, 176 × 144`,
      cif: msg`CIF, 352 × 288`,
      vga: msg`VGA, 640 × 480`,
      '720p15': msg`720p, 15 frames a second`,
      '720p30': msg`720p, 30 frames a second`,
    },
  },
  'video.maxBitrateKbps': { label: msg`Bandwidth cap` },

  'notifications.messages': { label: msg`New messages` },
  'notifications.missedCalls': { label: msg`Missed calls` },
  'notifications.preview': {
    label: msg`Show what a message says`,
    hint: msg`Others can read it on your screen`,
  },

  'log.level': {
    label: msg`How much is logged`,
    options: { debug: msg`Everything`, info: msg`Usual`, warn: msg`Warnings`, error: msg`Errors only` },
  },
};
