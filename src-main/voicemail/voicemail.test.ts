import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../core/clock.ts';
import {
  audioAnswer,
  closeAll,
  closeLater,
  config,
  fetchLine,
  known,
  listed,
  serve,
  signIn,
  sound,
  trust,
  usual,
} from './fake-imap.test-support.ts';
import { probeVoicemail } from './probe-voicemail.ts';

afterEach(closeAll);

const deps = { trust, clock: systemClock, timing: { commandMs: 300 } };

describe('a server that plays along', () => {
  test('the list, the sound and the mark', async () => {
    const stored: string[] = [];
    const server = await serve((command) => {
      if (/STORE/i.test(command)) stored.push(command);
      return undefined;
    });
    const client = await signIn(server);
    const { messages, unread } = await listed(client);
    expect(messages.map(({ id, number, heard }) => [id, number, heard])).toEqual([
      ['5-12', '6102', false],
      ['5-11', '6101', true],
    ]);
    expect(unread).toBe(1);
    expect(messages[1]).toMatchObject({ name: 'Bob', durationS: 7 });
    // The directory answers after the list: who called is known from then on.
    known.set('6102', { name: 'Carol Lindqvist', jid: 'carol@example.com' });
    client.service.namesChanged();
    expect(client.box().messages[0]).toMatchObject({ name: 'Carol Lindqvist', jid: 'carol@example.com' });
    known.clear();
    const audio = await client.service.handlers['voicemail.audio']({ id: '5-12' }, 'w');
    expect(Buffer.from(audio.base64, 'base64').equals(sound)).toBe(true);
    // The server did not say how long it is; the sound did.
    expect(client.box().messages[0]?.durationS).toBe(1);
    await client.service.handlers['voicemail.markHeard']({ id: '5-12', heard: true }, 'w');
    expect(stored).toHaveLength(1);
    expect(stored[0]).toMatch(/^UID STORE 12 \+FLAGS(\.SILENT)? \(\\Seen\)$/);
    expect(client.box().unread).toBe(0);
  });

  test.each([
    [
      'removes it alone where the server can',
      'IMAP4rev1 IDLE UIDPLUS',
      ['UID STORE 12 +FLAGS (\\Deleted)', 'UID EXPUNGE 12'],
    ],
    ['flags it where an EXPUNGE would take others along', 'IMAP4rev1 IDLE', ['UID STORE 12 +FLAGS (\\Deleted)']],
  ])('deleting a message %s', async (_, capabilities, expected) => {
    const told: string[] = [];
    const server = await serve((command, tag) => {
      if (/STORE|EXPUNGE/i.test(command)) told.push(command);
      if (/EXPUNGE/i.test(command)) return `${tag} OK done`;
      if (/^CAPABILITY/i.test(command)) return `* CAPABILITY ${capabilities}\r\n${tag} OK done`;
      return /^SELECT/i.test(command) ? usual(command, tag).replaceAll('(\\Seen)', '(\\Seen \\Deleted)') : undefined;
    });
    const client = await signIn(server);
    await listed(client);
    await client.service.handlers['voicemail.audio']({ id: '5-12' }, 'w');
    await client.service.handlers['voicemail.delete']({ id: '5-12' }, 'w');
    expect(told).toEqual(expected);
    expect(client.box()).toMatchObject({ unread: 0, messages: [{ id: '5-11' }] });
    expect(client.service.records().map(({ id }) => id)).toEqual(['5-11']);
    await expect(client.service.handlers['voicemail.audio']({ id: '5-12' }, 'w')).rejects.toThrow('no longer');
  });

  test('a box that lets nothing be deleted says so, and the message stays', async () => {
    const client = await signIn(await serve(() => undefined));
    await listed(client);
    await expect(client.service.handlers['voicemail.delete']({ id: '5-12' }, 'w')).rejects.toThrow(
      'does not let Parley delete',
    );
    expect(client.box().messages).toHaveLength(2);
  });

  test('a message that was deleted elsewhere and not removed yet is neither listed nor counted', async () => {
    const server = await serve((command, tag) =>
      /^FETCH/i.test(command)
        ? `${fetchLine(1, 11, 'X: y', { flags: '\\Deleted' })}\r\n${fetchLine(2, 12, 'X: y')}\r\n${tag} OK done`
        : undefined,
    );
    expect(await listed(await signIn(server))).toMatchObject({ unread: 1, messages: [{ id: '5-12' }] });
  });

  test('mail without sound in the same box is left out', async () => {
    const letters = Array.from({ length: 3 }, (_, index) =>
      fetchLine(index + 1, 20 + index, 'X: y', { structure: '("text" "plain" NIL NIL NIL "7bit" 10 1)' }),
    );
    const server = await serve((command, tag) =>
      /^FETCH/i.test(command) ? `${[...letters, fetchLine(4, 30, 'X: y')].join('\r\n')}\r\n${tag} OK done` : undefined,
    );
    const { messages } = await listed(await signIn(server));
    expect(messages.map(({ id }) => id)).toEqual(['5-30']);
  });
});

