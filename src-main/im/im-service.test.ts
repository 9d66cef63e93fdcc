import { xml } from '@xmpp/client';
import type { Element } from '@xmpp/xml';
import { afterEach, describe, expect, test } from 'vitest';
import { bob, endWorlds, migrated, newWorld, own, signedIn } from './im-world.test-support.ts';
import { namespaces } from './namespaces.ts';

afterEach(endWorlds);

test('before sign-in the cached people and chats are there, and nothing goes over the network', async () => {
  const db = migrated();
  const first = await signedIn(db);
  first.deliver('hello');
  await first.until('stored', () => first.bodies().length === 1);
  const second = await newWorld(db).start();
  expect(second.topic('roster').contacts).toMatchObject([{ jid: bob, name: 'Bob', presence: { state: 'unknown' } }]);
  expect(second.topic('conversations')).toMatchObject({
    unread: 1,
    conversations: [{ peer: bob, name: 'Bob', lastBody: 'hello', unread: 1 }],
  });
  expect(second.server.dialled).toEqual([]);
  expect(second.health.at(-1)?.state).toBe('off');
});

describe('a message of ours', () => {
  test('is stored and shown as sending, and as sent when the server has acknowledged it', async () => {
    const world = await signedIn();
    const { message } = world.service.send({ peer: 'Bob@Example.com', body: 'hi' });
    expect(message).toMatchObject({ peer: bob, state: 'sending' });
    expect(world.bodies('sending')).toEqual(['hi']);
    expect(world.archivedToFile).toEqual([]);
    await world.until('sent', () => world.bodies('sent').length === 1);
    expect(world.shown.map(({ id, state }) => [id, state])).toEqual([
      [message.id, 'sending'],
      [message.id, 'sent'],
    ]);
    expect(world.archivedToFile).toEqual(['hi']);
  });

  test('written while offline waits, over restarts, and goes out in order', async () => {
    const db = migrated();
    const offline = await newWorld(db).start();
    for (const body of ['one', 'two', 'three']) offline.service.send({ peer: bob, body });
    await offline.service.stop();
    const world = await signedIn(db);
    await world.until('sent', () => world.bodies('sent').length === 3);
    expect(world.takenBodies()).toEqual(['one', 'two', 'three']);
  });

  test('in doubt that the server has is not sent again; one that it has not is, before what was written later', async () => {
    const world = await signedIn();
    world.service.send({ peer: bob, body: 'known' });
    await world.until('sent', () => world.bodies('sent').length === 1);
    const { connection } = world.server.session;
    // The wire takes nothing back any more: acknowledgements are lost, and then what is sent is lost, too.
    if (connection !== undefined) connection.write = () => undefined;
    world.service.send({ peer: bob, body: 'arrived' });
    await world.until('arrived', () => world.takenBodies().includes('arrived'), 0);
    world.server.isReachable = false;
    world.server.sessions.clear();
    world.service.send({ peer: bob, body: 'lost' });
    world.server.cut();
    await world.until('down', () => world.health.at(-1)?.state === 'reconnecting');
    world.service.send({ peer: bob, body: 'later' });
    world.server.isReachable = true;
    await world.until('all sent', () => world.bodies('sent').length === 4, 100);
    expect(world.takenBodies()).toEqual(['known', 'arrived', 'lost', 'later']);
  });

  test('in doubt is found in the archive also when messages to us came after it', async () => {
    const world = await signedIn();
    const receive = async (body: string): Promise<void> => {
      world.archive.push({ id: `a-${body}`, from: bob, to: own, body, messageId: `id-${body}` });
      world.deliver(body, xml('stanza-id', { xmlns: namespaces.stanzaIds, by: own, id: `a-${body}` }));
      await world.until('received', () => world.bodies().includes(body));
    };
    await receive('before');
    const { connection } = world.server.session;
    const write = connection?.write.bind(connection);
    if (connection !== undefined) {
      connection.write = (text) => {
        if (!text.startsWith('<a ')) write?.(text);
      };
    }
    world.service.send({ peer: bob, body: 'arrived' });
    await world.until('arrived', () => world.takenBodies().includes('arrived'), 0);
    await receive('after');
    world.server.sessions.clear();
    world.server.cut();
    await world.until('sent', () => world.bodies('sent').includes('arrived'), 100);
    expect(world.takenBodies()).toEqual(['arrived']);
    expect([...world.bodies()].sort()).toEqual(['after', 'arrived', 'before']);
  });

  test('in doubt at a server without archive is the person’s to send again', async () => {
    const world = newWorld();
    world.hasArchive = false;
    await world.signIn();
    const { connection } = world.server.session;
    if (connection !== undefined) connection.write = () => undefined;
    const { message } = world.service.send({ peer: bob, body: 'arrived or not' });
    await world.until('arrived', () => world.takenBodies().length === 1, 0);
    world.server.sessions.clear();
    world.server.cut();
    await world.until('failed', () => world.bodies('failed').length === 1, 100);
    expect(world.shown.at(-1)?.failure).toBe('Not sent, the connection dropped. Try again, or delete.');
    expect(world.takenBodies()).toHaveLength(1);
    world.service.retryMessage({ id: message.id });
    await world.until('sent', () => world.bodies('sent').length === 1);
    expect(world.taken.filter((stanza) => stanza.attrs['id'] === message.id)).toHaveLength(2);
  });

  test('that makes the server hang up each time is given up after three times, and holds nothing else up', async () => {
    const world = await signedIn();
    world.poison = 'poison';
    world.service.send({ peer: bob, body: 'poison' });
    await world.until('given up', () => world.bodies('failed').includes('poison'), 100);
    expect(world.takenBodies()).toEqual(['poison', 'poison', 'poison']);
    world.service.send({ peer: bob, body: 'after it' });
    await world.until('sent', () => world.bodies('sent').includes('after it'), 100);
  });

  test('that comes back fails in plain words, and can be discarded', async () => {
    const world = await signedIn();
    const { message } = world.service.send({ peer: bob, body: 'hi' });
    await world.until('sent', () => world.bodies('sent').length === 1);
    const error = xml('error', { type: 'cancel' }, xml('service-unavailable', { xmlns: namespaces.stanzaErrors }));
    world.server.session.send(xml('message', { from: bob, type: 'error', id: message.id }, error));
    await world.until('failed', () => world.bodies('failed').length === 1);
    expect(world.shown.at(-1)?.failure).toBe('Not delivered. This person cannot be reached by chat now.');
    world.service.discardMessage({ id: message.id });
    expect(world.removed).toEqual([message.id]);
    expect(world.topic('conversations').conversations).toEqual([]);
    expect(() => world.service.discardMessage({ id: message.id })).toThrow('not sent');
    expect(() => world.service.retryMessage({ id: message.id })).toThrow('does not wait');
  });

  test('of a stranger’s error stays as it is', async () => {
    const world = await signedIn();
    const { message } = world.service.send({ peer: bob, body: 'hi' });
    await world.until('sent', () => world.bodies('sent').length === 1);
    world.server.session.send(xml('message', { from: 'mallory@evil.example', type: 'error', id: message.id }));
    world.deliver('after');
    await world.until('taken', () => world.bodies().includes('after'));
    expect(world.bodies('failed')).toEqual([]);
  });

  test('with nothing that can be sent is refused', async () => {
    const world = await signedIn();
    expect(() => world.service.send({ peer: bob, body: ' \u0000 ' })).toThrow('nothing in this message');
  });
});

