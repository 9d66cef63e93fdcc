import type { Settings, SettingValue } from '../../src-shared/contract/system.ts';
import { entriesOf } from '../settings/list-text.ts';

/** Keys of the settings that this window obeys; the schema stands in main. */
export const audioSettingKeys = {
  microphones: 'devices.microphones',
  speakers: 'devices.speakers',
  ringers: 'devices.ringers',
  ringVolumePercent: 'calls.ringVolumePercent',
  echoCancellation: 'devices.echoCancellation',
  noiseSuppression: 'devices.noiseSuppression',
  autoGain: 'devices.autoGain',
} as const;

/** What the browser does to the microphone's sound before it is sent. */
export interface VoiceProcessing {
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGain: boolean;
}

export interface AudioSettings {
  /** Names of devices in order of preference; none, or none of them plugged in: the system's default. */
  readonly microphones: readonly string[];
  readonly speakers: readonly string[];
  /** All of them ring, as far as they are plugged in; none: the system's default. */
  readonly ringers: readonly string[];
  readonly ringVolumePercent: number;
  readonly processing: VoiceProcessing;
}

/** The audio settings in force; what is not there, or has another form, is the default. */
export function audioSettings(settings: Settings | undefined): AudioSettings {
  const value = (key: string): SettingValue | undefined =>
    settings?.settings.find((setting) => setting.key === key)?.value;
  const names = (key: string): readonly string[] => entriesOf(value(key));
  const isOn = (key: string): boolean => value(key) !== false;
  const volume = value(audioSettingKeys.ringVolumePercent);
  return {
    microphones: names(audioSettingKeys.microphones),
    speakers: names(audioSettingKeys.speakers),
    ringers: names(audioSettingKeys.ringers),
    ringVolumePercent: typeof volume === 'number' ? Math.min(100, Math.max(0, volume)) : 80,
    processing: {
      echoCancellation: isOn(audioSettingKeys.echoCancellation),
      noiseSuppression: isOn(audioSettingKeys.noiseSuppression),
      autoGain: isOn(audioSettingKeys.autoGain),
    },
  };
}
