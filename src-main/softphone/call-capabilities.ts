import type { CallCapability } from '../../src-shared/model/call.ts';
import type { RunningState } from '../calls/call-device.ts';

export interface CapabilityFacts {
  readonly isIncoming: boolean;
  /** Digits reach the far end in this call. */
  readonly takesDigits: boolean;
  /** They reach it before it has answered: something speaks there already, which may ask for a key. */
  readonly takesDigitsEarly: boolean;
}

const attempt: readonly CallCapability[] = ['hangUp', 'mute'];
const talking: readonly CallCapability[] = ['hangUp', 'mute', 'hold', 'transfer', 'park', 'conference'];

/** What a call of the softphone can do in this state. */
export function callCapabilitiesIn(state: RunningState, facts: CapabilityFacts): readonly CallCapability[] {
  switch (state) {
    case 'connecting':
      return attempt;
    case 'calling':
    case 'ringing':
      if (facts.isIncoming) return ['answer', 'decline', 'ignore', 'divert'];
      return facts.takesDigitsEarly ? [...attempt, 'dtmf'] : attempt;
    case 'held':
      return ['hangUp', 'resume', 'transfer', 'park', 'conference'];
    case 'connected':
      return facts.takesDigits ? [...talking, 'record', 'dtmf'] : [...talking, 'record'];
  }
}
