import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { TLSSocket, createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import type { DirectoryConfig, ServerAddress } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { silentLogger } from '../core/log.ts';
import { loopbackCertificate, loopbackKey } from '../core/loopback-certificate.test-data.ts';
import { tlsOptionsFor } from '../core/tls-trust.ts';
import { attribute, ber, malformedAnswers, message, result, searchEntry } from './ber.test-data.ts';
import { LdapDirectory } from './ldap-directory.ts';
import { LdapSession, bindName } from './ldap-session.ts';

/** A request as the scripted server sees it: id and application tag, the whole of it besides. */
interface Request {
  readonly id: number;
  readonly tag: number;
  readonly bytes: Buffer;
  readonly socket: Socket;
}
type Answer = (request: Request) => void;

const tags = { bind: 0x60, unbind: 0x42, search: 0x63, extended: 0x77 } as const;
const opened: { close(): void }[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

/** Cuts requests apart; they are short or have a two-byte length. */
function listen(socket: Socket, answer: Answer): void {
  let rest = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const long = (rest[1] ?? 0) & 0x80 ? (rest[1] ?? 0) & 0x7f : 0;
      if (rest.length < 2 + long) return;
      const length = long === 0 ? (rest[1] ?? 0) : rest.readUIntBE(2, long);
      const end = 2 + long + length;
      if (rest.length < end) return;
      const bytes = rest.subarray(0, end);
      rest = rest.subarray(end);
      const at = 2 + long;
      answer({ id: bytes[at + 2] ?? 0, tag: bytes[at + 3] ?? 0, bytes, socket });
    }
  });
}

async function serve(answer: Answer, secure = false): Promise<ServerAddress> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    listen(socket, answer);
  };
  const server: Server = secure
    ? createTlsServer({ cert: loopbackCertificate, key: loopbackKey }, accept)
    : createServer(accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

function config(changes: Partial<DirectoryConfig> = {}): DirectoryConfig {
  return {
    servers: [],
    encryption: 'none',
    bindDn: 'cn=reader',
    userDnTemplate: '',
    searchBases: ['ou=a', 'ou=b'],
    baseFilter: '',
    timeoutMs: 1_000,
    ...changes,
  };
}

interface Opened {
  readonly session: LdapSession;
  readonly lost: ConnectFailure[];
  readonly clock: TestClock;
}

async function open(
  server: ServerAddress,
  changes: Partial<DirectoryConfig> = {},
  signal = new AbortController().signal,
  password = 'secret',
): Promise<Opened> {
  const lost: ConnectFailure[] = [];
  const clock = new TestClock();
  const session = await LdapSession.open(server, {
    config: config(changes),
    user: 'alice',
    password,
    tls: tlsOptionsFor({ extraCa: [loopbackCertificate], useSystemStore: false }),
    clock,
    signal,
    lost: (failure) => lost.push(failure),
  });
  opened.push({ close: () => void session.close() });
  return { session, lost, clock };
}

async function failureOf(work: Promise<unknown>): Promise<ConnectFailure> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectFailure)) throw new Error(`no ConnectFailure: ${String(error)}`);
  return error;
}

/** Signs everybody in and hands searches on. */
function friendly(onSearch: Answer): Answer {
  return (request) => {
    if (request.tag === tags.bind) request.socket.write(message(request.id, result(0x61, 0)));
    if (request.tag === tags.search) onSearch(request);
  };
}

function directoryOf({ session }: Opened, changes: Partial<DirectoryConfig> = {}): LdapDirectory {
  return new LdapDirectory(session, {
    config: config(changes),
    domain: 'example.test',
    region: () => 'GB',
    log: silentLogger,
    late: () => undefined,
  });
}

const alice = searchEntry('uid=alice', attribute('cn', 'Alice'), attribute('mail', 'alice@example.test'));

