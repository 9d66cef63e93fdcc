import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { tlsOptionsFor } from '../core/tls-trust.ts';
import { audioAnswer, closeAll, config, listed, serve, signIn, sound, trust } from './fake-imap.test-support.ts';
import { ImapSession } from './imap-session.ts';
import { defaultImapTiming } from './imap-timing.ts';

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

test('another mailbox whose messages have the same ids plays its own sound, and has its own lengths', async () => {
  let mailbox = 'Voicemail';
  const other = Buffer.concat([sound, Buffer.alloc(16_000, 0x7f)]);
  // The length of the samples stands before them.
  other.writeUInt32LE(20_000, other.length - 20_000 - 4);
  const server = await serve((command, tag) =>
    /^UID FETCH/i.test(command) && mailbox === 'Other' ? `${audioAnswer(other)}\r\n${tag} OK done` : undefined,
  );
  const client = await signIn(server, {}, () => config(server, { mailbox }));
  await listed(client);
  const play = async () => {
    const { base64 } = await client.service.handlers['voicemail.audio']({ id: '5-12' }, 'w');
    return base64;
  };
  expect(await play()).toBe(sound.toString('base64'));
  const lengthS = () => client.box().messages.find(({ id }) => id === '5-12')?.durationS;
  expect(lengthS()).toBe(1);
  mailbox = 'Other';
  await client.service.connect('secret');
  await listed(client);
  expect(lengthS()).toBe(0);
  expect(await play()).toBe(other.toString('base64'));
  expect(lengthS()).toBe(3);
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
