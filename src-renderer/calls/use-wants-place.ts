import { plainText } from '../settings/list-text.ts';
import { useSetting } from '../settings/use-setting.ts';

/** Whether this code of the phone server has to be told where a call is parked. */
export function useWantsPlace(code: 'calls.parkCode' | 'calls.retrieveCode'): boolean {
  return plainText(useSetting(code).state?.value ?? '').includes('{slot}');
}