describe('signing in', () => {
  test('as the reading account, as the person, or as nobody', () => {
    expect(bindName(config(), 'alice')).toBe('cn=reader');
    expect(bindName(config({ bindDn: '', userDnTemplate: 'uid={user},dc=x' }), 'a,b')).toBe('uid=a\\,b,dc=x');
    expect(bindName(config({ bindDn: '' }), 'alice')).toBe('');
  });

  test.each([
    [49, 'never', true, 'did not accept your password'],
    [8, 'never', false, 'demands an encrypted connection'],
    [13, 'never', false, 'demands an encrypted connection'],
    [53, 'never', false, 'does not allow this way to sign in'],
    [34, 'never', false, 'sign-in name for the directory is not valid'],
    [51, 'later', false, 'cannot be reached'],
    [52, 'later', false, 'cannot be reached'],
    [80, 'later', false, 'cannot be reached'],
  ] as const)('result %i is advice %s', async (code, advice, credentialRefused, words) => {
    const server = await serve(({ id, socket }) => socket.write(message(id, result(0x61, code))));
    const failure = await failureOf(open(server));
    expect(failure).toMatchObject({ advice, credentialRefused });
    expect(failure.message).toContain(words);
    expect(JSON.stringify(failure)).not.toContain('secret');
  });

  test('an anonymous sign-in that is refused says what is missing', async () => {
    const server = await serve(({ id, socket }) => socket.write(message(id, result(0x61, 53))));
    expect((await failureOf(open(server, { bindDn: '' }))).message).toContain('lets nobody search without signing in');
  });

  test('without encryption the password goes as it is where there is a sign-in name, and not at all for nobody', async () => {
    const binds: string[] = [];
    const server = await serve((request) => {
      if (request.tag === tags.bind) binds.push(request.bytes.toString('latin1'));
      friendly(() => undefined)(request);
    });
    await open(server);
    await open(server, { bindDn: '', userDnTemplate: 'uid={user},dc=x' });
    await open(server, { bindDn: '' });
    // What the settings and the words of the probe say of it.
    expect(binds.map((bytes) => bytes.includes('secret'))).toEqual([true, true, false]);
  });

  test('an empty password is refused here: servers call that a success and sign in nobody', async () => {
    let asked = 0;
    const server = await serve(({ id, socket }) => {
      asked += 1;
      socket.write(message(id, result(0x61, 0)));
    });
    const failure = await failureOf(open(server, {}, new AbortController().signal, ''));
    expect(failure).toMatchObject({ advice: 'never', credentialRefused: true });
    expect(asked).toBe(0);
  });

  test('a server that takes the connection and says nothing is given up with the attempt', async () => {
    const abort = new AbortController();
    const server = await serve(() => {
      abort.abort();
    });
    expect((await failureOf(open(server, {}, abort.signal))).advice).toBe('later');
  });

  test('a server that hangs up says nothing about the password', async () => {
    const server = await serve(({ socket }) => socket.destroy());
    expect(await failureOf(open(server))).toMatchObject({ advice: 'later', credentialRefused: false });
  });

  test.each(Object.entries(malformedAnswers))('%s as an answer to the sign-in ends it', async (_, bytes) => {
    const server = await serve(({ socket }) => {
      socket.write(bytes);
      socket.end();
    });
    expect((await failureOf(open(server))).advice).toBe('later');
  });
});

describe('encryption', () => {
  test('LDAPS with a certificate that is trusted', async () => {
    const server = await serve(
      friendly(() => undefined),
      true,
    );
    await open(server, { encryption: 'ldaps' });
  });

  test('StartTLS: the password goes over the encrypted connection only', async () => {
    const plain: number[] = [];
    const secured: number[] = [];
    const server = await serve(({ id, tag, socket }) => {
      plain.push(tag);
      if (tag !== tags.extended) return;
      socket.removeAllListeners('data');
      socket.write(message(id, result(0x78, 0)));
      const secure = new TLSSocket(socket, { isServer: true, cert: loopbackCertificate, key: loopbackKey });
      listen(secure, (request) => {
        secured.push(request.tag);
        friendly(() => undefined)(request);
      });
    });
    await open(server, { encryption: 'starttls' });
    expect(plain).toEqual([tags.extended]);
    expect(secured).toEqual([tags.bind]);
  });

  test('a server without StartTLS gets no password', async () => {
    const seen: number[] = [];
    const server = await serve(({ id, tag, socket }) => {
      seen.push(tag);
      socket.write(message(id, result(0x78, 2)));
    });
    const failure = await failureOf(open(server, { encryption: 'starttls' }));
    expect(failure).toMatchObject({ advice: 'never' });
    expect(failure.message).toContain('offers no encryption');
    expect(seen).toEqual([tags.extended]);
  });

  test('answers that were slipped in before the handshake are not believed', async () => {
    const server = await serve(({ id, socket }) => {
      socket.write(Buffer.concat([message(id, result(0x78, 0)), message(2, result(0x61, 0))]));
    });
    const failure = await failureOf(open(server, { encryption: 'starttls' }));
    expect(failure.advice).toBe('later');
    expect(failure.message).toContain('makes no sense');
  });
});

