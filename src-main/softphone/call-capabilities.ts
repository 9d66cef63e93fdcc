import type { CallCapability } from '../../src-shared/model/call.ts';
import type { RunningState } from '../calls/call-device.ts';

export interface CapabilityFacts {
  readonly isIncoming: boolean;
  /** Digits reach the far end in this call. */
  readonly takesDigits: boolean;
}

const talking: readonly CallCapability[] = ['hangUp', 'mute', 'hold', 'transfer', 'park', 'conference'];

/** What a call of the softphone can do in this state. */
export function callCapabilitiesIn(state: RunningState, facts: CapabilityFacts): readonly CallCapability[] {
  switch (state) {
    case 'calling':
    case 'connecting':
      return ['hangUp', 'mute'];
    case 'ringing':
      return facts.isIncoming ? ['answer', 'decline', 'ignore', 'divert'] : ['hangUp', 'mute'];
    case 'held':
      return ['hangUp', 'resume', 'transfer', 'park', 'conference'];
    case 'connected':
      return facts.takesDigits ? [...talking, 'record', 'dtmf'] : [...talking, 'record'];
  }
}