describe('signing in', () => {
  test.each([
    ['NO [AUTHENTICATIONFAILED] bad password', 'denied'],
    ['NO wrong', 'denied'],
    ['NO [UNAVAILABLE] try later', 'later'],
    ['NO [INUSE] locked', 'later'],
  ])('LOGIN answered with %s is %s', async (answer, outcome) => {
    const server = await serve((command, tag) => (/^LOGIN|^AUTH/i.test(command) ? `${tag} ${answer}` : undefined));
    const result = await probeVoicemail(config(server), 'secret', deps);
    expect(result.outcome).toBe(outcome);
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  test('a server that hangs up while the password is on its way says nothing about it', async () => {
    const server = await serve((command, _, socket) => {
      if (!/^LOGIN|^AUTH/i.test(command)) return undefined;
      socket.destroy();
      return null;
    });
    expect(await probeVoicemail(config(server), 'secret', deps)).toMatchObject({ outcome: 'later' });
  });

  test('without STARTTLS no password is sent', async () => {
    const seen: string[] = [];
    const server = await serve((command) => {
      seen.push(command);
      return undefined;
    }, false);
    const result = await probeVoicemail(config(server, { encryption: 'starttls' }), 'secret', deps);
    expect(result.outcome).toBe('never');
    expect(result.message).toContain('offers no encryption');
    expect(seen.join('\n')).not.toMatch(/LOGIN|AUTH|secret/i);
  });

  test('a server that greets nobody is given up', async () => {
    const server = createServer(() => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeLater(() => void server.close());
    const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    expect(await probeVoicemail(config(address), 'secret', deps)).toMatchObject({ outcome: 'later' });
  });
});

describe('a server that lies', () => {
  test.each([
    ['garbage', (tag: string) => `\0\xff{{{ ((( "${tag}`],
    ['a literal that never ends', () => '* 1 FETCH (BODY[HEADER] {999999999999}'],
    ['a literal larger than any mail', () => '* 1 FETCH (BODY[HEADER] {2000000000}'],
    ['brackets without end', () => `* 1 FETCH ${'('.repeat(10_000)}`],
    ['a line without end', () => 'x'.repeat(3 * 1024 * 1024)],
  ])('%s in the list ends the connection, in words', async (_, answer) => {
    const server = await serve((command, tag) => (/^FETCH/i.test(command) ? answer(tag) : undefined));
    const client = await signIn(server, { commandMs: 300 });
    await expect.poll(() => client.health.some(({ state }) => state === 'reconnecting'), { timeout: 5_000 }).toBe(true);
    expect(client.box().problem).toBeTruthy();
    expect(client.box().messages).toEqual([]);
  });

  test.each([
    ['text', Buffer.from('<html>not a sound</html>'), 'cannot be played here right now'],
    ['half of it', sound.subarray(0, 1_000), 'is not complete'],
    [
      'GSM',
      Buffer.concat([sound.subarray(0, 20), Buffer.from([0x31, 0]), sound.subarray(22)]),
      'sound format that cannot be played',
    ],
    ['nothing', Buffer.alloc(0), 'cannot be played here right now'],
  ])('%s in place of the sound is said in words', async (_, bytes, words) => {
    const server = await serve((command, tag) =>
      /^UID FETCH/i.test(command) ? `${audioAnswer(bytes)}\r\n${tag} OK done` : undefined,
    );
    const client = await signIn(server);
    await listed(client);
    await expect(client.service.handlers['voicemail.audio']({ id: '5-12' }, 'w')).rejects.toMatchObject({
      message: expect.stringContaining(words) as unknown,
    });
    expect(client.health.at(-1)?.state).toBe('ok');
  });

  test('a message that is gone is said so', async () => {
    const server = await serve((command, tag) => (/^UID FETCH/i.test(command) ? `${tag} OK done` : undefined));
    const client = await signIn(server);
    await listed(client);
    await expect(client.service.handlers['voicemail.audio']({ id: '5-12' }, 'w')).rejects.toThrow(
      'no longer on the server',
    );
    await expect(client.service.handlers['voicemail.audio']({ id: '5-99' }, 'w')).rejects.toThrow(
      'no longer on the server',
    );
  });
});

describe('a server that hangs', () => {
  test('in the middle of a play: words, and a new connection', async () => {
    let connections = 0;
    const server = await serve((command) => {
      if (/^LOGIN|^AUTH/i.test(command)) connections += 1;
      return /^UID FETCH/i.test(command) ? null : undefined;
    });
    const client = await signIn(server, { commandMs: 200 });
    await listed(client);
    await expect(client.service.handlers['voicemail.audio']({ id: '5-12' }, 'w')).rejects.toThrow(
      'cannot be played here right now',
    );
    client.service.kick();
    await expect.poll(() => connections, { timeout: 5_000 }).toBe(2);
    await listed(client);
  });

  test('one that ends the session politely is asked again at once', async () => {
    let connections = 0;
    const server = await serve((command, _, socket) => {
      if (/^LOGIN|^AUTH/i.test(command)) connections += 1;
      if (/^IDLE/i.test(command) && connections === 1) {
        socket.end('* BYE shutting down\r\n');
        return null;
      }
      return undefined;
    });
    const client = await signIn(server, { idleDelayMs: 10 });
    await expect.poll(() => connections, { timeout: 5_000 }).toBe(2);
    await listed(client);
  });
});