describe('searching', () => {
  test('finds people in all bases and tells a cut answer from a whole one', async () => {
    const server = await serve(
      friendly(({ id, bytes, socket }) => {
        const isMany = bytes.includes('ou=b') && !bytes.includes('jpegPhoto');
        const entries = Array.from({ length: isMany ? 51 : 1 }, (_, index) =>
          message(id, searchEntry(`uid=${isMany ? 'b' : 'a'}${index}`, attribute('cn', `Person ${index}`))),
        );
        socket.write(Buffer.concat([...entries, message(id, result(0x65, isMany ? 4 : 0))]));
      }),
    );
    const answer = await directoryOf(await open(server)).search('person');
    expect(answer.entries).toHaveLength(51);
    expect(answer.truncated).toBe(true);
    expect(answer.problem).toBeUndefined();
  });

  test('one base that fails leaves the others, in words', async () => {
    const server = await serve(
      friendly(({ id, bytes, socket }) => {
        if (bytes.includes('ou=b')) socket.write(message(id, result(0x65, 32)));
        else socket.write(Buffer.concat([message(id, alice), message(id, result(0x65, 0))]));
      }),
    );
    const answer = await directoryOf(await open(server)).search('alice');
    expect(answer.entries.map(({ name }) => name)).toEqual(['Alice']);
    expect(answer.problem).toContain('Part of the directory could not be searched');
  });

  test('one base that is slow leaves the others, and its late answer is handed over', async () => {
    const held: (() => void)[] = [];
    let answered = 0;
    const server = await serve(
      friendly(({ id, bytes, socket }) => {
        const send = (): void => {
          socket.write(Buffer.concat([message(id, alice), message(id, result(0x65, 0))]));
        };
        if (bytes.includes('ou=b') && !bytes.includes('jpegPhoto')) {
          held.push(send);
          return;
        }
        answered += 1;
        send();
      }),
    );
    const connection = await open(server);
    const late: string[] = [];
    const directory = new LdapDirectory(connection.session, {
      config: config(),
      domain: 'example.test',
      region: () => 'GB',
      log: silentLogger,
      late: (entries) => late.push(...entries.map(({ name }) => name)),
    });
    const searching = directory.search('alice');
    // Three requests are answered, the fourth is held: only then may the time pass.
    await expect.poll(() => [answered, held.length, connection.session.received]).toEqual([3, 1, 7]);
    await connection.clock.run(1_000);
    const answer = await searching;
    expect(answer.entries.map(({ name }) => name)).toEqual(['Alice']);
    expect(answer.problem).toContain('The directory is slow to answer');
    expect(connection.lost).toEqual([]);
    held[0]?.();
    await expect.poll(() => late).toEqual(['Alice']);
  });

  test('a server that stands still is given up, in words', async () => {
    let asked = 0;
    const server = await serve(
      friendly(() => {
        asked += 1;
      }),
    );
    const connection = await open(server);
    const searching = directoryOf(connection).search('alice');
    await expect.poll(() => asked).toBe(4);
    await connection.clock.run(1_000);
    const answer = await searching;
    expect(answer.problem).toContain('The directory does not answer');
    expect(connection.lost.map(({ advice }) => advice)).toEqual(['later']);
    await expect(connection.session.check()).rejects.toThrow('the session is over');
  });

  test('a connection that ends is told once, and is never made again behind our back', async () => {
    let connections = 0;
    const server = await serve((request) => {
      if (request.tag === tags.bind) connections += 1;
      friendly(({ socket }) => socket.destroy())(request);
    });
    const connection = await open(server);
    const answer = await directoryOf(connection).search('alice');
    expect(answer.problem).toContain('cannot be reached');
    expect((await directoryOf(connection).search('bob')).problem).toContain('cannot be reached');
    expect(connection.lost).toHaveLength(1);
    expect(connection.lost[0]?.advice).toBe('now');
    expect(connections).toBe(1);
  });

  test.each(Object.entries(malformedAnswers))(
    '%s ends the connection, in words, and nothing else',
    async (_, bytes) => {
      const server = await serve(friendly(({ socket }) => socket.write(Buffer.concat([bytes, Buffer.alloc(4)]))));
      const connection = await open(server);
      const answer = await directoryOf(connection).search('alice');
      expect(answer.entries).toEqual([]);
      expect(answer.problem).toBeDefined();
      expect(connection.lost).toHaveLength(1);
      expect(connection.lost[0]?.message).toContain('makes no sense');
    },
  );

  test('a filter of the administrator that is none is said, and breaks nothing', async () => {
    const server = await serve(friendly(({ id, socket }) => socket.write(message(id, result(0x65, 0)))));
    const connection = await open(server, { baseFilter: '((broken' });
    const answer = await directoryOf(connection, { baseFilter: '((broken' }).search('alice');
    expect(answer.problem).toContain('search filter that is set for the directory is not valid');
    expect(connection.lost).toEqual([]);
  });

  test('only a photo that is one is taken', async () => {
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(60)]);
    const photos: readonly (readonly [Buffer, unknown])[] = [
      [attribute('jpegPhoto', jpeg), { mimeType: 'image/jpeg', bytes: jpeg }],
      [attribute('jpegPhoto', 'GIF89a............'), null],
      [attribute('thumbnailPhoto', jpeg), { mimeType: 'image/jpeg', bytes: jpeg }],
      [attribute('jpegPhoto'), null],
      [
        ber(0x30, ber(0x04, 'jpegPhoto'), ber(0x31, ber(0x04, Buffer.concat([jpeg, Buffer.alloc(60_000)])))),
        { mimeType: 'image/jpeg' },
      ],
    ];
    for (const [photo, expected] of photos) {
      const server = await serve(
        friendly(({ id, socket }) =>
          socket.write(Buffer.concat([message(id, searchEntry('uid=alice', photo)), message(id, result(0x65, 0))])),
        ),
      );
      const found = await directoryOf(await open(server)).photo('uid=alice');
      if (expected === null) expect(found).toBeNull();
      else expect(found).toMatchObject(expected as object);
    }
  });
});
