import { describe, expect, test } from 'vitest';
import { account } from './accounts.ts';
import { chatLab } from './chat-rig.test-support.ts';
import type { TestClient } from './chat-rig.test-support.ts';
import { until } from './wait.ts';

/** Where messages, contacts and requests are lost or doubled if anywhere; against the real server. */

const chat = chatLab();
let number = 0;

/** A text that no test before used: the server's archive remembers them all. */
function text(what: string): string {
  number += 1;
  return `${what} ${String(number)}`;
}

function count(bodies: readonly string[], body: string): number {
  return bodies.filter((one) => one === body).length;
}

describe('a wire that dies between a message and its acknowledgement', () => {
  test.each([
    ['the server has the message, and remembers the session', 'isDeaf', false],
    ['the message never came, and the server remembers the session', 'isMute', false],
    ['the server has the message and was restarted: its archive tells', 'isDeaf', true],
    ['the message never came and the server was restarted: its archive tells', 'isMute', true],
  ] as const)(
    '%s: it arrives once',
    async (_name, side, restart) => {
      const proxy = chat.rig.proxy();
      const alice = await chat.rig.client('alice', await proxy.listen()).signIn();
      const dave = await chat.rig.client('dave').signIn();
      const [before, doubtful, later] = [text('before'), text('doubtful'), text('later')];
      alice.service.send({ peer: dave.address, body: before });
      await until('the first', () => alice.bodies('dave', 'out', 'sent').includes(before));

      proxy[side] = true;
      alice.service.send({ peer: dave.address, body: doubtful });
      if (side === 'isDeaf') await until('delivery', () => dave.bodies('alice', 'in').includes(doubtful));
      expect(alice.bodies('dave', 'out', 'sending')).toEqual([doubtful]);
      proxy.isDown = true;
      proxy.cut();
      await until('the cut to be noticed', () => alice.state === 'reconnecting');
      alice.service.send({ peer: dave.address, body: later });
      if (restart) await chat.lab.prosody.restart();
      proxy[side] = false;
      proxy.isDown = false;

      await until('all to be sent', () => alice.bodies('dave', 'out', 'sending').length === 0, 30_000);
      await until('delivery', () => dave.bodies('alice', 'in').includes(later), 30_000);
      expect(alice.bodies('dave', 'out', 'failed')).toEqual([]);
      for (const body of [before, doubtful, later]) expect(count(dave.bodies('alice', 'in'), body), body).toBe(1);
      const arrived = dave.bodies('alice', 'in').filter((body) => [before, doubtful, later].includes(body));
      expect(arrived).toEqual([before, doubtful, later]);
    },
    60_000,
  );
});

test('what comes directly, as a carbon and from the archive is one message in each place', async () => {
  const dave = await chat.rig.client('dave').signIn();
  const desk = await chat.rig.client('alice', undefined, { place: 'desk' }).signIn();
  const laptop = await chat.rig.client('alice', undefined, { place: 'laptop' }).signIn();
  const [asked, answered, missed] = [text('asked at the desk'), text('answered'), text('while the laptop slept')];
  desk.service.send({ peer: dave.address, body: asked });
  await until('the carbon', () => laptop.bodies('dave', 'out').includes(asked));
  dave.service.send({ peer: desk.address, body: answered });
  await until('both', () => [desk, laptop].every((place) => place.bodies('dave', 'in').includes(answered)));

  // The laptop sleeps, and reads the archive when it wakes: the same messages once more, and what it missed.
  await laptop.service.disconnect();
  desk.service.send({ peer: dave.address, body: missed });
  await until('sent', () => desk.bodies('dave', 'out', 'sent').includes(missed));
  await laptop.signIn();
  await until('what was missed', () => laptop.bodies('dave', 'out').includes(missed));
  // A place that never saw any of it.
  const fresh = await chat.rig.client('alice', undefined, { place: 'fresh' }).signIn();
  await until('the archive', () => fresh.bodies('dave', 'out').includes(missed));
  for (const place of [desk, laptop, fresh]) {
    for (const body of [asked, missed]) expect(count(place.bodies('dave', 'out'), body), body).toBe(1);
    expect(count(place.bodies('dave', 'in'), answered)).toBe(1);
  }
  expect(count(dave.bodies('alice', 'in'), asked)).toBe(1);
});

describe('the contact list, changed elsewhere', () => {
  const contact = (client: TestClient, user: string) =>
    client.topic('roster').contacts.find(({ jid }) => jid === account(user).address);

  test('a contact, a new name and a group that nobody here knew come by roster push', async () => {
    const desk = await chat.rig.client('mallory', undefined, { place: 'desk' }).signIn();
    const laptop = await chat.rig.client('mallory', undefined, { place: 'laptop' }).signIn();
    await desk.service.addContact({ jid: account('oscar').address, name: 'Oscar', groups: [] });
    await until('the contact', () => contact(laptop, 'oscar') !== undefined);
    const groups = ['Skunkworks & “friends”', 'Second floor'];
    await desk.service.updateContact({ jid: account('oscar').address, name: 'Oscar N.', groups });
    await until('the groups', () => contact(laptop, 'oscar')?.name === 'Oscar N.');
    expect([...(contact(laptop, 'oscar')?.groups ?? [])].sort()).toEqual([...groups].sort());
    await desk.service.removeContact({ jid: account('oscar').address });
    await until('the removal', () => contact(laptop, 'oscar') === undefined);
  });

  test('a request that is denied is gone here and on the other computer, and stays gone', async () => {
    const oscar = await chat.rig.client('oscar', undefined, { place: 'desk' }).signIn();
    const laptop = await chat.rig.client('oscar', undefined, { place: 'laptop' }).signIn();
    const mallory = await chat.rig.client('mallory').signIn();
    const asks = (client: TestClient): boolean =>
      client.topic('roster').requests.some(({ jid }) => jid === mallory.address);
    await mallory.service.addContact({ jid: oscar.address, name: 'Oscar', groups: [] });
    await until('the request', () => asks(oscar) && asks(laptop));
    oscar.service.deny({ jid: mallory.address });
    expect(asks(oscar)).toBe(false);
    await until('the refusal', () => contact(mallory, 'oscar')?.pendingOut === false);
    expect(contact(mallory, 'oscar')).toMatchObject({ subscription: 'none', presence: { state: 'unknown' } });
    // The server keeps requests that nobody answered, and tells them again at each sign-in.
    await oscar.service.disconnect();
    await oscar.signIn();
    expect(asks(oscar)).toBe(false);
    await mallory.service.removeContact({ jid: oscar.address });
  });
});
