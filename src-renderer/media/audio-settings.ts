import type { Settings } from '../../src-shared/contract/system.ts';

/** Keys of the settings that this window obeys; the schema stands in main. */
export const audioSettingKeys = {
  microphone: 'audio.microphone',
  speaker: 'audio.speaker',
  ringer: 'audio.ringer',
  ringVolume: 'audio.ringVolume',
} as const;

export interface AudioSettings {
  /** Device ids of this browser; empty: the system's default. */
  readonly microphone: string;
  readonly speaker: string;
  readonly ringer: string;
  /** 0 to 100. */
  readonly ringVolume: number;
}

/** The audio settings in force; what is not there, or has another form, is the default. */
export function audioSettings(settings: Settings | undefined): AudioSettings {
  const value = (key: string) => settings?.settings.find((setting) => setting.key === key)?.value;
  const text = (key: string) => {
    const found = value(key);
    return typeof found === 'string' ? found : '';
  };
  const volume = value(audioSettingKeys.ringVolume);
  return {
    microphone: text(audioSettingKeys.microphone),
    speaker: text(audioSettingKeys.speaker),
    ringer: text(audioSettingKeys.ringer),
    ringVolume: typeof volume === 'number' ? Math.min(100, Math.max(0, volume)) : 70,
  };
}
