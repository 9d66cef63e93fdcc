import { AppError } from '../../src-shared/errors.ts';
import type { FeatureCodes } from './call-settings.ts';

const wanted: Readonly<Partial<Record<keyof FeatureCodes, string>>> = {
  park: 'Parking calls is not set up. Your administrator can enter the parking code of the phone server in Settings, Calls.',
  retrieve:
    'Taking parked calls back is not set up. Your administrator can enter the code of the phone server in Settings, Calls.',
  pickUp:
    'Picking up a colleague’s call is not set up. Your administrator can enter the code of the phone server in Settings, Calls.',
  groupPickUp:
    'Picking up calls of your group is not set up. Your administrator can enter the code of the phone server in Settings, Calls.',
};

/**
 * What is dialled for a service of the phone server. `{slot}` and `{number}` of the code are replaced; a value that the
 * code has no place for is put behind it. Throws AppError `unsupported` when no code is set, in words.
 */
export function featureCode(codes: FeatureCodes, name: keyof FeatureCodes, value: string): string {
  const code = codes[name];
  if (code === '') throw new AppError('unsupported', wanted[name] ?? 'The phone server has no code for that.', name);
  const clean = value.replace(/[^0-9A-Za-z*#+@.:-]/g, '');
  return /\{(slot|number)\}/.test(code) ? code.replaceAll(/\{(slot|number)\}/g, clean) : `${code}${clean}`;
}
