import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src-main/core/clock.ts';
import { probeChat } from '../../src-main/im/probe-chat.ts';
import { TcpTransport } from '../../src-main/im/transport.ts';
import { account } from './accounts.ts';
import { chatLab, config, migrated } from './chat-rig.test-support.ts';
import type { TestClient } from './chat-rig.test-support.ts';
import { startLab } from './lab.ts';
import { until } from './wait.ts';

/** The real server, the real client: only who looks at the screen is missing. */

const chat = chatLab();

test('two people sign in, see each other and chat both ways; the archive has it as text', async () => {
  const alice = await chat.rig.client('alice', chat.rig.prosody).signIn();
  const bob = await chat.rig
    .client('bob', { host: '127.0.0.1', port: chat.lab.prosody.ports.c2sDirectTls }, { directTls: true })
    .signIn();
  await until('presence', () => alice.presenceOf('bob') === 'available');
  expect(alice.presenceOf('carol')).toBe('offline');

  bob.service.setPresence({ state: 'busy', text: 'Quarter end' });
  await until('busy', () => alice.presenceOf('bob') === 'busy');
  bob.presence.setOnPhone(true);
  await until('on the phone', () => alice.presenceOf('bob') === 'onphone');
  bob.presence.setOnPhone(false);

  const { message } = alice.service.send({ peer: bob.address, body: 'Grüße & <b>bold</b> 🦜' });
  expect(message.state).toBe('sending');
  await until('delivery', () => bob.bodies('alice', 'in').includes('Grüße & <b>bold</b> 🦜'));
  await until('acknowledgement', () => alice.bodies('bob', 'out', 'sent').length === 1);
  bob.service.send({ peer: alice.address, body: 'two\nlines' });
  await until('answer', () => alice.bodies('bob', 'in').includes('two\nlines'));
  await until('unread', () => alice.topic('conversations').unread === 1);
  alice.service.markRead({ peer: bob.address });
  expect(alice.topic('conversations').unread).toBe(0);

  await alice.archive.stop();
  const file = join(chat.folder, 'alice', alice.address, bob.address);
  const text = readdirSync(file)
    .map((name) => readFileSync(join(file, name), 'utf8'))
    .join('');
  expect(text).toContain('Alice Hargreaves: Grüße & <b>bold</b> 🦜');
  expect(text).toContain('bob@parley.test: two\n    lines');

  // What is deleted counts by the server's clock, which it tells.
  await alice.service.deleteChat({ peer: bob.address });
  const unsettled = alice.db.prepare('SELECT count(*) FROM chats_deleted WHERE deleted_clock_ms IS NOT NULL').pluck();
  await until('the server’s time', () => unsettled.get() === 0);
});

test('2,000 messages each way survive cuts of the wire: none lost, doubled or out of order', async () => {
  const proxy = chat.rig.proxy();
  const alice = await chat.rig.client('alice', await proxy.listen()).signIn();
  const dave = await chat.rig.client('dave', chat.rig.prosody).signIn();
  const count = 2_000;
  const expected = (prefix: string): readonly string[] => Array.from({ length: count }, (_, n) => `${prefix} ${n}`);
  let cuts = 0;
  for (let n = 0; n < count; n += 1) {
    alice.service.send({ peer: dave.address, body: `to dave ${n}` });
    dave.service.send({ peer: alice.address, body: `to alice ${n}` });
    if (n % 400 === 399) {
      const inbound = alice.bodies('dave', 'in').length;
      await until('traffic', () => alice.bodies('dave', 'in').length > inbound);
      cuts += proxy.cut();
    }
  }
  await until('all of alice', () => dave.bodies('alice', 'in').length >= count, 60_000);
  await until('all of dave', () => alice.bodies('dave', 'in').length >= count, 60_000);
  await until('all acknowledged', () => alice.bodies('dave', 'out', 'sent').length === count, 60_000);
  expect(dave.bodies('alice', 'in')).toEqual(expected('to dave'));
  expect(alice.bodies('dave', 'in')).toEqual(expected('to alice'));
  expect(cuts).toBeGreaterThanOrEqual(3);
  expect(proxy.connections).toBeGreaterThan(cuts);
}, 120_000);

test('what was written when the process died is sent once, and what arrived meanwhile is fetched', async () => {
  const proxy = chat.rig.proxy();
  const db = migrated();
  const eve = await chat.rig.client('eve', chat.rig.prosody).signIn();
  const first = await chat.rig.client('alice', await proxy.listen(), { db }).signIn();
  first.service.send({ peer: eve.address, body: 'before' });
  await until('delivery', () => first.bodies('eve', 'out', 'sent').length === 1);
  // The wire goes in the very moment of writing: the server has the message, and its acknowledgement never arrives.
  first.service.send({ peer: eve.address, body: 'in doubt' });
  await until('delivery', () => eve.bodies('alice', 'in').includes('in doubt'));
  db.prepare(`UPDATE messages SET state = 'sending' WHERE body = 'in doubt'`).run();
  proxy.isDown = true;
  proxy.cut();
  first.service.send({ peer: eve.address, body: 'while offline' });
  await first.service.stop();
  eve.service.send({ peer: first.address, body: 'are you there?' });
  await until('sent', () => eve.bodies('alice', 'out', 'sent').includes('are you there?'));

  const second = await chat.rig.client('alice', chat.rig.prosody, { db }).signIn();
  await until('the rest', () => eve.bodies('alice', 'in').includes('while offline'));
  await until('catching up', () => second.bodies('eve', 'in').includes('are you there?'));
  await until('settled', () => second.bodies('eve', 'out', 'sent').length === 3);
  expect(eve.bodies('alice', 'in')).toEqual(['before', 'in doubt', 'while offline']);
  expect(second.bodies('eve', 'in')).toEqual(['are you there?']);
});

