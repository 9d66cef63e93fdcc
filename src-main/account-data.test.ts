import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../src-shared/test-clock.ts';
import { AccountData } from './account-data.ts';
import { accountIdOf } from './account/account-id.ts';
import { StoredSrvAnswers } from './account/srv-answers.ts';
import { SettingsStore, machineOwner } from './config/settings-store.ts';
import { silentLogger } from './core/log.ts';
import { migrationSteps } from './core/migrations/index-of-steps.ts';
import { openMemoryStore } from './core/store.ts';
import type { Store } from './core/store.ts';
import { personIdOf } from './directory/entry.ts';
import { PeopleStore } from './directory/people-store.ts';
import { HistoryStore } from './history/history-store.ts';
import { DeletedChatsStore } from './im/deleted-chats-store.ts';
import { MessageStore } from './im/message-store.ts';
import { RosterStore } from './im/roster-store.ts';
import { OwnPresence } from './presence/own-presence.ts';
import { InstanceStore } from './softphone/instance-store.ts';
import { VoicemailStore } from './voicemail/voicemail-store.ts';

const alice = 'alice@example.com';
const bob = 'bob@example.com';
/** Tables that are not about accounts: what belongs to the machine, and what full-text search makes of people. */
const ofNobody = /^(capability|directory_(words|infixes)(_\w+)?|sqlite_\w+)$/;

let store: Store;
let forgotten: string[];

beforeEach(() => {
  store = openMemoryStore(migrationSteps);
  forgotten = [];
});

afterEach(() => {
  store.close();
});

function people(accountId: string): PeopleStore {
  return new PeopleStore(store, accountId, {
    clock: new TestClock(),
    monotonicMs: () => 0,
    pause: () => Promise.resolve(),
    region: () => 'GB',
  });
}

/** Something in every table. */
async function use(address: string): Promise<void> {
  const id = accountIdOf(address);
  new SettingsStore(store).save(address, 'account.displayName', '"A name"', 1);
  new StoredSrvAnswers(store).remember(address, 'example.com', [], 1);
  const messages = new MessageStore(store, id);
  for (let index = 0; index < 450; index += 1) {
    messages.addOutgoing({
      id: `m${index}`,
      peer: bob,
      direction: 'out',
      body: 'b',
      sentAtMs: index,
      state: 'sending',
    });
  }
  messages.setArchivePosition('a');
  new DeletedChatsStore(store, id).deleteChat('carol@example.com', 1);
  new RosterStore(store, id).put({ jid: bob, name: '', groups: [], subscription: 'both', pendingOut: false });
  new OwnPresence({ store, accountId: id, publish: () => 1 }).set('busy', '');
  const history = new HistoryStore(store, id);
  history.callStarted({ id: 'c', direction: 'in', number: '1', startedAtMs: 1 });
  history.clearBefore('chats', 1);
  const known = people(id);
  const dn = `cn=${address}`;
  await known.putEntries([
    { id: personIdOf(dn), dn, name: 'Zoe', numbers: [{ kind: 'work', shown: '6101' }], hasPhoto: true, aliases: [] },
  ]);
  known.putPhoto(personIdOf(dn), { mimeType: 'image/png', bytes: Buffer.from('p') });
  known.setContacts([{ jid: bob, name: 'Bob' }]);
  known.noteRecent({ name: 'Bob', jid: bob, atMs: 1 });
  const voicemail = new VoicemailStore(store, id);
  voicemail.replace('box', [{ id: 'v', number: '1', receivedAtMs: 1, durationS: 1, heard: true, urgent: false }]);
  voicemail.putAudio('box', 'v', { mimeType: 'audio/wav', bytes: Buffer.from('s'), durationS: 1 }, 1);
  new InstanceStore(store, id).get();
}

/** How many rows each table has of the account. */
function rowsOf(address: string): ReadonlyMap<string, number> {
  const tables = store.db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all() as string[];
  return new Map(
    tables
      .filter((table) => !ofNobody.test(table))
      .map((table) => {
        const columns = store.db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
        const column = columns.find((name) => name === 'account_id' || name === 'account') ?? 'account_id';
        const count = store.db.prepare(`SELECT count(*) FROM ${table} WHERE ${column} IN (?, ?)`).pluck();
        return [table, count.get(accountIdOf(address), address) as number];
      }),
  );
}

function accountData(): AccountData {
  return new AccountData({
    store,
    address: () => alice,
    signOut: (forgetPassword) =>
      Promise.resolve({ data: ['Your messages'], password: forgetPassword ? [] : ['Your password'] }),
    forgetPeople: (accountId) => people(accountId).forget(),
    forgetSecrets: (address) => {
      forgotten.push(`secrets of ${address}`);
      return Promise.resolve();
    },
    forgetSettings: (address) => {
      forgotten.push(`settings of ${address}`);
    },
    pause: () => Promise.resolve(),
    archiveFolder: () => '/archive',
    backupFolder: '/nowhere',
    log: silentLogger,
  });
}

describe('signing out', () => {
  test('removes everything of the account where that was chosen, and nothing of another', async () => {
    await use(alice);
    await use(bob);
    new SettingsStore(store).save(machineOwner, 'window.theme', '"dark"', 1);
    // A table that is empty here would prove nothing.
    expect([...rowsOf(alice)].filter(([, rows]) => rows === 0)).toEqual([]);
    const before = rowsOf(bob);
    const { stays } = await accountData().signOut({ forgetPassword: false, forgetData: true });
    expect([...rowsOf(alice)].filter(([, rows]) => rows > 0)).toEqual([]);
    expect(rowsOf(bob)).toEqual(before);
    expect(people(accountIdOf(alice)).search('zoe').people).toEqual([]);
    expect(people(accountIdOf(bob)).search('zoe').people).toHaveLength(1);
    expect(forgotten).toEqual([`settings of ${alice}`, `secrets of ${alice}`]);
    expect(stays.join(' ')).toContain('/archive');
    expect(stays.join(' ')).not.toMatch(/Your (messages|password)/);
  });

  test('keeps everything otherwise, and says so', async () => {
    await use(alice);
    const before = rowsOf(alice);
    const { stays } = await accountData().signOut({ forgetPassword: true, forgetData: false });
    expect(rowsOf(alice)).toEqual(before);
    expect(stays).toEqual(['Your messages']);
    expect(forgotten).toEqual([]);
  });
});
