import { randomInt } from 'node:crypto';
import { account } from './accounts.ts';
import type { LabAccount } from './description.ts';

/** A message as somebody would leave it. */
export interface VoicemailScript {
  /** User name of a lab account, a number with nobody behind it, or `withheld`. */
  readonly from: string;
  readonly text: string;
  /** espeak-ng's voice. */
  readonly voice: string;
  /** How long ago it was left. */
  readonly ageMs: number;
  readonly isSeen: boolean;
  readonly isUrgent?: boolean;
  /** Only so many bytes of the sound file arrived; default: all. */
  readonly keptBytes?: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What alice finds in her Voicemail box. */
export const VOICEMAIL_SCRIPTS: readonly VoicemailScript[] = [
  {
    from: 'bob',
    text: 'Hi Alice, this is Bob. The offer for Northwind is ready, please call me back before four.',
    voice: 'en-gb',
    ageMs: 35 * MINUTE_MS,
    isSeen: false,
    isUrgent: true,
  },
  {
    from: 'grace',
    text: 'Grace here. The new build is on the test system. No hurry.',
    voice: 'en-us+f3',
    ageMs: 3 * HOUR_MS,
    isSeen: false,
  },
  {
    from: '+442079460990',
    text: 'Good morning, this is the reception. A parcel has arrived for you.',
    voice: 'en-gb+f2',
    ageMs: 20 * HOUR_MS,
    isSeen: false,
  },
  {
    from: 'carol',
    text: 'Hello Alice, Carol from support. Ticket four five one is closed, thanks for your help.',
    voice: 'en-us+f4',
    ageMs: DAY_MS + 2 * HOUR_MS,
    isSeen: true,
  },
  {
    from: 'heidi',
    text: 'Alice, it is Heidi. Are we still on for lunch on Thursday?',
    voice: 'en-gb+f1',
    ageMs: 3 * DAY_MS,
    isSeen: true,
  },
  {
    from: 'dave',
    text: 'Dave calling from the train, I will try again later.',
    voice: 'en-gb+m3',
    ageMs: 9 * DAY_MS,
    isSeen: true,
  },
];

/** Who left a message, as the PBX tells it. */
interface Caller {
  readonly number: string;
  readonly name: string;
  readonly channel: string;
}

function callerOf(from: string): Caller {
  if (/^\+?\d+$/.test(from)) return { number: from, name: 'Unknown', channel: `SIP/trunk-${from.slice(-4)}` };
  // What app_voicemail writes where the caller told neither.
  if (from === 'withheld') return { number: 'Unknown', name: 'Unknown', channel: 'SIP/trunk-0000002b' };
  const { number, name, user } = account(from);
  return { number, name, channel: `SIP/${user}-0000002a` };
}

/** Seconds as minutes:seconds, as Asterisk writes it in the text. */
function clockDuration(durationS: number): string {
  return `${String(Math.floor(durationS / 60))}:${String(durationS % 60).padStart(2, '0')}`;
}

/** Asterisk folds nothing and encodes names with RFC 2047 when they are not ASCII. */
function headerText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

/** RFC 5322 date in UTC, with +0000 in place of the obsolete GMT. */
function mailDate(timeMs: number): string {
  return new Date(timeMs).toUTCString().replace('GMT', '+0000');
}

export interface VoicemailMail {
  readonly to: LabAccount;
  readonly script: VoicemailScript;
  /** Position in the box, from 1. */
  readonly sequence: number;
  readonly leftAtMs: number;
  readonly wav: Buffer;
  readonly durationMs: number;
}

/** The mail that Asterisk's app_voicemail stores over IMAP for a message left (its `make_email_file`). */
export function voicemailMail(mail: VoicemailMail): string {
  const { to, script, sequence, leftAtMs } = mail;
  const caller = callerOf(script.from);
  const durationS = Math.max(1, Math.round(mail.durationMs / 1_000));
  const file = `msg${String(sequence - 1).padStart(4, '0')}.wav`;
  const boundary = `----voicemail_${String(sequence)}${to.extension}${String(randomInt(1e9))}`;
  const audio = mail.wav.subarray(0, script.keptBytes).toString('base64').replace(/.{76}/g, '$&\r\n');
  return [
    `Date: ${mailDate(leftAtMs)}`,
    'From: Asterisk PBX <asterisk@pbx.parley.test>',
    `To: ${headerText(to.name)} <${to.address}>`,
    `Subject: [PBX]: New message ${String(sequence)} in mailbox ${to.extension}`,
    `Message-ID: <Asterisk-${String(sequence)}-${String(randomInt(1e9))}-${to.extension}-4711@pbx.parley.test>`,
    `X-Asterisk-VM-Message-Num: ${String(sequence)}`,
    'X-Asterisk-VM-Server-Name: pbx.parley.test',
    'X-Asterisk-VM-Context: default',
    `X-Asterisk-VM-Extension: ${to.extension}`,
    `X-Asterisk-VM-Flag: ${script.isUrgent === true ? 'Urgent' : ''}`,
    'X-Asterisk-VM-Priority: 2',
    `X-Asterisk-VM-Caller-channel: ${caller.channel}`,
    `X-Asterisk-VM-Caller-ID-Num: ${caller.number}`,
    `X-Asterisk-VM-Caller-ID-Name: ${headerText(caller.name)}`,
    `X-Asterisk-VM-Duration: ${String(durationS)}`,
    'X-Asterisk-VM-Category: ',
    'X-Asterisk-VM-Message-Type: Message',
    `X-Asterisk-VM-Orig-date: ${mailDate(leftAtMs)}`,
    `X-Asterisk-VM-Orig-time: ${String(Math.floor(leftAtMs / 1_000))}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    'This is a multi-part message in MIME format.',
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=UTF-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    `Dear ${to.name}:`,
    '',
    `\tJust wanted to let you know you were just left a ${clockDuration(durationS)} long message (number ${String(sequence)})`,
    `in mailbox ${to.extension} from "${caller.name}" <${caller.number}>, on ${mailDate(leftAtMs)}.`,
    '',
    `--${boundary}`,
    `Content-Type: audio/x-wav; name="${file}"`,
    'Content-Transfer-Encoding: base64',
    'Content-Description: Voicemail sound attachment.',
    `Content-Disposition: attachment; filename="${file}"`,
    '',
    audio,
    `--${boundary}--`,
    '',
  ].join('\r\n');
}
