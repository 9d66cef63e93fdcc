import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { closeCodes } from '../../src-shared/rpc/handshake.ts';
import type { Wire } from '../../src-shared/rpc/wire.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { LoopbackServer, controlPath, sameSecret } from './loopback-server.ts';
import { pingIntervalMs } from './websocket-wire.ts';

let directory: string;
let server: LoopbackServer;
let clock: TestClock;
let windows: { clientId: string; wire: Wire }[];
let opened: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'parley-server-'));
  mkdirSync(join(directory, 'renderer', 'assets'), { recursive: true });
  writeFileSync(join(directory, 'renderer', 'index.html'), '<meta content="__CSP_NONCE__">');
  writeFileSync(join(directory, 'renderer', 'assets', 'main-abc.js'), 'export {};');
  writeFileSync(join(directory, 'private.txt'), 'not for windows');
  clock = new TestClock();
  windows = [];
  opened = [];
  server = new LoopbackServer({
    port: 0,
    rendererDirectory: join(directory, 'renderer'),
    secret: 'the-secret',
    controlKey: 'the-control-key',
    clock,
    log: silentLogger,
    onWindow: (clientId, wire) => windows.push({ clientId, wire }),
    onOpen: (target) => opened.push(target),
  });
  await server.start();
});

afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request whose path and headers reach the server as they stand (fetch would tidy them). */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

function open(headers: Record<string, string> = {}, path = '/rpc'): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
    headers: { origin: server.url, ...headers },
  });
  socket.on('error', () => undefined);
  return socket;
}

const opening = (socket: WebSocket) =>
  new Promise<boolean>((resolve) => {
    socket.once('open', () => {
      resolve(true);
    });
    socket.once('close', () => {
      resolve(false);
    });
  });

const closing = (socket: WebSocket) =>
  new Promise<number>((resolve) => {
    socket.once('close', resolve);
  });

async function admit(): Promise<{ socket: WebSocket; wire: Wire }> {
  const socket = open();
  await opening(socket);
  socket.send(JSON.stringify({ secret: 'the-secret', clientId: 'window-0001' }));
  await expect.poll(() => windows.length).toBe(1);
  const wire = windows[0]?.wire;
  if (wire === undefined) throw new Error('no window');
  return { socket, wire };
}

