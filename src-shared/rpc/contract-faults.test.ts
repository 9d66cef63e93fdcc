import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OwnPresence } from '../contract/people.ts';
import { AppError } from '../errors.ts';
import { ContractRig, codeOf, wires } from './contract-rig.test-support.ts';

describe.each(wires)('faults over %s', (_name, createTransport) => {
  let rig: ContractRig;
  beforeEach(async () => {
    rig = new ContractRig(createTransport());
    await rig.start();
  });
  afterEach(() => rig.stop());

  const presence = (text: string): OwnPresence => ({ chosen: 'available', shown: 'available', text });

  describe('after the wire broke', () => {
    test('the client connects again, subscribes again, tells of the gap, and goes on', async () => {
      rig.handlers['app.report'] = () => ({ text: 'still here' });
      const client = await rig.connect();
      const states: string[] = [];
      let gaps = 0;
      client.onState((state) => states.push(state));
      client.onGap(() => (gaps += 1));
      client.subscribe('ownPresence', () => undefined);
      rig.hub.publish('ownPresence', presence('before'));
      await expect.poll(() => client.snapshot('ownPresence')?.text).toBe('before');

      rig.wire.close();
      await expect.poll(() => states).toEqual(['connecting']);
      rig.hub.publish('ownPresence', presence('meanwhile'));
      expect(client.snapshot('ownPresence')?.text).toBe('before');
      rig.clock.advance(100);
      await expect.poll(() => states).toEqual(['connecting', 'connected']);
      await expect.poll(() => client.snapshot('ownPresence')?.text).toBe('meanwhile');
      expect(gaps).toBe(1);
      expect(await client.call('app.report', null)).toEqual({ text: 'still here' });
    });

    test('a service that is away is asked again, ever more slowly', async () => {
      let attempts = 0;
      let away = false;
      const client = await rig.connect(() => {
        attempts += 1;
        return away ? Promise.reject(new Error('refused')) : rig.transport.connect();
      });
      away = true;
      rig.wire.close();
      await expect.poll(() => client.state).toBe('connecting');
      await rig.clock.run(100);
      expect(attempts).toBe(2);
      await rig.clock.run(499);
      expect(attempts).toBe(2);
      await rig.clock.run(1);
      expect(attempts).toBe(3);
    });

    test('a window that was refused does not ask again, and its calls fail in words', async () => {
      const client = rig.begin(() => Promise.reject(new AppError('denied', 'Open Parley again.')));
      const early = codeOf(client.call('app.report', null));
      await expect.poll(() => client.state).toBe('refused');
      expect(await early).toBe('denied');
      expect(await codeOf(client.call('app.report', null))).toBe('disconnected');
      expect(rig.clock.pending).toBe(0);
    });

    test('a closed client leaves no timer', async () => {
      const client = await rig.connect();
      client.subscribe('ownPresence', () => undefined);
      rig.wire.close();
      await expect.poll(() => client.state).toBe('connecting');
      client.close();
      client.close();
      await expect.poll(() => rig.clock.pending).toBe(0);
      expect(client.state).toBe('closed');
    });
  });

  describe('garbage', () => {
    test.each([
      ['no JSON', 'hello'],
      ['null', 'null'],
      ['a list', '[1,2]'],
      ['no kind', '{"m":"call","a":[]}'],
      ['a method that is no text', '{"t":"q","m":{},"a":[]}'],
      ['arguments that are no list', '{"t":"q","m":"call","a":{}}'],
      ['an answer without a number', '{"t":"s"}'],
    ])('%s ends the connection, and nothing after it acts', async (_what, text) => {
      let acted = false;
      rig.handlers['app.dismissNotice'] = () => {
        acted = true;
        return null;
      };
      const raw = await rig.transport.connect();
      const closed = new Promise<void>((resolve) => {
        raw.onClose(resolve);
      });
      raw.onMessage(() => undefined);
      await expect.poll(() => rig.connections.length).toBe(1);
      raw.send(text);
      raw.send('{"t":"q","i":"1","m":"call","a":["app.dismissNotice",{"index":0}]}');
      await closed;
      expect(acted).toBe(false);
      expect(rig.serverBugs).toHaveLength(1);
    });

    test.each([
      ['an inherited function', '{"t":"q","i":"1","m":"constructor","a":[]}'],
      ['the prototype', '{"t":"q","i":"1","m":"__proto__","a":[]}'],
      ['a call without a name', '{"t":"q","i":"1","m":"call","a":[]}'],
      ['a call by a list', '{"t":"q","i":"1","m":"call","a":[["app.report"],null]}'],
      ['a call by an object', '{"t":"q","i":"1","m":"call","a":[{"toString":"app.report"},null]}'],
      ['subscribing to nothing', '{"t":"q","i":"1","m":"subscribe","a":[{}]}'],
      ['an acknowledgement of nothing', '{"t":"q","i":"1","m":"topicAck","a":[null,{}]}'],
      ['an acknowledgement of the future', '{"t":"q","i":"1","m":"eventAck","a":[1e999]}'],
      ['an answer to nothing', '{"t":"s","i":"none","r":1}'],
    ])('%s does nothing', async (_what, text) => {
      let acted = false;
      rig.handlers['app.report'] = () => {
        acted = true;
        return { text: '' };
      };
      rig.handlers['app.dismissNotice'] = () => null;
      const raw = await rig.transport.connect();
      const answers: string[] = [];
      raw.onMessage((message) => answers.push(message));
      await expect.poll(() => rig.connections.length).toBe(1);
      raw.send(text);
      raw.send('{"t":"q","i":"2","m":"call","a":["app.dismissNotice",{"index":0}]}');
      await expect.poll(() => answers.some((answer) => answer.includes('"i":"2"'))).toBe(true);
      expect(acted).toBe(false);
      expect(rig.serverBugs).toEqual([]);
      raw.close();
    });
  });
});