test('a frozen server is noticed within seconds and the chat goes on when it thaws', async () => {
  const alice = await chat.rig.client('alice', chat.rig.prosody).signIn();
  const grace = account('grace').address;
  chat.lab.prosody.freeze();
  try {
    alice.service.send({ peer: grace, body: 'into the ice' });
    await until('notice', () => alice.state === 'reconnecting', 20_000);
  } finally {
    chat.lab.prosody.thaw();
  }
  await until('back', () => alice.state === 'ok', 30_000);
  await until('sent', () => alice.bodies('grace', 'out', 'sent').length === 1, 30_000);
}, 60_000);

test('a wrong password is tried once, and a new one goes on', async () => {
  const proxy = chat.rig.proxy();
  const client = chat.rig.client('alice', await proxy.listen());
  client.presence.start();
  await client.service.start();
  client.service.connect('wrong');
  await until('refusal', () => client.state === 'failed');
  client.service.networkChanged();
  client.service.wake();
  expect(client.health.at(-1)?.message).toBe(
    'The chat server did not accept your password. Chat is off until you enter it again.',
  );
  expect(proxy.connections).toBe(1);
  client.service.connect(account('alice').password);
  await until('sign-in', () => client.state === 'ok');
});

test('probing tells good from wrong, and a stranger to the domain', async () => {
  const deps = {
    transport: new TcpTransport(chat.rig.trust),
    resolve: () => Promise.resolve([]),
    clock: systemClock,
    random: Math.random,
  };
  expect(await probeChat(config('alice', chat.rig.prosody), account('alice').password, deps)).toMatchObject({
    outcome: 'ok',
  });
  expect(await probeChat(config('alice', chat.rig.prosody), 'wrong', deps)).toMatchObject({ outcome: 'denied' });
  const stranger = { ...config('alice', chat.rig.prosody), jid: 'alice@elsewhere.test' };
  expect(await probeChat(stranger, 'x', deps)).toMatchObject({ outcome: 'never' });
  const nobody = { ...config('alice', chat.rig.prosody), servers: [{ host: '127.0.0.1', port: 9 }] };
  expect(await probeChat(nobody, 'x', deps)).toMatchObject({ outcome: 'later' });
  const untrusting = { ...deps, transport: new TcpTransport({ extraCa: [], useSystemStore: false }) };
  const unknown = await probeChat(config('alice', chat.rig.prosody), 'x', untrusting);
  expect(unknown.outcome).toBe('never');
  expect(unknown.message).toContain('authority');
});

test('contacts are added with a request, approved, renamed and removed', async () => {
  const mallory = await chat.rig.client('mallory', chat.rig.prosody).signIn();
  const oscar = await chat.rig.client('oscar', chat.rig.prosody).signIn();
  const contact = (client: TestClient, peer: TestClient) =>
    client.topic('roster').contacts.find(({ jid }) => jid === peer.address);
  await mallory.service.addContact({ jid: oscar.address, name: 'Oscar', groups: ['Trainees'] });
  expect(contact(mallory, oscar)).toMatchObject({ name: 'Oscar', groups: ['Trainees'], pendingOut: true });
  await until('request', () => oscar.topic('roster').requests.some(({ jid }) => jid === mallory.address));
  oscar.service.approve({ jid: mallory.address });
  await until('presence', () => contact(mallory, oscar)?.presence.state === 'available');
  expect(oscar.topic('roster').requests).toEqual([]);
  await mallory.service.updateContact({ jid: oscar.address, name: 'Oscar N.', groups: [] });
  expect(contact(mallory, oscar)).toMatchObject({ name: 'Oscar N.', groups: [], subscription: 'to' });
  await mallory.service.removeContact({ jid: oscar.address });
  expect(contact(mallory, oscar)).toBeUndefined();
});

test('a message to nobody fails in plain words and can be discarded', async () => {
  const alice = await chat.rig.client('alice', chat.rig.prosody).signIn();
  const { message } = alice.service.send({ peer: 'nobody@parley.test', body: 'hello?' });
  const failed = await until('failure', () =>
    alice.messages.find(({ id, state }) => id === message.id && state === 'failed'),
  );
  expect(failed.failure).toMatch(/^Not delivered\. /);
  alice.service.discardMessage({ id: message.id });
  expect(alice.service.page({ peer: 'nobody@parley.test', limit: 10 }).messages).toEqual([]);
});

test('an expired certificate is refused in plain words, and the password is not sent', async () => {
  const other = await startLab({ servers: ['prosody'], certificates: { prosody: 'expired' } });
  try {
    const server = { host: '127.0.0.1', port: other.prosody.ports.c2s };
    const deps = {
      transport: new TcpTransport(chat.rig.trust),
      resolve: () => Promise.resolve([]),
      clock: systemClock,
      random: Math.random,
    };
    const result = await probeChat(config('alice', server), account('alice').password, deps);
    expect(result.outcome).toBe('never');
    expect(result.message).toContain('has expired');
    expect(other.prosody.log()).not.toContain('Authenticated as');
  } finally {
    await other.stop();
  }
}, 60_000);