describe('assets', () => {
  test('the page comes with a nonce of its own response, in the policy and in the page', async () => {
    const first = await get('/');
    const second = await get('/index.html');
    const nonceOf = (answer: Answer) => /'nonce-([^']+)'/.exec(String(answer.headers['content-security-policy']))?.[1];
    expect(first.body).toBe(`<meta content="${nonceOf(first) ?? ''}">`);
    expect(nonceOf(first)).toMatch(/^[A-Za-z0-9+/=]{22,}$/);
    expect(nonceOf(second)).not.toBe(nonceOf(first));
    expect(first.headers['cache-control']).toBe('no-store');
  });

  test('the policy allows our scripts, our socket and nothing else', async () => {
    const { headers } = await get('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${server.port};`);
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('hashed files may be cached for good', async () => {
    const answer = await get('/assets/main-abc.js');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(answer.headers['cache-control']).toContain('immutable');
  });

  test.each([
    '/../private.txt',
    '/%2e%2e/private.txt',
    '/assets/..%2f..%2fprivate.txt',
    '/..%5cprivate.txt',
    '/%',
    '/%00',
  ])('a path cannot leave the bundle: %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('not for windows');
  });

  test('another Host is refused, so that a rebound name gets nothing', async () => {
    expect((await get('/', { host: `attacker.example:${server.port}` })).status).toBe(403);
    expect((await get('/', { host: '127.0.0.1' })).status).toBe(403);
    expect((await get('/', { host: `localhost:${server.port}` })).status).toBe(200);
  });

  test('nothing but GET and HEAD', async () => {
    expect((await get('/', {}, 'POST')).status).toBe(405);
    expect(await get('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });
});

describe('the first message', () => {
  test('the secret opens the wire, both ways', async () => {
    const { socket, wire } = await admit();
    expect(windows[0]?.clientId).toBe('window-0001');
    expect(server.windows).toBe(1);
    const heard: string[] = [];
    wire.onMessage((message) => heard.push(message));
    socket.send('to main');
    await expect.poll(() => heard).toEqual(['to main']);
    const answered = new Promise<string>((resolve) => {
      socket.once('message', (data: Buffer) => {
        resolve(data.toString('utf8'));
      });
    });
    wire.send('to the window');
    expect(await answered).toBe('to the window');
  });

  test('what the window says right after the secret is not lost', async () => {
    const socket = open();
    await opening(socket);
    socket.send(JSON.stringify({ secret: 'the-secret', clientId: 'window-0001' }));
    socket.send('early');
    await expect.poll(() => windows.length).toBe(1);
    const heard: string[] = [];
    windows[0]?.wire.onMessage((message) => heard.push(message));
    await expect.poll(() => heard).toEqual(['early']);
  });

  test.each([
    ['a wrong secret', JSON.stringify({ secret: 'another', clientId: 'window-0001' })],
    ['no secret', JSON.stringify({ clientId: 'window-0001' })],
    ['a client id of another form', JSON.stringify({ secret: 'the-secret', clientId: '../x' })],
    ['no JSON', 'hello'],
  ])('%s closes it for good', async (_name, message) => {
    const socket = open();
    await opening(socket);
    socket.send(message);
    expect(await closing(socket)).toBe(closeCodes.secretRefused);
    expect(windows).toEqual([]);
  });

  test('a window that says nothing is closed', async () => {
    const socket = open();
    await opening(socket);
    // The server's timer stands once the upgrade is done on its side.
    await expect.poll(() => clock.pending).toBe(1);
    clock.advance(5_000);
    expect(await closing(socket)).toBe(closeCodes.helloTimeout);
  });
});

describe('the upgrade', () => {
  test.each([
    ['another origin', { origin: 'http://attacker.example' }],
    ['a null origin', { origin: 'null' }],
    ['another port of this computer', { origin: 'http://127.0.0.1:1' }],
    ['a rebound host', { host: 'attacker.example' }],
  ])('%s is refused', async (_name, headers) => {
    expect(await opening(open(headers))).toBe(false);
  });

  test('no origin is refused', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`);
    socket.on('error', () => undefined);
    expect(await opening(socket)).toBe(false);
  });

  test('another path is refused', async () => {
    expect(await opening(open({}, '/other'))).toBe(false);
  });
});

describe('the wire', () => {
  test('a window that answers no ping is dropped', async () => {
    const { socket, wire } = await admit();
    let closed = 0;
    wire.onClose(() => (closed += 1));
    wire.onClose(() => (closed += 1));
    socket.pause();
    clock.advance(pingIntervalMs);
    clock.advance(pingIntervalMs);
    await expect.poll(() => closed).toBe(2);
    expect(server.windows).toBe(0);
    expect(clock.pending).toBe(0);
    socket.terminate();
  });

  test('a window that answers pings stays', async () => {
    const { socket, wire } = await admit();
    let closed = false;
    wire.onClose(() => (closed = true));
    for (let round = 0; round < 3; round += 1) {
      const pinged = new Promise((resolve) => socket.once('ping', resolve));
      clock.advance(pingIntervalMs);
      await pinged;
      // Our pong is read before this message's echo can come back.
      const heard = new Promise((resolve) => {
        wire.onMessage(resolve);
      });
      socket.send('after the pong');
      await heard;
    }
    expect(closed).toBe(false);
  });

  test('a window that stopped reading is dropped before memory fills', async () => {
    const { socket, wire } = await admit();
    let closed = 0;
    wire.onClose(() => (closed += 1));
    socket.pause();
    const message = 'x'.repeat(1024 * 1024);
    for (let sent = 0; closed === 0 && sent < 64; sent += 1) {
      wire.send(message);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(closed).toBe(1);
    socket.terminate();
  });

  test('binary messages end the connection', async () => {
    const { socket } = await admit();
    socket.send(Buffer.from([1, 2, 3]));
    expect(await closing(socket)).toBe(1003);
  });
});

describe('a second start', () => {
  const control = (headers: Record<string, string>, method = 'POST') => get(controlPath, headers, method);

  test('is heard with the key of the lock file', async () => {
    const answer = await control({ 'x-parley-control': 'the-control-key' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ url: server.url, windows: 0 });
    expect(opened).toEqual(['']);
  });

  test('is refused without it', async () => {
    expect((await control({})).status).toBe(403);
    expect((await control({ 'x-parley-control': 'the-secret' })).status).toBe(403);
    expect((await control({ 'x-parley-control': 'the-control-key' }, 'GET')).status).toBe(403);
    expect(opened).toEqual([]);
  });
});

test('secrets are compared as a whole', () => {
  expect(sameSecret('abc', 'abc')).toBe(true);
  expect(sameSecret('abc', 'abd')).toBe(false);
  expect(sameSecret('ab', 'abc')).toBe(false);
  expect(sameSecret('', 'abc')).toBe(false);
});
