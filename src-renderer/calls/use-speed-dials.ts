import { rowsOf } from '../settings/list-text.ts';
import { useSetting } from '../settings/use-setting.ts';

export interface SpeedDial {
  /** 2 to 9. */
  readonly key: string;
  readonly number: string;
  /** The number where no name was given. */
  readonly name: string;
}

/** The speed dials of the settings, by key; none while the settings have not come. */
export function useSpeedDials(): readonly SpeedDial[] {
  return rowsOf(useSetting('calls.speedDials').state?.value)
    .map((row) => {
      const number = String(row['number'] ?? '');
      return { key: String(row['key'] ?? ''), number, name: String(row['name'] ?? '') || number };
    })
    .toSorted((one, other) => one.key.localeCompare(other.key));
}
