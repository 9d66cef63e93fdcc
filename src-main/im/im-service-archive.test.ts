import type Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import type { Archived } from './im-world.test-support.ts';
import { bob, endWorlds, migrated, newWorld, own, signedIn } from './im-world.test-support.ts';

afterEach(endWorlds);

describe('the server’s archive', () => {
  const archived = (number: number): Archived => ({
    id: `old-${number}`,
    from: bob,
    to: own,
    body: `old ${number}`,
    messageId: `m-${number}`,
  });

  /** What an earlier run stored, which had fetched `old 0` and ended. */
  async function afterOneMessage(): Promise<Database.Database> {
    const db = migrated();
    const first = newWorld(db);
    first.archive.push(archived(0));
    await first.signIn();
    await first.until('fetched', () => first.bodies().length === 1);
    await first.service.stop();
    return db;
  }

  test('gives the newest messages at the first sign-in, as no news', async () => {
    const world = newWorld();
    for (let number = 0; number < 1_000; number += 1) world.archive.push(archived(number));
    await world.signIn();
    await world.until('fetched', () => world.bodies().length === 100);
    expect(world.bodies().at(-1)).toBe('old 999');
    expect(world.bodies()[0]).toBe('old 900');
    expect(world.topic('conversations').unread).toBe(0);
    expect(world.notified).toEqual([]);
  });

  test('gives what was missed while signed out, all of it and once', async () => {
    const second = newWorld(await afterOneMessage());
    for (let number = 0; number < 351; number += 1) second.archive.push(archived(number));
    await second.signIn();
    await second.until('fetched', () => second.topic('conversations').unread === 350);
    expect(new Set(second.shown.map(({ body }) => body)).size).toBe(second.shown.length);
  });

  test('that has forgotten our place is read anew', async () => {
    const second = newWorld(await afterOneMessage());
    for (let number = 500; number < 520; number += 1) second.archive.push(archived(number));
    await second.signIn();
    await second.until('fetched', () => second.bodies().includes('old 519'));
    expect(second.bodies()).toHaveLength(21);
  });

  test('does not bring back a chat that was deleted here, and what comes later begins a new one', async () => {
    const db = migrated();
    const first = newWorld(db);
    for (let number = 0; number < 250; number += 1) first.archive.push(archived(number));
    await first.signIn();
    await first.until('fetched', () => first.bodies().length === 100);
    first.service.send({ peer: bob, body: 'mine' });
    await first.until('sent', () => first.bodies('sent').length === 1);
    const { revision } = await first.service.deleteChat({ peer: bob });
    expect(first.hub.revision('conversations')).toBe(revision);
    expect(first.bodies()).toEqual([]);
    expect(first.topic('conversations')).toEqual({ conversations: [], unread: 0 });
    await first.service.stop();
    // The server has forgotten our place: all of it is read anew.
    const second = newWorld(db);
    second.archive.push(archived(240), { ...archived(250), from: 'carol@example.com' });
    await second.signIn();
    await second.until('fetched', () => second.topic('conversations').conversations.length > 0);
    expect(second.topic('conversations').conversations.map(({ peer }) => peer)).toEqual(['carol@example.com']);
    second.deliver('a new chat');
    await second.until('received', () => second.bodies().length > 0);
    expect(second.bodies()).toEqual(['a new chat']);
  });

  test.each(['connected', 'offline'])(
    'gives what was written since a chat was deleted, also where this computer’s clock is an hour ahead (%s)',
    async (how) => {
      const db = migrated();
      const first = newWorld(db);
      const serverMs = first.clock.now() - 3_600_000;
      first.serverAheadMs = -3_600_000;
      first.archive.push({ ...archived(0), atMs: serverMs - 60_000 });
      await first.signIn();
      await first.until('fetched', () => first.bodies().length === 1);
      if (how === 'offline') await first.service.disconnect();
      await first.service.deleteChat({ peer: bob });
      const unsettled = db.prepare('SELECT count(*) FROM chats_deleted WHERE deleted_clock_ms IS NOT NULL').pluck();
      await first.until('told its time', () => how === 'offline' || unsettled.get() === 0);
      await first.service.stop();
      const second = newWorld(db);
      second.serverAheadMs = how === 'offline' ? -3_600_000 : undefined;
      // The server has forgotten our place: all of it is read anew.
      second.archive.push({ ...archived(1), atMs: serverMs - 120_000 }, { ...archived(2), atMs: serverMs + 120_000 });
      await second.signIn();
      await second.until('fetched', () => second.bodies().length > 0);
      expect(second.bodies()).toEqual(['old 2']);
    },
  );

  test('is asked now and then by who appears offline, because the server sends them nothing', async () => {
    const world = await signedIn();
    world.service.setPresence({ state: 'offline', text: '' });
    await world.until('gone', () => world.taken.some((stanza) => stanza.attrs['type'] === 'unavailable'));
    expect(world.topic('roster').contacts[0]?.presence.state).toBe('unknown');
    world.archive.push(archived(7));
    await world.until('fetched', () => world.bodies().includes('old 7'), 500);
  });
});
