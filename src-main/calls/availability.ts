import type { LineState } from '../../src-shared/model/line-state.ts';
import type { PresenceState } from '../../src-shared/model/presence.ts';
import type { Availability } from './call-backs.ts';

/**
 * Whether somebody can be called: by what the phone server tells of their phone, else by their presence. Who appears
 * offline may sit beside the phone all the same.
 */
export function availabilityOf(presence: PresenceState | undefined, line?: LineState): Availability {
  if (line !== undefined && line !== 'unknown') return line === 'idle' ? 'free' : 'busy';
  switch (presence) {
    case 'available':
    case 'away':
      return 'free';
    case 'onphone':
    case 'busy':
    case 'dnd':
      return 'busy';
    case 'offline':
    case 'unknown':
    case undefined:
      return 'unknown';
  }
}
