import type { Dialable } from '../directory/directory.ts';
import type { DialPlan } from './dial-plan.ts';

/** What is shown is what is placed: the dialling rules apply on the way to the server, and show in the history. */
export function dialable(
  text: string,
  dialPlan: Pick<DialPlan, 'outbound'>,
  isEmergency: (number: string) => boolean,
): Dialable {
  try {
    const target = dialPlan.outbound(text);
    return {
      dial: target.kind === 'uri' ? target.dialled : target.shown,
      shown: target.shown,
      isEmergency: target.kind === 'number' && isEmergency(target.dialled),
    };
  } catch {
    // A name; the search goes on with it.
    return { dial: null, shown: null, isEmergency: false };
  }
}
