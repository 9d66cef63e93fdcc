import { z } from 'zod';
import { recordingFormats } from '../../src-shared/contract/media.ts';
import { folder, list, onOff, oneOf, table, text, wholeNumber } from './setting.ts';

/** What a person dials: a number, a service code, an address. */
const dialable = { maxLength: 255, fits: (value: string) => value === '' || isDialable(value) };
/** A service code of the phone server; `{number}` and `{slot}` stand for what belongs to it. */
const code = { maxLength: 40, fits: (value: string) => /^[+0-9*#A-Za-z{}@.:-]*$/.test(value) };

const speedDial = z
  .strictObject({
    key: z.number().int().min(2).max(9),
    number: z.string().trim().min(1).max(255).refine(isDialable),
    name: z
      .string()
      .trim()
      .max(100)
      .regex(/^[^\p{Cc}]*$/u),
  })
  .readonly();

/** What becomes of calls by rule, and how the phone server's own services are reached; read by app.ts as CallSettings. */
export const callRuleSettings = {
  'calls.doNotDisturb': onOff({
    scope: 'account',
    default: false,
    meaning: 'Refuse calls, or send them on as when busy; emergency services that call back ring all the same.',
  }),
  'calls.forwardAlways': text(dialable, {
    scope: 'account',
    default: '',
    meaning: 'Number that every call is sent on to (302); empty: none.',
  }),
  'calls.forwardBusy': text(dialable, {
    scope: 'account',
    default: '',
    meaning: 'Number that calls are sent on to during another call or do not disturb; empty: none.',
  }),
  'calls.forwardNoAnswer': text(dialable, {
    scope: 'account',
    default: '',
    meaning: 'Number that calls are sent on to which nobody answers; empty: none.',
  }),
  'calls.forwardNoAnswerS': wholeNumber(
    { min: 5, max: 120, unit: 's' },
    { scope: 'account', default: 20, meaning: 'Time a call rings before it counts as not answered.' },
  ),
  'calls.autoAnswer': onOff({
    scope: 'account',
    default: false,
    meaning:
      'Answer at once when the caller asks for it (Answer-Mode, Call-Info answer-after, Alert-Info): an intercom that opens the microphone, except while the person does not want to be disturbed.',
  }),
  'calls.emergencyNumbers': list(
    { maxItems: 20, maxLength: 20, fits: (item) => /^[0-9*#+]+$/.test(item) },
    {
      scope: 'account',
      default: [],
      meaning: 'Numbers of emergency services, dialled as typed and past every rule; none: those of the country.',
    },
  ),
  'calls.speedDials': table(
    {
      maxRows: 8,
      row: speedDial,
      columns: [
        { name: 'key', kind: 'number', min: 2, max: 9, unique: true },
        { name: 'number', kind: 'text', maxLength: 255 },
        { name: 'name', kind: 'text', maxLength: 100 },
      ],
    },
    { scope: 'account', default: [], meaning: 'Numbers behind the keys 2 to 9 of the dial pad, when they are held.' },
  ),
  'calls.parkCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'Where a call is transferred to be parked; {slot} stands for the place. Empty: no parking.',
  }),
  'calls.retrieveCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled for a parked call; {slot} stands for the place.',
  }),
  'calls.pickUpCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled to take a call that rings at a colleague; {number} stands for the colleague.',
  }),
  'calls.groupPickUpCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled to take a call that rings in the own group.',
  }),
  'calls.callBackCode': text(code, {
    scope: 'account',
    default: '',
    meaning:
      'What is dialled to be called back when a busy {number} is free. Empty: Parley watches the line or the presence itself.',
  }),
  'calls.pickUpDirectly': onOff({
    scope: 'account',
    default: true,
    meaning:
      'Where no pick-up code is set, take ringing calls of colleagues from the caller (Replaces, RFC 3891) when the phone server tells enough of them.',
  }),
  'calls.parkBy': oneOf(['transfer', 'digits'], {
    scope: 'account',
    default: 'transfer',
    meaning:
      'How the parking code reaches the phone server: the call is transferred to it, or it is keyed in during the call.',
  }),
  'calls.rulesBy': oneOf(['computer', 'server'], {
    scope: 'account',
    default: 'computer',
    meaning:
      'Who forwards and refuses calls by rule: Parley while it runs (302, 486), or the phone server by its codes, as far as they are set.',
  }),
  'calls.forwardAlwaysOnCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled to have the phone server send every call on; {number} stands for where.',
  }),
  'calls.forwardAlwaysOffCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled so that the phone server does not send every call on any more.',
  }),
  'calls.forwardBusyOnCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled to have the phone server send calls on when the line is busy; {number} stands for where.',
  }),
  'calls.forwardBusyOffCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled so that the phone server does not send calls on when the line is busy any more.',
  }),
  'calls.forwardNoAnswerOnCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled to have the phone server send calls on that nobody answers; {number} stands for where.',
  }),
  'calls.forwardNoAnswerOffCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled so that the phone server does not send calls on that nobody answers any more.',
  }),
  'calls.doNotDisturbOnCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled to have the phone server refuse calls.',
  }),
  'calls.doNotDisturbOffCode': text(code, {
    scope: 'account',
    default: '',
    meaning: 'What is dialled so that the phone server does not refuse calls any more.',
  }),
  'calls.recording': onOff({
    scope: 'account',
    default: false,
    meaning:
      'Calls may be recorded by hand; the others hear a tone every 15 seconds. Ask what the law of the place says.',
  }),
  'calls.recordingFormat': oneOf(recordingFormats, {
    scope: 'account',
    default: 'opus',
    meaning: 'What recordings are kept in: opus (WebM, about 0.5 MB a minute) or wav (about 6 MB a minute).',
  }),
  'calls.recordingFolder': folder({
    scope: 'account',
    default: '',
    meaning:
      'Folder of the recordings, as a full path or from ~ (the home folder) on; empty: Parley, Recordings in the documents.',
  }),
  'phone.voicemailNumber': text(dialable, {
    scope: 'account',
    default: '',
    meaning: 'Number of the mailbox, dialled by holding 1 on the dial pad; empty: none.',
  }),
  'phone.dtmf': oneOf(['auto', 'rfc4733', 'info', 'inband'], {
    scope: 'account',
    default: 'auto',
    meaning:
      'How digits are sent in a call: rfc4733 as events, info as SIP INFO (dtmf-relay), inband as sound; auto: as events where the far end takes them, else INFO.',
  }),
} as const;

function isDialable(value: string): boolean {
  return /^[+0-9*#A-Za-z@.:;=_()/ -]+$/.test(value) && /[0-9@]/.test(value);
}
