import { describe, expect, test } from 'vitest';
import { isAboutBeingHeard, soundFindingsOf } from './verdict.ts';
import type { CallSoundFacts, SoundFacts } from './verdict.ts';

const quiet: SoundFacts = { mutedBySystem: false, peak: 0.02 };
const call: CallSoundFacts = { mutedHere: false, held: false, farHolds: false, packetsOut: 100, packetsIn: 100 };

describe('you cannot be heard because', () => {
  test.each<[string, SoundFacts, readonly string[]]>([
    ['nothing is wrong', quiet, []],
    ['nothing is wrong in a call', { ...quiet, call }, []],
    ['the microphone is denied', { ...quiet, problem: 'micDenied', peak: 0 }, ['micDenied']],
    ['the system muted it', { ...quiet, mutedBySystem: true, peak: 0 }, ['mutedBySystem']],
    ['it gives digital silence', { ...quiet, peak: 0 }, ['silent']],
    ['muted here', { ...quiet, call: { ...call, mutedHere: true } }, ['mutedHere']],
    [
      'held here, which also explains that nothing goes out or comes',
      { ...quiet, call: { ...call, held: true, packetsOut: 0, packetsIn: 0 } },
      ['held'],
    ],
    ['no packets out', { ...quiet, call: { ...call, packetsOut: 0 } }, ['noPacketsOut']],
    [
      'no packets out, explained by the denied microphone',
      { ...quiet, problem: 'micDenied', call: { ...call, packetsOut: 0 } },
      ['micDenied'],
    ],
    ['no packets in', { ...quiet, call: { ...call, packetsIn: 0 } }, ['noPacketsIn']],
    [
      'the far end holds, which explains that nothing comes',
      { ...quiet, call: { ...call, farHolds: true, packetsIn: 0 } },
      ['farHolds'],
    ],
    ['both ways', { ...quiet, call: { ...call, packetsOut: 0, packetsIn: 0 } }, ['noPacketsOut', 'noPacketsIn']],
  ])('%s', (_what, facts, findings) => {
    expect(soundFindingsOf(facts)).toEqual(findings);
  });
});

test('what does not come is not about being heard', () => {
  expect([isAboutBeingHeard('micBusy'), isAboutBeingHeard('noPacketsIn'), isAboutBeingHeard('farHolds')]).toEqual([
    true,
    false,
    false,
  ]);
});
