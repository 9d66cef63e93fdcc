import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { tlsOptionsFor } from '../core/tls-trust.ts';
import { closeAll, config, listed, serve, signIn, trust } from './fake-imap.test-support.ts';
import { ImapSession, defaultImapTiming } from './imap-session.ts';

afterEach(closeAll);

test('with another mailbox nothing is done by the list of the one before, which is shown until the new one is there', async () => {
  const told: string[] = [];
  let mailbox = 'Voicemail';
  let isListing = true;
  const server = await serve((command) => {
    if (/STORE|EXPUNGE|^UID FETCH/i.test(command)) told.push(command);
    return /^FETCH/i.test(command) && !isListing ? null : undefined;
  });
  const client = await signIn(server, {}, () => config(server, { mailbox }));
  const { mailbox: before } = await listed(client);
  mailbox = 'Other';
  isListing = false;
  await client.service.connect('secret');
  await expect.poll(() => client.health.at(-1)?.state).toBe('ok');
  expect(client.box()).toMatchObject({ state: 'loading', messages: [{ id: '5-12' }, { id: '5-11' }] });
  // What stands in it is no news.
  expect(client.box().mailbox).not.toBe(before);
  const { handlers } = client.service;
  await expect(handlers['voicemail.delete']({ id: '5-12' }, 'w')).rejects.toThrow('was not deleted');
  await expect(handlers['voicemail.markHeard']({ id: '5-12', heard: true }, 'w')).rejects.toThrow('was not marked');
  await expect(handlers['voicemail.audio']({ id: '5-12' }, 'w')).rejects.toThrow('cannot be played here right now');
  expect(told).toEqual([]);
});

test('a place of before the server numbered the mailbox anew is no place any more', async () => {
  const told: string[] = [];
  const server = await serve((command) => {
    if (/STORE|EXPUNGE|^UID FETCH/i.test(command)) told.push(command);
    return undefined;
  });
  const session = await ImapSession.open(server, {
    ...{ config: config(server), password: 'secret', clock: systemClock, timing: defaultImapTiming },
    tls: tlsOptionsFor(trust),
    signal: new AbortController().signal,
    changed: () => undefined,
    lost: () => undefined,
  });
  const [newest] = await session.list();
  if (newest === undefined) throw new Error('nothing listed');
  const before = { ...newest, message: { ...newest.message, id: '4-12' } };
  await expect(session.delete(before)).rejects.toThrow('no longer on the server');
  await expect(session.setHeard(before, true)).rejects.toThrow('no longer on the server');
  await expect(session.audio(before)).rejects.toThrow('no longer on the server');
  expect(told).toEqual([]);
  await session.setHeard(newest, true);
  expect(told).toHaveLength(1);
  await session.close();
});
