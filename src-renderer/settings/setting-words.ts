import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

import { callRuleWords } from './call-words.ts';

/** How a setting is called where a person edits it. */
export interface SettingWords {
  readonly label: MessageDescriptor;
  readonly hint?: MessageDescriptor;
  /** Shown in an empty field: what holds then. */
  readonly whenEmpty?: MessageDescriptor;
  /** Words for the options of a choice; an option that is missing is shown as it is. */
  readonly options?: Readonly<Record<string, MessageDescriptor>>;
  readonly table?: TableWords;
}

export interface TableWords {
  /** Heads of the columns. */
  readonly columns: Readonly<Record<string, MessageDescriptor>>;
  /** What a row is: `rule`, in `rule 2`. */
  readonly row: MessageDescriptor;
  readonly add: MessageDescriptor;
  /** In the place of rows while there is none. */
  readonly none: MessageDescriptor;
}

const ruleTable: TableWords = {
  columns: {
    beginsWith: msg`Begins with`,
    numDigits: msg`Length`,
    digitsToRemove: msg`Remove`,
    prefixWith: msg`Put in front`,
  },
  row: msg`rule`,
  add: msg`Add a rule`,
  none: msg`No rules: numbers stay as they are.`,
};

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

  'presence.awayOnLock': {
    label: msg`Show Away while the screen is locked`,
    hint: msg`Only while you are Available`,
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
  'phone.addressFamily': {
    label: msg`Internet addresses`,
    hint: msg`Choose one kind only where the other leads nowhere`,
    options: { both: msg`IPv6 and IPv4`, ipv4: msg`IPv4 only`, ipv6: msg`IPv6 only` },
  },
  'phone.clientCertificateFile': {
    label: msg`Your certificate for the phone server`,
    hint: msg`A PEM or PKCS #12 file on this computer, with its full path`,
    whenEmpty: msg`None`,
  },
  'phone.clientKeyFile': { label: msg`Key of your certificate`, whenEmpty: msg`In the same file` },
  'calls.iceServers': {
    label: msg`STUN and TURN servers`,
    hint: msg`For calls over WebSocket, as stun:host or turn:host:port. Separate several with commas`,
    whenEmpty: msg`None`,
  },
  'calls.turnUser': { label: msg`User name for TURN`, whenEmpty: msg`None` },
  'calls.relayOnly': {
    label: msg`Calls through TURN only`,
    hint: msg`Nobody learns the address of this computer; without a TURN server that works there are no calls`,
  },
  'phone.tlsName': { label: certificateName, whenEmpty: msg`The name of the server` },
  'phone.registerExpiresS': { label: msg`Renew registration after` },
  'phone.keepAlive': {
    label: msg`Keep the registration`,
    options: { usual: msg`As usual`, unifiedCm: msg`As phones of Cisco Unified CM, with a server that stands by` },
  },

  'directory.enabled': { label: msg`Use the directory` },
  'directory.servers': { label: msg`Directory (LDAP)`, hint: severalServers, whenEmpty: foundByDns },
  'directory.encryption': {
    label: msg`Encryption`,
    options: {
      ldaps: msg`TLS (LDAPS)`,
      starttls: msg`STARTTLS`,
      none: msg`None: others can read the password`,
    },
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

  'network.resolvers': {
    label: msg`Name servers (DNS)`,
    hint: msg`Asked where your servers are. IP addresses, separated by commas`,
    whenEmpty: msg`Those of this computer`,
  },

  'devices.microphones': { label: msg`Microphone` },
  'devices.speakers': { label: msg`Speaker`, hint: msg`Where you hear others in calls` },
  'devices.ringers': { label: msg`Rings on`, hint: msg`Tick several to hear it in more than one place` },
  'devices.cameras': { label: msg`Camera` },
  'devices.echoCancellation': {
    label: msg`Echo cancellation`,
    hint: msg`Others do not hear themselves from your speaker`,
  },
  'devices.noiseSuppression': { label: msg`Noise reduction`, hint: msg`Takes out fans, keys and traffic` },
  'devices.autoGain': { label: msg`Automatic volume of your voice` },
  'devices.headsetButtons': {
    label: msg`Headset buttons and lamps`,
    hint: msg`Answer, mute and hang up on the headset`,
  },
  'calls.ringVolumePercent': { label: msg`Ring volume` },
  'calls.audioPortRange': {
    label: msg`Ports for sound`,
    hint: msg`UDP, first-last. Firewalls and network priority may go by them. From the next start of Parley.`,
  },
  'calls.videoPortRange': {
    label: msg`Ports for video`,
    hint: msg`UDP, first-last. From the next start of Parley.`,
  },
  'calls.mediaEncryption': {
    label: msg`Encryption of sound`,
    hint: msg`Between this computer and the phone server; over WebSocket it is always encrypted`,
    options: {
      never: msg`Never`,
      offered: msg`When the other side can`,
      required: msg`Always; calls without it are refused`,
    },
  },
  'calls.audioCodecs': {
    label: msg`Audio codecs`,
    hint: msg`The first one that the other side has too is used. What is off is neither offered nor taken.`,
  },
  'calls.g729Library': {
    label: msg`Library for G.729`,
    hint: msg`Parley comes without it: install bcg729 (1.1 or later), in Debian the package libbcg729-0. Full path on this computer`,
    whenEmpty: msg`At the usual places of this system`,
  },
  'calls.region': {
    label: msg`Country of numbers`,
    hint: msg`Two letters, for numbers written without a country code`,
    whenEmpty: msg`Of this computer`,
  },

  ...callRuleWords,
  'calls.links': {
    label: msg`Telephone links of other programs`,
    options: { ask: msg`Ask before calling`, call: msg`Call at once` },
  },
  'calls.extensionDigits': {
    label: msg`Longest extension`,
    hint: msg`Numbers of at most this many digits are extensions; 0 when there are none`,
  },
  'calls.dialRules': {
    label: msg`Rules for numbers that you dial`,
    hint: msg`The first rule that fits changes the number on its way to the phone server. Length counts a leading +; 0 fits every length.`,
    table: ruleTable,
  },
  'calls.lookupRules': {
    label: msg`Rules for numbers that call you`,
    hint: msg`The first rule that fits tells which number is shown and looked up in the directory.`,
    table: ruleTable,
  },

  'chat.sendTyping': {
    label: msg`Let others see when I am typing`,
    hint: msg`Only people who see your presence, and only in chats of two`,
  },

  'archive.enabled': {
    label: msg`Save chats to this computer`,
    hint: msg`One readable file for each conversation and day`,
  },
  'archive.folder': {
    label: msg`Folder`,
    hint: msg`Full path, or from ~ (your home folder) on`,
    whenEmpty: msg`The usual place on this computer`,
  },

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
  'notifications.voicemail': { label: msg`New voice messages` },
  'notifications.requests': { label: msg`Requests to see your presence` },
  'notifications.preview': {
    label: msg`Show what a message says`,
    hint: msg`Others can read it on your screen`,
  },
  'notifications.incomingWindow': {
    label: msg`Incoming calls over other programs`,
    hint: msg`They never take the keyboard from what you do`,
  },

  'keyboard.answer': { label: msg`Answer`, hint: msg`While a call rings` },
  'keyboard.decline': { label: msg`Decline, or end the call`, hint: msg`While a call rings and during calls` },
  'keyboard.dialClipboard': {
    label: msg`Call the number on the clipboard`,
    hint: msg`At any time. Copy a number in any program, then press it`,
  },

  'links.open': {
    label: msg`Open telephone and chat links with Parley`,
    hint: msg`tel:, sip:, callto: and xmpp: links of other programs`,
  },

  'log.sipTrace': {
    label: msg`Keep SIP messages`,
    hint: msg`The newest ones, in memory only, without passwords, keys and what people write`,
  },
  'log.level': {
    label: msg`How much is logged`,
    options: { debug: msg`Everything`, info: msg`Usual`, warn: msg`Warnings`, error: msg`Errors only` },
  },
};
