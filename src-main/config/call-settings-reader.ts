import type { CallForward } from '../../src-shared/contract/calls.ts';
import type { CallSettings } from '../calls/call-settings.ts';
import type { SettingKey, SettingTypes } from './settings-schema.ts';

/** The settings that CallSettings is made of. */
export const callSettingKeys = [
  'calls.doNotDisturb',
  'calls.forwardAlways',
  'calls.forwardBusy',
  'calls.forwardNoAnswer',
  'calls.forwardNoAnswerS',
  'calls.autoAnswer',
  'calls.audioCodecs',
  'calls.pickUpDirectly',
  'calls.parkBy',
  'calls.rulesBy',
  'calls.emergencyNumbers',
  'calls.recording',
  'calls.recordingFormat',
  'calls.recordingFolder',
  'calls.parkCode',
  'calls.retrieveCode',
  'calls.pickUpCode',
  'calls.groupPickUpCode',
  'calls.callBackCode',
  'calls.forwardAlwaysOnCode',
  'calls.forwardAlwaysOffCode',
  'calls.forwardBusyOnCode',
  'calls.forwardBusyOffCode',
  'calls.forwardNoAnswerOnCode',
  'calls.forwardNoAnswerOffCode',
  'calls.doNotDisturbOnCode',
  'calls.doNotDisturbOffCode',
] as const satisfies readonly SettingKey[];

/** What the settings say about calls now. */
export function readCallSettings(
  get: <Key extends (typeof callSettingKeys)[number]>(key: Key) => SettingTypes[Key],
): CallSettings {
  return {
    doNotDisturb: get('calls.doNotDisturb'),
    forward: forwardOf(get),
    autoAnswer: get('calls.autoAnswer'),
    audioCodecs: get('calls.audioCodecs'),
    takesRinging: get('calls.pickUpDirectly'),
    parkBy: get('calls.parkBy'),
    rulesBy: get('calls.rulesBy'),
    emergencyNumbers: get('calls.emergencyNumbers'),
    recording: get('calls.recording'),
    recordingFormat: get('calls.recordingFormat'),
    recordingFolder: get('calls.recordingFolder'),
    codes: {
      park: get('calls.parkCode'),
      retrieve: get('calls.retrieveCode'),
      pickUp: get('calls.pickUpCode'),
      groupPickUp: get('calls.groupPickUpCode'),
      callBack: get('calls.callBackCode'),
      forwardAlwaysOn: get('calls.forwardAlwaysOnCode'),
      forwardAlwaysOff: get('calls.forwardAlwaysOffCode'),
      forwardBusyOn: get('calls.forwardBusyOnCode'),
      forwardBusyOff: get('calls.forwardBusyOffCode'),
      forwardNoAnswerOn: get('calls.forwardNoAnswerOnCode'),
      forwardNoAnswerOff: get('calls.forwardNoAnswerOffCode'),
      doNotDisturbOn: get('calls.doNotDisturbOnCode'),
      doNotDisturbOff: get('calls.doNotDisturbOffCode'),
    },
  };
}

function forwardOf(get: <Key extends (typeof callSettingKeys)[number]>(key: Key) => SettingTypes[Key]): CallForward {
  const always = get('calls.forwardAlways');
  const busy = get('calls.forwardBusy');
  const noAnswer = get('calls.forwardNoAnswer');
  return {
    ...(always === '' ? {} : { always }),
    ...(busy === '' ? {} : { busy }),
    ...(noAnswer === '' ? {} : { noAnswer: { target: noAnswer, afterS: get('calls.forwardNoAnswerS') } }),
  };
}
