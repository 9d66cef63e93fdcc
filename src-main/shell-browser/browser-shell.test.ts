import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { webSocketPath } from '../../src-shared/rpc/handshake.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import type { AppPort, Credentials } from '../app-port.ts';
import { silentLogger } from '../core/log.ts';
import type { Host } from '../host.ts';
import { BrowserShell } from './browser-shell.ts';
import type { BrowserShellOptions } from './browser-shell.ts';

class AppDouble implements AppPort {
  readonly log: string[] = [];
  credentials: Credentials | undefined;
  start(): Promise<void> {
    this.log.push('start');
    return Promise.resolve();
  }
  stop(): Promise<void> {
    this.log.push('stop');
    return Promise.resolve();
  }
  attach(clientId: string): void {
    this.log.push(`attach ${clientId}`);
  }
  openTarget(target: string): void {
    this.log.push(`open ${target}`);
  }
  signInOnce(credentials: Credentials): void {
    this.credentials = credentials;
  }
  unexpected(kind: string, error: unknown): void {
    this.log.push(`unexpected ${kind}: ${String(error)}`);
  }
  whenIdle(): Promise<void> {
    return Promise.resolve();
  }
}

let directory: string;
let app: AppDouble;
let said: string[];
let host: Host | undefined;
const shells: BrowserShell[] = [];
const servers: Server[] = [];
const sockets: WebSocket[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-shell-'));
  mkdirSync(join(directory, 'renderer'));
  writeFileSync(join(directory, 'renderer', 'index.html'), 'page');
  app = new AppDouble();
  said = [];
  host = undefined;
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const shell of shells.splice(0)) await shell.stop();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(directory, { recursive: true });
});

function createShell(changes: Partial<BrowserShellOptions> = {}): BrowserShell {
  const shell = new BrowserShell({
    version: '1.2.3',
    dataDirectory: join(directory, 'data'),
    port: undefined,
    policyFile: undefined,
    seedFile: undefined,
    signInFile: undefined,
    chromium: undefined,
    target: '',
    rendererDirectory: join(directory, 'renderer'),
    gatewayEntry: 'none',
    command: ['parley'],
    icon: 'icon.png',
    asRoot: false,
    clock: new TestClock(),
    log: silentLogger,
    createApp: (given) => {
      host = given;
      return Promise.resolve(app);
    },
    say: (words) => said.push(words),
    onWindowClosed: () => undefined,
    onLost: () => {
      app.log.push('lost');
    },
    ...changes,
  });
  shells.push(shell);
  return shell;
}

async function ready(shell: BrowserShell): Promise<{ url: string; launchFile: string; port: number }> {
  const result = await shell.start();
  if (result.outcome !== 'ready') throw new Error(`expected ready, got ${result.outcome}`);
  return { ...result, port: Number(new URL(result.url).port) };
}

function occupy(port: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer((_request, response) => response.writeHead(404).end());
    servers.push(server);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

describe('starting', () => {
  test('serves the window and hands the secret over in a file for this user only', async () => {
    const { url, launchFile } = await ready(createShell());
    expect(await (await fetch(url)).text()).toBe('page');
    expect(statSync(launchFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(launchFile, 'utf8')).toMatch(
      new RegExp(`location\\.replace\\("${url}/#secret=[A-Za-z0-9_-]{43}"`),
    );
    expect(statSync(join(directory, 'data')).mode & 0o777).toBe(0o700);
    expect(app.log).toEqual(['start']);
  });

  test('gives the program its host', async () => {
    await ready(createShell({ policyFile: '/somewhere/policy.json' }));
    expect(host).toMatchObject({ shell: 'browser', version: '1.2.3' });
    expect(host?.paths).toMatchObject({
      data: join(directory, 'data'),
      logs: join(directory, 'data', 'logs'),
      policyFile: '/somewhere/policy.json',
    });
    expect(host?.secrets.plainText).toBe(true);
    expect(host?.notify({ title: '', body: '', tag: '', onClick: () => undefined })).toBe(false);
  });

  test('a link of the command line is opened', async () => {
    await ready(createShell({ target: 'tel:+4420' }));
    expect(app.log).toEqual(['start', 'open tel:+4420']);
  });

  test('a window that is there before the program waits for it, and is let in', async () => {
    const launchFile = join(directory, 'data', 'open-parley.html');
    const shell = createShell({
      createApp: async () => {
        const address = /"(http[^"]+)"/.exec(readFileSync(launchFile, 'utf8'))?.[1] ?? '';
        const { host: hostAndPort, origin, hash } = new URL(address);
        const socket = new WebSocket(`ws://${hostAndPort}${webSocketPath}`, { origin });
        sockets.push(socket);
        await once(socket, 'open');
        socket.send(JSON.stringify({ secret: hash.replace('#secret=', ''), clientId: 'window-0001' }));
        socket.ping();
        await once(socket, 'pong');
        return app;
      },
    });
    await ready(shell);
    expect(app.log).toEqual(['start', 'attach window-0001']);
  });

  test('stopping leaves no launch file, no lock and no listener', async () => {
    const shell = createShell();
    const { url, launchFile } = await ready(shell);
    await shell.stop();
    await shell.stop();
    expect(existsSync(launchFile)).toBe(false);
    expect(existsSync(join(directory, 'data', 'running.json'))).toBe(false);
    await expect(fetch(url)).rejects.toThrow();
    expect(app.log).toEqual(['start', 'stop']);
  });

  test('a program that cannot be made leaves nothing behind', async () => {
    const shell = createShell({ createApp: () => Promise.reject(new Error('no database')) });
    await expect(shell.start()).rejects.toThrow('no database');
    expect(existsSync(join(directory, 'data', 'running.json'))).toBe(false);
  });
});

