import { AppError } from '../../src-shared/errors.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';
import type { FeatureCodes } from './call-settings.ts';

const wanted: Readonly<Partial<Record<keyof FeatureCodes, Message>>> = {
  park: msg(
    'Parking calls is not set up. Your administrator can enter the parking code of the phone server in Settings, Calls.',
  ),
  retrieve: msg(
    'Taking parked calls back is not set up. Your administrator can enter the code of the phone server in Settings, Calls.',
  ),
  pickUp: msg(
    'Picking up a colleague’s call is not set up. Your administrator can enter the code of the phone server in Settings, Calls.',
  ),
  groupPickUp: msg(
    'Picking up calls of your group is not set up. Your administrator can enter the code of the phone server in Settings, Calls.',
  ),
};

/**
 * What is dialled for a service of the phone server. `{slot}` and `{number}` of the code are replaced; a value that the
 * code has no place for is put behind it. Throws AppError in words: `unsupported` when no code is set, `invalid` for a
 * value that has no place in a code; nothing but what is written around digits is ever taken out of one.
 */
export function featureCode(codes: FeatureCodes, name: keyof FeatureCodes, value: string): string {
  const code = codes[name];
  if (code === '')
    throw new AppError('unsupported', t(wanted[name] ?? msg('The phone server has no code for that.')), name);
  const clean = value.replace(/[\s()/\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
  if (!/^[0-9A-Za-z*#+@.:_~-]*$/.test(clean)) {
    throw new AppError(
      'invalid',
      t('“{value}” cannot be sent with a code of the phone server. Type a number.', { value }),
      name,
    );
  }
  return /\{(slot|number)\}/.test(code) ? code.replaceAll(/\{(slot|number)\}/g, clean) : `${code}${clean}`;
}
