import type { Settings } from '../../src-shared/contract/system.ts';

/** Keys of the settings that this window obeys; the schema stands in main. */
export const audioSettingKeys = {
  microphone: 'devices.microphone',
  speaker: 'devices.speaker',
  ringers: 'devices.ringers',
  ringVolumePercent: 'calls.ringVolumePercent',
} as const;

export interface AudioSettings {
  /** Device ids of this browser; empty: the system's default. */
  readonly microphone: string;
  readonly speaker: string;
  /** None: the system's default. */
  readonly ringers: readonly string[];
  readonly ringVolumePercent: number;
}

/** The audio settings in force; what is not there, or has another form, is the default. */
export function audioSettings(settings: Settings | undefined): AudioSettings {
  const value = (key: string) => settings?.settings.find((setting) => setting.key === key)?.value;
  const text = (key: string) => {
    const found = value(key);
    return typeof found === 'string' ? found : '';
  };
  const ringers = value(audioSettingKeys.ringers);
  const volume = value(audioSettingKeys.ringVolumePercent);
  return {
    microphone: text(audioSettingKeys.microphone),
    speaker: text(audioSettingKeys.speaker),
    ringers: typeof ringers === 'object' ? ringers : [],
    ringVolumePercent: typeof volume === 'number' ? Math.min(100, Math.max(0, volume)) : 80,
  };
}