describe('a fault of the program itself', () => {
  test('a forgotten rejection is noted', async () => {
    const shell = createShell();
    await ready(shell);
    shell.rejected(new Error('forgotten'));
    expect(app.log).toEqual(['start', 'unexpected rejection: Error: forgotten']);
  });

  test('after an exception another program runs behind the same address, and the terminal is told', async () => {
    const shell = createShell();
    const { url } = await ready(shell);
    shell.thrown(new Error('broken'));
    await vi.waitFor(() => {
      expect(app.log).toEqual(['start', 'unexpected exception: Error: broken', 'stop', 'start']);
    });
    expect(await (await fetch(url)).text()).toBe('page');
    expect(said.join()).toContain('began anew');
  });

  test('an exception before the program stands ends the process', () => {
    createShell().thrown(new Error('broken'));
    expect(app.log).toEqual(['lost']);
  });
});

describe('the port', () => {
  test('stays the same from start to start', async () => {
    const first = createShell();
    const { port } = await ready(first);
    await first.stop();
    expect((await ready(createShell())).port).toBe(port);
  });

  test('in use by another program: another is taken, said and kept', async () => {
    const first = createShell();
    const { port } = await ready(first);
    await first.stop();
    await occupy(port);
    const second = createShell();
    const next = await ready(second);
    expect(next.port).not.toBe(port);
    expect(said.join()).toContain(`Port ${port} of last time is used by another program; Parley took ${next.port}.`);
    await second.stop();
    expect((await ready(createShell())).port).toBe(next.port);
  });

  test('that was asked for and is in use: refused in words', async () => {
    const port = await occupy(0);
    await expect(createShell({ port }).start()).rejects.toThrow(
      `Port ${port} is used by another program. Choose another with --port.`,
    );
  });
});

describe('a second copy with the same data directory', () => {
  test('asks the first one and ends, without a program of its own', async () => {
    const { url } = await ready(createShell());
    const other = new AppDouble();
    const second = createShell({ createApp: () => Promise.resolve(other), target: 'tel:100' });
    expect(await second.start()).toEqual({
      outcome: 'alreadyRunning',
      copy: { pid: process.pid, url, windows: 0 },
    });
    expect(app.log).toEqual(['start', 'open tel:100']);
    expect(other.log).toEqual([]);
    await second.stop();
    expect(existsSync(join(directory, 'data', 'running.json'))).toBe(true);
  });

  test('two that start in the same moment: one runs', async () => {
    const results = await Promise.all([createShell().start(), createShell().start()]);
    expect(results.map((result) => result.outcome).sort()).toEqual(['alreadyRunning', 'ready']);
  });

  test.each([
    ['a dead process', { pid: 2 ** 22 + 1, port: 1, controlKey: 'k' }],
    ['a process number that another program has now', { pid: process.pid, port: 1, controlKey: 'k' }],
    ['nonsense', 'nonsense'],
  ])('a lock left by %s is taken over', async (_name, content) => {
    mkdirSync(join(directory, 'data'));
    writeFileSync(join(directory, 'data', 'running.json'), JSON.stringify(content));
    await ready(createShell());
    expect(readFileSync(join(directory, 'data', 'running.json'), 'utf8')).toContain(`"pid":${process.pid}`);
  });

  test('a lock whose port another program answers is taken over', async () => {
    const port = await occupy(0);
    mkdirSync(join(directory, 'data'));
    writeFileSync(join(directory, 'data', 'running.json'), JSON.stringify({ pid: process.pid, port, controlKey: 'k' }));
    await ready(createShell());
  });
});

describe('the sign-in file', () => {
  const file = () => join(directory, 'sign-in.json');

  test('is handed on and deleted', async () => {
    writeFileSync(file(), '{"address":"alice@example.com","password":"pw"}', { mode: 0o600 });
    await ready(createShell({ signInFile: file() }));
    expect(app.credentials).toEqual({ address: 'alice@example.com', password: 'pw' });
    expect(existsSync(file())).toBe(false);
  });

  test('that others can read is deleted unread', async () => {
    writeFileSync(file(), '{"address":"alice@example.com","password":"pw"}', { mode: 0o644 });
    await expect(createShell({ signInFile: file() }).start()).rejects.toThrow('Parley deleted it unread');
    expect(existsSync(file())).toBe(false);
    expect(app.credentials).toBeUndefined();
  });

  test('that holds something else is deleted and its content not repeated', async () => {
    writeFileSync(file(), 'secret-content', { mode: 0o600 });
    const error = await createShell({ signInFile: file() })
      .start()
      .catch((caught: unknown) => caught);
    expect(String(error)).toContain('must hold');
    expect(String(error)).not.toContain('secret-content');
    expect(existsSync(file())).toBe(false);
  });
});
