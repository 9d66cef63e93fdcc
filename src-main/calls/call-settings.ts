import type { CallForward } from '../../src-shared/contract/calls.ts';
import type { RecordingFormat } from '../../src-shared/contract/media.ts';

/** What the settings say about calls, as the call list reads them at the moment that they matter. */
export interface CallSettings {
  readonly doNotDisturb: boolean;
  readonly forward: CallForward;
  /** Whether a caller may ask to be answered without a hand. */
  readonly autoAnswer: boolean;
  /** Whether ringing calls of colleagues are taken straight from their callers, where no code is set for it. */
  readonly takesRinging: boolean;
  /** How the parking code gets to the phone server: the call is transferred there, or it is keyed in during the call. */
  readonly parkBy: 'transfer' | 'digits';
  /** Who sends calls on and refuses them: this program while it runs, or the phone server where it has codes for it. */
  readonly rulesBy: 'computer' | 'server';
  /** Whether calls may be recorded. */
  readonly recording: boolean;
  readonly recordingFormat: RecordingFormat;
  /** Where recordings are kept; empty: the usual place. */
  readonly recordingFolder: string;
  /** Service codes of the phone server, see feature-codes.ts; empty: it has none. */
  readonly codes: FeatureCodes;
  /** Names of codecs in order of preference; see src-shared/model/audio-codecs.ts. */
  readonly audioCodecs: readonly string[];
  /** Numbers of emergency services; empty: those of the region. */
  readonly emergencyNumbers: readonly string[];
}

export interface FeatureCodes {
  /** `{slot}` stands for the place where a call is parked. */
  readonly park: string;
  readonly retrieve: string;
  /** `{number}` stands for the colleague whose phone rings. */
  readonly pickUp: string;
  readonly groupPickUp: string;
  /** Asks the server to call back when `{number}` is free. */
  readonly callBack: string;
  /** `{number}` stands for where calls are to go. */
  readonly forwardAlwaysOn: string;
  readonly forwardAlwaysOff: string;
  readonly forwardBusyOn: string;
  readonly forwardBusyOff: string;
  readonly forwardNoAnswerOn: string;
  readonly forwardNoAnswerOff: string;
  readonly doNotDisturbOn: string;
  readonly doNotDisturbOff: string;
}

export const noFeatureCodes: FeatureCodes = {
  park: '',
  retrieve: '',
  pickUp: '',
  groupPickUp: '',
  callBack: '',
  forwardAlwaysOn: '',
  forwardAlwaysOff: '',
  forwardBusyOn: '',
  forwardBusyOff: '',
  forwardNoAnswerOn: '',
  forwardNoAnswerOff: '',
  doNotDisturbOn: '',
  doNotDisturbOff: '',
};