describe('a message to us', () => {
  test('is stored, archived, shown, counted and told to who looks elsewhere', async () => {
    const world = await signedIn();
    world.deliver('hi');
    await world.until('unread', () => world.topic('conversations').unread === 1);
    expect(world.archivedToFile).toEqual(['hi']);
    expect(world.notified).toEqual(['Bob: hi']);
    const { revision } = world.service.markRead({ peer: bob });
    expect(world.hub.revision('conversations')).toBe(revision);
    expect(world.topic('conversations').unread).toBe(0);
  });

  test('that comes twice by different ways is one', async () => {
    const world = await signedIn();
    const stanzaId = xml('stanza-id', { xmlns: namespaces.stanzaIds, by: own, id: 'a-1' });
    world.deliver('hi', stanzaId);
    world.deliver('hi', stanzaId);
    world.deliver('end');
    await world.until('end', () => world.bodies().includes('end'));
    expect(world.bodies()).toEqual(['hi', 'end']);
  });

  test('is confirmed to a contact who asks, and not to a stranger', async () => {
    const world = await signedIn();
    const request = (): Element => xml('request', { xmlns: namespaces.receipts });
    world.deliver('hi', request());
    world.server.session.send(
      xml('message', { from: 'mallory@evil.example/x', id: 'm' }, xml('body', null, 'spy'), request()),
    );
    await world.until('receipt', () => world.taken.some((stanza) => stanza.getChild('received') !== undefined));
    world.deliver('end');
    await world.until('end', () => world.bodies().includes('end'));
    const receipts = world.taken.filter((stanza) => stanza.getChild('received') !== undefined);
    expect(receipts.map((stanza) => [stanza.attrs['to'], stanza.getChild('received')?.attrs['id']])).toEqual([
      [`${bob}/pc`, 'id-hi'],
    ]);
  });

  test('ends the typing that came before it; typing that is never ended is forgotten', async () => {
    const world = await signedIn();
    const composing = (): void => {
      const state = xml('composing', { xmlns: namespaces.chatStates });
      world.server.session.send(xml('message', { from: `${bob}/pc`, type: 'chat' }, state));
    };
    composing();
    composing();
    world.deliver('hi');
    await world.until('ended', () => world.typing.length === 2);
    composing();
    await world.until('forgotten', () => world.typing.length === 4, 500);
    expect(world.typing).toEqual([true, false, true, false]);
  });
});

