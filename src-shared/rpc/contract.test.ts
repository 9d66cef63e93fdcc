import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MainCall } from '../contract/contract.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { ContractClient } from './client.ts';
import { ContractRig, codeOf, wires } from './contract-rig.test-support.ts';

describe.each(wires)('calls over %s', (_name, createTransport) => {
  let rig: ContractRig;
  beforeEach(async () => {
    rig = new ContractRig(createTransport());
    await rig.start();
  });
  afterEach(() => rig.stop());

  /** Calls by a name that the types do not know. */
  const callByName = (client: ContractClient, name: string, input: unknown) =>
    client.call(name as MainCall, input as never);

  describe('calls to the service', () => {
    test('are answered, and say which window asked', async () => {
      rig.handlers['people.dialable'] = ({ text }, clientId) => ({ dial: text, shown: clientId, isEmergency: false });
      const client = await rig.connect();
      expect(await client.call('people.dialable', { text: '1001' })).toEqual({
        dial: '1001',
        shown: 'window-0001',
        isEmergency: false,
      });
    });

    test('that were made before the wire was open are answered when it is', async () => {
      rig.handlers['app.report'] = () => ({ text: 'report' });
      let open: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      const client = rig.begin(() => opened.then(() => rig.transport.connect()));
      const answer = client.call('app.report', null);
      open();
      expect(await answer).toEqual({ text: 'report' });
    });

    test('run side by side, each with its own answer', async () => {
      const waiting = new Map<string, () => void>();
      rig.handlers['people.dialable'] = ({ text }) =>
        new Promise((resolve) => {
          waiting.set(text, () => {
            resolve({ dial: text, shown: null, isEmergency: false });
          });
        });
      const client = await rig.connect();
      const first = client.call('people.dialable', { text: 'first' });
      const second = client.call('people.dialable', { text: 'second' });
      await expect.poll(() => waiting.size).toBe(2);
      waiting.get('second')?.();
      expect((await second).dial).toBe('second');
      waiting.get('first')?.();
      expect((await first).dial).toBe('first');
    });

    test('with a value that does not fit are refused before the handler, and the value is not repeated', async () => {
      let called = false;
      rig.handlers['session.signIn'] = () => {
        called = true;
        return null;
      };
      const client = await rig.connect();
      const error: unknown = await client
        .call('session.signIn', { address: 'alice@example.com', password: 'canary'.repeat(300) })
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'invalid', message: 'That value is not valid.' });
      expect(JSON.stringify(error)).toContain('password: too_big');
      expect(JSON.stringify(error)).not.toContain('canary');
      expect(called).toBe(false);
    });

    test.each([
      'no.suchMethod',
      'constructor',
      '__proto__',
      'toString',
      'hasOwnProperty',
      'media.offer',
      'ownPresence',
      '',
    ])('by the name "%s" are refused', async (name) => {
      const client = await rig.connect();
      expect(await codeOf(callByName(client, name, null))).toBe('unsupported');
      expect(rig.serverBugs).toEqual([]);
    });

    test('that fail as expected bring code, words and detail', async () => {
      rig.handlers['roster.add'] = () => {
        throw new AppError('limit', '200 contacts are the limit. Remove one first.', 'contacts 200');
      };
      const client = await rig.connect();
      await expect(client.call('roster.add', { jid: 'a@b', name: '', groups: [] })).rejects.toMatchObject({
        code: 'limit',
        message: '200 contacts are the limit. Remove one first.',
        detail: 'contacts 200',
      });
    });

    test('that fail by a bug bring a bare internal: its text stays in the log', async () => {
      rig.handlers['app.report'] = () => {
        throw new Error('canary in /home/alice/secret.db');
      };
      const client = await rig.connect();
      const error: unknown = await client.call('app.report', null).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'internal' });
      expect(`${String(error)}${JSON.stringify(error)}`).not.toMatch(/canary|alice|secret/);
      expect(rig.serverBugs).toEqual(['app.report: Error: canary in /home/alice/secret.db']);
    });

    test('whose answer JSON cannot carry cost no connection', async () => {
      rig.handlers['app.report'] = () => ({ text: 10n as never });
      rig.handlers['app.dismissNotice'] = () => null;
      const client = await rig.connect();
      expect(await codeOf(client.call('app.report', null))).not.toBe('no error');
      expect(await client.call('app.dismissNotice', { index: 0 })).toBeNull();
      expect(rig.connections).toHaveLength(1);
      expect(rig.serverBugs[0]).toContain('BigInt');
    });

    test('that are not answered end with the deadline', async () => {
      rig.handlers['app.report'] = () => new Promise(() => undefined);
      const client = await rig.connect();
      const code = codeOf(client.call('app.report', null));
      rig.clock.advance(limits.mainCallDeadlineMs);
      expect(await code).toBe('timeout');
    });

    test('that were given up while the wire was down are not made when it is back', async () => {
      let placed = 0;
      rig.handlers['calls.place'] = () => {
        placed += 1;
        return { callId: 'one', revision: 1 };
      };
      rig.handlers['app.report'] = () => ({ text: '' });
      let open: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      const client = rig.begin(() => opened.then(() => rig.transport.connect()));
      const code = codeOf(client.call('calls.place', { target: '1001' }));
      rig.clock.advance(limits.mainCallDeadlineMs);
      expect(await code).toBe('timeout');
      open();
      await client.call('app.report', null);
      expect(placed).toBe(0);
    });

    test('end with `disconnected` when the wire breaks in mid-call', async () => {
      let asked = false;
      rig.handlers['app.report'] = () => {
        asked = true;
        return new Promise(() => undefined);
      };
      const client = await rig.connect();
      const code = codeOf(client.call('app.report', null));
      await expect.poll(() => asked).toBe(true);
      rig.wire.close();
      expect(await code).toBe('disconnected');
    });
  });

  describe('calls to the window', () => {
    test('are answered', async () => {
      rig.rendererHandlers['media.mute'] = ({ callId, muted }) => {
        expect({ callId, muted }).toEqual({ callId: 'one', muted: true });
        return null;
      };
      await rig.connect();
      expect(await rig.service.call('media.mute', { callId: 'one', muted: true })).toBeNull();
    });

    test('have a deadline of three seconds', async () => {
      rig.rendererHandlers['media.mute'] = () => new Promise(() => undefined);
      await rig.connect();
      const code = codeOf(rig.service.call('media.mute', { callId: 'one', muted: true }));
      rig.clock.advance(limits.rendererCallDeadlineMs - 1);
      rig.clock.advance(1);
      expect(await code).toBe('timeout');
    });

    test('with an answer that does not fit are refused: a window is not trusted', async () => {
      rig.rendererHandlers['media.offer'] = () => ({ sdp: 5 as never });
      await rig.connect();
      const input = { callId: 'one', kinds: ['audio' as const], path: 'gateway' as const, iceServers: [] };
      expect(await codeOf(rig.service.call('media.offer', input))).toBe('invalid');
    });

    test('bring the errors of the window: expected ones in words, bugs as internal', async () => {
      rig.rendererHandlers['media.mute'] = () => {
        throw new AppError('media', 'No microphone.');
      };
      rig.rendererHandlers['media.close'] = () => {
        throw new Error('canary');
      };
      await rig.connect();
      await expect(rig.service.call('media.mute', { callId: 'one', muted: true })).rejects.toMatchObject({
        code: 'media',
        message: 'No microphone.',
      });
      await expect(rig.service.call('media.close', { callId: 'one' })).rejects.toMatchObject({ code: 'internal' });
      expect(rig.clientBugs).toEqual(['media.close: Error: canary']);
    });

    test('that the window does not know are refused', async () => {
      await rig.connect();
      expect(await codeOf(rig.service.call('media.mute', { callId: 'one', muted: true }))).toBe('unsupported');
    });

    test('end with `disconnected` when the window goes in mid-call, and later ones at once', async () => {
      rig.rendererHandlers['media.mute'] = () => new Promise(() => undefined);
      const client = await rig.connect();
      const code = codeOf(rig.service.call('media.mute', { callId: 'one', muted: true }));
      client.close();
      expect(await code).toBe('disconnected');
      expect(await codeOf(rig.service.call('media.mute', { callId: 'one', muted: true }))).toBe('disconnected');
    });
  });
});
