import { expect, test } from 'vitest';
import type { Call } from '../../src-shared/model/call.ts';
import { ConversationNotes } from './conversation-notes.ts';
import type { TalkedTo } from './conversation-notes.ts';

const incoming: Call = {
  id: 'one',
  deviceId: 'computer',
  direction: 'in',
  party: { number: '+49301234', name: 'Bob' },
  state: 'ringing',
  capabilities: [],
  muted: false,
  farHolds: false,
  silenced: false,
  recording: false,
  encrypted: false,
  startedAtMs: 1_000,
};

function setUp() {
  const talkedTo: TalkedTo[] = [];
  const missed: string[] = [];
  const notes = new ConversationNotes({
    talkedTo: (who) => {
      talkedTo.push(who);
    },
    missed: (who) => {
      missed.push(who);
    },
  });
  return { notes, talkedTo, missed };
}

test('whoever calls or is called is noted once, however often the call changes', () => {
  const { notes, talkedTo } = setUp();
  notes.see([incoming]);
  notes.see([{ ...incoming, state: 'connected', connectedAtMs: 2_000 }]);
  expect(talkedTo).toEqual([{ name: 'Bob', number: '+49301234', atMs: 1_000 }]);
});

test('a call that nobody answered is told once, by the number where there is no name', () => {
  const { notes, missed } = setUp();
  const nameless: Call = { ...incoming, party: { number: '100' } };
  notes.see([nameless]);
  const ended: Call = { ...nameless, state: 'ended', endReason: 'cancelled' };
  notes.see([ended]);
  notes.see([ended]);
  expect(missed).toEqual(['100']);
});

test('without sound it is missed where it rang, and not where it was being answered', () => {
  const { notes, missed } = setUp();
  const ended = { state: 'ended', endReason: 'mediaFailed' } as const;
  notes.see([{ ...incoming, state: 'connecting' }]);
  notes.see([{ ...incoming, ...ended }]);
  expect(missed).toEqual([]);
  notes.see([incoming]);
  notes.see([{ ...incoming, ...ended }]);
  expect(missed).toEqual(['Bob']);
});

test('neither a declined or answered call nor one of our own is missed', () => {
  const { notes, missed } = setUp();
  const ends: readonly Partial<Call>[] = [
    { endReason: 'declined' },
    { endReason: 'remoteHungUp', connectedAtMs: 2_000 },
    { endReason: 'noAnswer', direction: 'out' },
  ];
  for (const end of ends) {
    notes.see([{ ...incoming, direction: end.direction ?? 'in' }]);
    notes.see([{ ...incoming, ...end, state: 'ended' }]);
  }
  expect(missed).toEqual([]);
});
