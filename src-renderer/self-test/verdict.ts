import type { MicrophoneProblem } from '../media/microphone.ts';

/** What was measured of the sound of this window, and of a call where one is on. */
export interface SoundFacts {
  /** Why the microphone could not be opened. */
  readonly problem?: MicrophoneProblem;
  /** The system says that the microphone gives nothing now: a key of the computer, its settings, a lid. */
  readonly mutedBySystem: boolean;
  /** Loudest of the test, 0 to 1. */
  readonly peak: number;
  readonly call?: CallSoundFacts;
}

export interface CallSoundFacts {
  readonly mutedHere: boolean;
  readonly held: boolean;
  readonly farHolds: boolean;
  /** Packets of sound in the time of the test: from this window, and to it. */
  readonly packetsOut: number;
  readonly packetsIn: number;
}

export const soundFindings = [
  'micDenied',
  'micMissing',
  'micBusy',
  'mutedBySystem',
  'silent',
  'mutedHere',
  'held',
  'noPacketsOut',
  'farHolds',
  'noPacketsIn',
] as const;
/** What keeps this person from being heard, or from hearing. */
export type SoundFinding = (typeof soundFindings)[number];

/** The meter begins at 60 dB below full scale; a person who speaks as asked is far above that. */
const quietest = 0.000_1;

/** Whether a finding keeps the far end from hearing this person; the others keep this person from hearing. */
export function isAboutBeingHeard(finding: SoundFinding): boolean {
  return finding !== 'farHolds' && finding !== 'noPacketsIn';
}

/**
 * Everything that is wrong, the first cause first: what a cause explains is not said again, so that a person is told
 * what to do and not what follows from it.
 */
export function soundFindingsOf(facts: SoundFacts): readonly SoundFinding[] {
  const { call, problem } = facts;
  const heard: SoundFinding[] = [];
  if (problem !== undefined) heard.push(problem);
  else if (facts.mutedBySystem) heard.push('mutedBySystem');
  else if (facts.peak < quietest) heard.push('silent');
  if (call?.mutedHere === true) heard.push('mutedHere');
  if (call?.held === true) heard.push('held');
  if (heard.length === 0 && call?.packetsOut === 0) heard.push('noPacketsOut');
  const hears: SoundFinding[] = [];
  if (call?.farHolds === true) hears.push('farHolds');
  else if (call?.held === false && call.packetsIn === 0) hears.push('noPacketsIn');
  return [...heard, ...hears];
}
