import { msg } from '@lingui/core/macro';
import type { SettingWords } from './setting-words.ts';

const noCode = msg`Not set up`;
const nowhere = msg`Nowhere`;
const noServerRule = msg`Parley does it itself`;

/** Words of the rules for calls. The `'{slot}'` of a text is quoted for ICU MessageFormat: it is meant literally. */
export const callRuleWords: Readonly<Record<string, SettingWords>> = {
  'calls.doNotDisturb': {
    label: msg`Refuse calls`,
    hint: msg`Callers hear that you are busy, or are sent on as when you are busy. The calls stand in your history as missed.`,
  },
  'calls.forwardAlways': { label: msg`Send every call on to`, hint: msg`A number or an address`, whenEmpty: nowhere },
  'calls.forwardBusy': {
    label: msg`When you are busy, send calls on to`,
    hint: msg`During another call, and while you refuse calls`,
    whenEmpty: nowhere,
  },
  'calls.forwardNoAnswer': { label: msg`When you do not answer, send calls on to`, whenEmpty: nowhere },
  'calls.forwardNoAnswerS': { label: msg`After ringing for` },
  'calls.autoAnswer': {
    label: msg`Answer by itself when the caller asks for it`,
    hint: msg`For intercoms: your microphone opens at once, with a beep, except while you do not want to be disturbed. Only turn this on when you trust who can call you.`,
  },
  'calls.recording': {
    label: msg`Allow recording`,
    hint: msg`You start it in a call. The others hear a tone every 15 seconds. In many places everybody has to agree first.`,
  },
  'calls.recordingFormat': {
    label: msg`Kind of recordings`,
    options: { opus: msg`Opus, small files`, wav: msg`WAV, for every program` },
  },
  'calls.recordingFolder': {
    label: msg`Folder of recordings`,
    hint: msg`Full path, or from ~ (your home folder) on`,
    whenEmpty: msg`Parley, Recordings in your documents`,
  },
  'calls.emergencyNumbers': {
    label: msg`Emergency numbers`,
    hint: msg`Dialled exactly as typed, whatever else is going on. Separate several with commas.`,
    whenEmpty: msg`Those of your country`,
  },
  'calls.speedDials': {
    label: msg`Speed dial`,
    hint: msg`Hold a key of the dial pad to call its number.`,
    table: {
      columns: { key: msg`Key`, number: msg`Number`, name: msg`Name` },
      row: msg`speed dial`,
      add: msg`Add a speed dial`,
      none: msg`No speed dials yet.`,
    },
  },
  'calls.parkCode': {
    label: msg`Code to park a call`,
    hint: msg`The call is transferred to this number. Write '{slot}' where the place goes.`,
    whenEmpty: noCode,
  },
  'calls.retrieveCode': {
    label: msg`Code to take a parked call back`,
    hint: msg`Write '{slot}' where the place goes.`,
    whenEmpty: noCode,
  },
  'calls.pickUpCode': {
    label: msg`Code to pick up a colleague’s call`,
    hint: msg`Write '{number}' where the number of the colleague goes.`,
    whenEmpty: noCode,
  },
  'calls.groupPickUpCode': { label: msg`Code to pick up a call of your group`, whenEmpty: noCode },
  'calls.callBackCode': {
    label: msg`Code to be called back by the phone server`,
    hint: msg`Write '{number}' where the busy number goes.`,
    whenEmpty: msg`Parley watches by itself`,
  },
  'calls.pickUpDirectly': {
    label: msg`Pick up without a code`,
    hint: msg`Where no code is set, and your phone server tells who calls your colleague.`,
  },
  'calls.parkBy': {
    label: msg`How a call is parked`,
    options: {
      transfer: msg`By a transfer to the code`,
      digits: msg`By keying the code in during the call`,
    },
  },
  'calls.rulesBy': {
    label: msg`Who sends calls on and refuses them`,
    hint: msg`The phone server does it when this computer is off, too. It needs the codes below.`,
    options: {
      computer: msg`Parley, while it runs`,
      server: msg`The phone server`,
    },
  },
  'calls.forwardAlwaysOnCode': {
    label: msg`Code to send every call on`,
    hint: msg`Write '{number}' where the number goes that calls are sent to.`,
    whenEmpty: noServerRule,
  },
  'calls.forwardAlwaysOffCode': {
    label: msg`Code to send calls on no more`,
    whenEmpty: noCode,
  },
  'calls.forwardBusyOnCode': {
    label: msg`Code to send calls on when you are busy`,
    hint: msg`Write '{number}' where the number goes that calls are sent to.`,
    whenEmpty: noServerRule,
  },
  'calls.forwardBusyOffCode': {
    label: msg`Code to send them on no more when you are busy`,
    whenEmpty: noCode,
  },
  'calls.forwardNoAnswerOnCode': {
    label: msg`Code to send calls on that you do not answer`,
    hint: msg`Write '{number}' where the number goes that calls are sent to.`,
    whenEmpty: noServerRule,
  },
  'calls.forwardNoAnswerOffCode': {
    label: msg`Code to send those on no more`,
    whenEmpty: noCode,
  },
  'calls.doNotDisturbOnCode': {
    label: msg`Code to be disturbed no more`,
    whenEmpty: noServerRule,
  },
  'calls.doNotDisturbOffCode': {
    label: msg`Code to take calls again`,
    whenEmpty: noCode,
  },
  'phone.voicemailNumber': {
    label: msg`Number of your mailbox`,
    hint: msg`Hold 1 on the dial pad to call it.`,
    whenEmpty: noCode,
  },
  'phone.dtmf': {
    label: msg`Digits during a call`,
    hint: msg`How menus and mailboxes at the other end hear the keys that you press.`,
    options: {
      auto: msg`As the other side takes them`,
      rfc4733: msg`As events (RFC 4733)`,
      info: msg`As messages (SIP INFO)`,
      inband: msg`As sound`,
    },
  },
};
