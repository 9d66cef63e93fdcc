import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OwnPresence } from '../contract/people.ts';
import { limits } from '../limits.ts';
import { ContractRig, wires } from './contract-rig.test-support.ts';

describe.each(wires)('topics and events over %s', (_name, createTransport) => {
  let rig: ContractRig;
  beforeEach(async () => {
    rig = new ContractRig(createTransport());
    await rig.start();
  });
  afterEach(() => rig.stop());

  const presence = (text: string): OwnPresence => ({ chosen: 'available', shown: 'available', text });

  describe('topics', () => {
    test('bring the current snapshot on subscribing, and every change', async () => {
      rig.hub.publish('ownPresence', presence('first'));
      const client = await rig.connect();
      client.subscribe('ownPresence', () => undefined);
      await expect.poll(() => client.snapshot('ownPresence')?.text).toBe('first');
      rig.hub.publish('ownPresence', presence('second'));
      rig.clock.advance(limits.topicIntervalMs);
      await expect.poll(() => client.snapshot('ownPresence')?.text).toBe('second');
    });

    test('that change many times in one turn come once, as they are in the end', async () => {
      const client = await rig.connect();
      const seen: string[] = [];
      client.subscribe('ownPresence', () => seen.push(client.snapshot('ownPresence')?.text ?? ''));
      for (let change = 1; change <= 100; change += 1) rig.hub.publish('ownPresence', presence(String(change)));
      await expect.poll(() => seen).toEqual(['100']);
    });

    test('follow closely after a quiet time, then come once in 50 ms, and the last state is exact', async () => {
      rig.handlers['app.report'] = () => ({ text: '' });
      const client = await rig.connect();
      const seen: string[] = [];
      client.subscribe('ownPresence', () => seen.push(client.snapshot('ownPresence')?.text ?? ''));
      const burst = Array.from({ length: limits.topicBurst }, (_, index) => String(index));
      for (const text of burst) {
        rig.hub.publish('ownPresence', presence(text));
        await expect.poll(() => seen.at(-1)).toBe(text);
      }
      for (let change = 1; change <= 100; change += 1) {
        rig.hub.publish('ownPresence', presence(`later ${change}`));
        await rig.clock.run();
      }
      await rig.clock.run(limits.topicIntervalMs - 1);
      // What had been sent before this answer would be here.
      await client.call('app.report', null);
      expect(seen).toEqual(burst);
      await rig.clock.run(1);
      await expect.poll(() => seen).toEqual([...burst, 'later 100']);
    });

    test('are held back until the window acknowledged the last', async () => {
      const client = await rig.connect();
      const held: string[] = [];
      let blocked = true;
      const { wire } = rig;
      const send = wire.send.bind(wire);
      wire.send = (message) => {
        if (blocked && message.includes('"topic"')) held.push(message);
        else send(message);
      };
      client.subscribe('ownPresence', () => undefined);
      rig.hub.publish('ownPresence', presence('first'));
      await expect.poll(() => held.length).toBe(1);
      for (let change = 0; change < 50; change += 1) {
        rig.hub.publish('ownPresence', presence(`later ${change}`));
        rig.clock.advance(limits.topicIntervalMs);
      }
      expect(held).toHaveLength(1);
      blocked = false;
      for (const message of held) send(message);
      await expect.poll(() => client.snapshot('ownPresence')?.text).toBe('later 49');
    });

    test('keep coming when the clock is set back', async () => {
      const client = await rig.connect();
      client.subscribe('ownPresence', () => undefined);
      rig.hub.publish('ownPresence', presence('before'));
      await expect.poll(() => client.snapshot('ownPresence')?.text).toBe('before');
      rig.clock.jump(-3_600_000);
      rig.hub.publish('ownPresence', presence('after'));
      rig.clock.advance(limits.topicIntervalMs);
      await expect.poll(() => client.snapshot('ownPresence')?.text).toBe('after');
    });

    test('that do not exist are not subscribed', async () => {
      rig.handlers['app.report'] = () => ({ text: '' });
      const client = await rig.connect();
      client.subscribe('__proto__' as never, () => undefined);
      client.subscribe('toString' as never, () => undefined);
      await client.call('app.report', null);
      expect(rig.hub.revision('__proto__')).toBe(0);
      expect(rig.serverBugs).toEqual([]);
    });

    test('keep the identity of what did not change', async () => {
      const contact = (jid: string, text: string) => ({ jid, text });
      const client = await rig.connect();
      client.subscribe('roster', () => undefined);
      const roster = (...contacts: unknown[]) => ({ state: 'ready', contacts, requests: [] }) as never;
      rig.hub.publish('roster', roster(contact('a@x', 'one'), contact('b@x', 'two')));
      await expect.poll(() => client.snapshot('roster')?.contacts.length).toBe(2);
      const before = client.snapshot('roster');
      rig.hub.publish('roster', roster(contact('b@x', 'two'), contact('a@x', 'changed')));
      rig.clock.advance(limits.topicIntervalMs);
      await expect.poll(() => client.snapshot('roster')).not.toBe(before);
      const after = client.snapshot('roster');
      expect(after?.contacts[0]).toBe(before?.contacts[1]);
      expect(after?.contacts[1]).not.toBe(before?.contacts[0]);
      expect(after?.requests).toBe(before?.requests);
    });
  });

  describe('events', () => {
    const typing = (peer: string) => ({ peer, typing: true });

    test('come once, in order', async () => {
      const client = await rig.connect();
      const heard: string[] = [];
      client.onEvent('chat.typing', ({ peer }) => heard.push(peer));
      for (let event = 0; event < 300; event += 1) rig.service.emit('chat.typing', typing(`${event}@x`));
      await expect.poll(() => heard.length).toBe(300);
      expect(heard).toEqual(Array.from({ length: 300 }, (_none, event) => `${event}@x`));
    });

    test('are acknowledged, so that nothing piles up', async () => {
      const client = await rig.connect();
      let heard = 0;
      client.onEvent('chat.typing', () => (heard += 1));
      rig.service.emit('chat.typing', typing('a@x'));
      await expect.poll(() => heard).toBe(1);
      expect(rig.service.backlogBytes).toBeGreaterThan(0);
      rig.clock.advance(20);
      await expect.poll(() => rig.service.backlogBytes).toBe(0);
    });

    test('that got lost on the way are noticed', async () => {
      const client = await rig.connect();
      let gaps = 0;
      const heard: string[] = [];
      client.onGap(() => (gaps += 1));
      client.onEvent('chat.typing', ({ peer }) => heard.push(peer));
      const { wire } = rig;
      const send = wire.send.bind(wire);
      rig.service.emit('chat.typing', typing('a@x'));
      wire.send = () => undefined;
      rig.service.emit('chat.typing', typing('lost@x'));
      // The message leaves in a microtask: the wire must stay cut until then.
      await Promise.resolve();
      wire.send = send;
      rig.service.emit('chat.typing', typing('b@x'));
      await expect.poll(() => heard).toEqual(['a@x', 'b@x']);
      expect(gaps).toBe(1);
    });
  });

  test('a slow reader costs less than 1 MB, sees the gap, and ends on the exact last state', async () => {
    const client = await rig.connect();
    const { wire } = rig;
    const send = wire.send.bind(wire);
    const stuck: string[] = [];
    wire.send = (message) => {
      stuck.push(message);
    };
    const bytesStuck = () => stuck.reduce((sum, message) => sum + message.length, 0);
    let gaps = 0;
    let heard = 0;
    client.onGap(() => (gaps += 1));
    client.onEvent('chat.typing', () => (heard += 1));
    client.subscribe('ownPresence', () => undefined);

    for (let round = 0; round < 4_000; round += 1) {
      rig.service.emit('chat.typing', { peer: `${'x'.repeat(1_000)}@${round}`, typing: true });
      rig.hub.publish('ownPresence', presence(`state ${round}`));
      rig.clock.advance(limits.topicIntervalMs);
    }
    await expect.poll(() => stuck.length).toBeGreaterThan(100);
    expect(rig.service.backlogBytes).toBeLessThanOrEqual(limits.eventBacklogBytes);
    expect(bytesStuck()).toBeLessThan(1_000_000);
    expect(bytesStuck()).toBeGreaterThan(100_000);

    wire.send = send;
    const sent = stuck.length;
    for (const message of stuck) send(message);
    await expect.poll(() => heard).toBeGreaterThan(sent - 10);
    await expect
      .poll(() => {
        rig.clock.advance(limits.topicIntervalMs);
        return client.snapshot('ownPresence')?.text;
      })
      .toBe('state 3999');
    await expect.poll(() => gaps).toBe(1);
    const before = heard;
    rig.service.emit('chat.typing', { peer: 'after@x', typing: false });
    await expect.poll(() => heard).toBe(before + 1);
    expect(gaps).toBe(1);
  });
});
