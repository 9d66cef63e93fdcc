import Database from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import type { OwnPresence as OwnPresenceSnapshot } from '../../src-shared/contract/people.ts';
import { roster } from '../core/migrations/011-roster.ts';
import { OwnPresence } from './own-presence.ts';
import { storeOver } from '../core/store.ts';

let db: Database.Database;
let snapshots: OwnPresenceSnapshot[];

beforeEach(() => {
  db = new Database(':memory:');
  roster.up(db);
  snapshots = [];
});

function make(accountId = 'account'): OwnPresence {
  const presence = new OwnPresence({
    store: storeOver(db),
    accountId,
    publish: (snapshot) => snapshots.push(snapshot),
  });
  presence.start();
  return presence;
}

test('what was chosen is kept per account over restarts', () => {
  make().set('busy', 'Quarter end');
  expect(make().wanted).toEqual({ chosen: 'busy', shown: 'busy', text: 'Quarter end' });
  expect(make('other').wanted).toEqual({ chosen: 'available', shown: 'available', text: '' });
});

test('a state that this version does not know is taken as available', () => {
  make().set('busy', '');
  db.exec(`UPDATE own_presence SET state = 'levitating'`);
  expect(make().wanted.chosen).toBe('available');
});

test('a call shows as on the phone and ends without a trace', () => {
  const presence = make();
  presence.setConnected(true);
  let changes = 0;
  presence.onChange(() => (changes += 1));
  presence.set('away', 'Lunch');
  presence.setOnPhone(true);
  presence.setOnPhone(true);
  expect(snapshots.at(-1)).toEqual({ chosen: 'away', shown: 'onphone', text: 'Lunch' });
  presence.setOnPhone(false);
  expect(snapshots.at(-1)).toEqual({ chosen: 'away', shown: 'away', text: 'Lunch' });
  expect(changes).toBe(3);
});

test.each(['dnd', 'offline'] as const)('a call does not take back the choice %s', (state) => {
  const presence = make();
  presence.set(state, '');
  presence.setOnPhone(true);
  expect(presence.wanted.shown).toBe(state);
});

test('while chat is not connected others see us offline', () => {
  const presence = make();
  presence.set('available', '');
  expect(snapshots.at(-1)?.shown).toBe('offline');
  presence.setConnected(true);
  expect(snapshots.at(-1)?.shown).toBe('available');
});

test('a locked screen shows who is available as away, and nobody else', () => {
  const presence = make();
  presence.setLocked(true);
  expect(presence.wanted).toEqual({ chosen: 'available', shown: 'away', text: '' });
  presence.setOnPhone(true);
  expect(presence.wanted.shown).toBe('onphone');
  presence.setOnPhone(false);
  presence.set('dnd', '');
  expect(presence.wanted.shown).toBe('dnd');
  presence.set('available', '');
  presence.setLocked(false);
  expect(presence.wanted.shown).toBe('available');
});