test('presence is sent as chosen, as on the phone during a call, and not twice', async () => {
  const world = await signedIn();
  const presences = (): readonly (string | null)[] =>
    world.taken
      .filter(({ name }) => name === 'presence')
      .map((stanza) => stanza.getChildText('state') ?? stanza.getChildText('show'));
  world.service.setPresence({ state: 'away', text: '' });
  world.presence.setOnPhone(true);
  world.presence.setOnPhone(false);
  world.service.setPresence({ state: 'away', text: '' });
  await world.until('told', () => presences().length >= 4);
  await world.until('rested', () => world.clock.pending === 1);
  expect(presences()).toEqual([null, 'away', 'onphone', 'away']);
  expect(world.topic('ownPresence')).toEqual({ chosen: 'away', shown: 'away', text: '' });
});

test('what others ask is answered: pings and features with what is so, the rest with an error', async () => {
  const world = await signedIn();
  const before = world.server.received.length;
  world.server.writeRaw(
    `<iq type='get' id='q1' from='${bob}/pc'><ping xmlns='urn:xmpp:ping'/></iq>` +
      `<iq type='get' id='q2' from='${bob}/pc'><query xmlns='${namespaces.discoInfo}'/></iq>` +
      `<iq type='set' id='q3' from='${bob}/pc'><query xmlns='jabber:iq:roster'><item jid='x@evil.example'/></query></iq>`,
  );
  await world.until('answered', () => world.server.received.slice(before).includes('q3'));
  const answers = world.server.received.slice(before);
  expect(answers).toMatch(/id="q1"[^>]*type="result"/);
  expect(answers).toContain('urn:xmpp:receipts');
  expect(answers).toMatch(/id="q3"[^>]*type="error"/);
  expect(world.topic('roster').contacts).toHaveLength(1);
});

test('health says in plain words that chat is offline and what happens to messages', async () => {
  const world = await signedIn();
  expect(world.health.at(-1)).toMatchObject({ service: 'chat', state: 'ok', server: 'one:5222' });
  world.server.isReachable = false;
  world.server.cut();
  await world.until('offline', () => world.health.at(-1)?.state === 'reconnecting');
  expect(world.health.at(-1)?.message).toBe(
    'Chat is offline. Messages you write are sent when the connection returns.',
  );
  await world.until('shown as offline', () => world.topic('ownPresence').shown === 'offline', 500);
  await world.service.disconnect();
  expect(world.health.at(-1)?.state).toBe('off');
});
