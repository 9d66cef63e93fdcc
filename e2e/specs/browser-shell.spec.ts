import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { closeCodes, webSocketPath } from '../../src-shared/rpc/handshake.ts';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyProcess } from '../harness/parley-process.ts';
import { ParleyWindow, settingsPages } from '../harness/parley-window.ts';
import type { Section } from '../harness/parley-window.ts';
import { reportedViolations, watchPolicy } from '../harness/policy-watch.ts';

test('it listens on the loopback address only', async ({ parley }) => {
  test.skip(process.platform !== 'linux', 'the list of sockets is read from /proc');
  const service = await parley.start();
  const addresses = listeningAddresses(service.pid);
  expect(addresses).toHaveLength(1);
  // 127.0.0.1 in the byte order of /proc/net/tcp.
  expect(addresses[0]).toMatch(/^0100007F:/);
});

test('a window with a wrong secret is refused and its page says so', async ({ parley }) => {
  const service = await parley.start();
  expect(await closeCodeOf(service, { secret: 'guessed', clientId: 'a-stranger' })).toBe(closeCodes.secretRefused);
  expect(await closeCodeOf(service, 'no hello at all')).toBe(closeCodes.secretRefused);

  const page = await parley.open(service);
  await expect(new ParleyWindow(page).rail('Contacts')).toBeVisible();
  const context = page.context();
  const stranger = await context.newPage();
  await stranger.goto(`${service.origin}/#secret=guessed`);
  await expect(stranger.getByRole('heading', { name: 'This window may not use Parley' })).toBeVisible();
  // Another page of the same browser has nothing to borrow: no cookie holds the secret.
  const other = await context.newPage();
  await other.goto(service.origin);
  await expect(other.getByRole('heading', { name: 'This window may not use Parley' })).toBeVisible();
  expect(await context.cookies()).toEqual([]);
});

test('requests under a foreign name and WebSockets of foreign pages are refused', async ({ parley }) => {
  const service = await parley.start({ as: null });
  const { host } = new URL(service.origin);
  const own = await get(service, { host });
  expect(own.status).toBe(200);
  expect(own.headers['set-cookie']).toBeUndefined();
  expect((await get(service, { host: 'evil.example' })).status).toBe(403);
  expect((await get(service, { host: `evil.example:${new URL(service.origin).port}` })).status).toBe(403);
  // A cookie opens nothing: assets need none, and the WebSocket does not look at it.
  const secret = new URLSearchParams(new URL(service.windowUrl).hash.slice(1)).get('secret') ?? '';
  expect(secret).not.toBe('');
  expect(await upgradeStatus(service, {})).toBe(403);
  expect(await upgradeStatus(service, { origin: 'http://evil.example' })).toBe(403);
  expect(await upgradeStatus(service, { origin: 'http://127.0.0.1:1', cookie: `secret=${secret}` })).toBe(403);
  expect(await upgradeStatus(service, { origin: service.origin, host: 'evil.example' })).toBe(403);
  expect(await upgradeStatus(service, { origin: service.origin })).toBe(101);
  for (const path of ['/../package.json', '/..%2f..%2fpackage.json', '/%2e%2e/main/browser.js', '/main/browser.js'])
    expect((await get(service, { host }, path)).status, path).toBe(404);
});

test('script that was smuggled into the page does not run', async ({ parley }) => {
  const service = await parley.start();
  const page = await parley.open(service);
  await watchPolicy(page);
  const response = await page.reload();
  const policy = (await response?.headerValue('content-security-policy')) ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");

  // In the markup, as a flaw in the server would put it there. The headers stay those of the service.
  await page.route(`${service.origin}/`, async (route) => {
    const original = await route.fetch();
    const smuggled = '<script>window.smuggled = true</script><img src="none.png" onerror="window.smuggled = true">';
    await route.fulfill({
      response: original,
      body: (await original.text()).replace('</body>', `${smuggled}</body>`),
    });
  });
  await page.goto(service.windowUrl);
  await page.reload();
  await expect.poll(() => reportedViolations(page)).toContainEqual(expect.stringMatching(/^script-src-elem inline/));
  await expect.poll(() => reportedViolations(page)).toContainEqual(expect.stringMatching(/^script-src-attr inline/));

  await page.unrouteAll();
  await page.reload();
  await expect(new ParleyWindow(page).contact('Bob Okafor')).toBeVisible();
  // From script, as a flaw in the window would. In a task of its own: what the test runner evaluates is exempt.
  const tried = await page.evaluate(
    () =>
      new Promise<Record<string, string>>((resolve) => {
        const attempts: Record<string, () => void> = {
          eval: () => {
            const indirect = globalThis.eval;
            indirect('window.smuggled = true');
          },
          innerHTML: () => {
            document.body.innerHTML = '<img src="none.png" onerror="window.smuggled = true">';
          },
          element: () => {
            const script = document.createElement('script');
            script.append('window.smuggled = true');
            document.body.append(script);
          },
          policy: () => {
            const { trustedTypes } = window as unknown as {
              trustedTypes: { createPolicy(name: string, rules: object): unknown };
            };
            trustedTypes.createPolicy('own', { createHTML: (text: string) => text });
          },
        };
        setTimeout(() => {
          const results: Record<string, string> = {};
          for (const [name, attempt] of Object.entries(attempts)) {
            try {
              attempt();
              results[name] = 'no error';
            } catch (error) {
              results[name] = error instanceof Error ? error.name : String(error);
            }
          }
          resolve(results);
        }, 0);
      }),
  );
  expect(tried).toMatchObject({ eval: 'EvalError', innerHTML: 'TypeError', policy: 'TypeError' });
  expect(await page.evaluate(() => 'smuggled' in window)).toBe(false);
  await expect.poll(() => service.log().join('\n')).toMatch(/window\.content-policy .*blocked trusted-types-sink/);
});

test('daily use of every view breaks no rule of the content policy', async ({ parley }) => {
  const page = await parley.open(await parley.start());
  const consoleTexts: string[] = [];
  page.on('console', (message) => consoleTexts.push(message.text()));
  await watchPolicy(page);
  await page.reload();
  const window = new ParleyWindow(page);
  await window.openCard('Bob Okafor');
  await window.openChat('Bob Okafor');
  await window.send('See https://example.org/ and 😀');
  await window.search('oka');
  await expect(window.results.getByRole('option', { name: /Bob Okafor/ })).toBeVisible();
  await page.keyboard.press('Escape');
  for (const section of ['Chats', 'Calls', 'Voicemail', 'Contacts'] satisfies Section[]) await window.go(section);
  for (const name of settingsPages) await window.goToSettings(name);
  await page.keyboard.press('Control+Shift+P');
  await expect(page.getByRole('menuitemradio').first()).toBeVisible();
  expect(await reportedViolations(page)).toEqual([]);
  expect(consoleTexts.filter((text) => /content security policy|trusted/i.test(text))).toEqual([]);
});

test('what it writes is for this user alone, also in a folder that others may read', () => {
  test.skip(process.platform === 'win32', 'Windows guards by access lists of the profile');
  const parent = mkdtempSync(join(tmpdir(), 'parley-modes-'));
  return withCleanup(parent, async () => {
    const made = new ParleyProcess({ dataDirectory: join(parent, 'made') });
    mkdirSync(join(parent, 'open'), { mode: 0o755 });
    const given = new ParleyProcess({
      dataDirectory: join(parent, 'open'),
      seed: { 'chat.enabled': false, 'phone.enabled': false, 'directory.enabled': false, 'voicemail.enabled': false },
    });
    try {
      await made.start();
      expect(statSync(made.dataDirectory).mode & 0o777).toBe(0o700);
      expect(statSync(made.launchFile).mode & 0o777).toBe(0o600);
      await given.start();
      // The harness wrote the seed file, in its own way.
      const files = readdirSync(given.dataDirectory, { recursive: true, withFileTypes: true }).filter(
        (entry) => entry.isFile() && entry.name !== 'seed.json',
      );
      expect(files.map(({ name }) => name)).toContain('parley.sqlite');
      const readable = files.filter(({ parentPath, name }) => (statSync(join(parentPath, name)).mode & 0o077) !== 0);
      expect(readable.map(({ name }) => name)).toEqual([]);
    } finally {
      await made.stop();
      await given.stop();
    }
  });
});

test('secrets and their key can be read by this user only', async ({ parley }) => {
  test.skip(process.platform === 'win32', 'Windows guards by access lists of the profile');
  const service = await parley.start();
  for (const name of ['secrets.key', 'secrets.json', 'running.json']) {
    const file = join(service.dataDirectory, name);
    await expect.poll(() => existsSync(file), name).toBe(true);
    expect(statSync(file).mode & 0o777, name).toBe(0o600);
  }
  // The file that carried the password in is gone.
  expect(existsSync(join(service.dataDirectory, 'sign-in.json'))).toBe(false);
});

test('the port stays over a restart, a second copy gives way, and an open window comes back', async ({ parley }) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'parley-port-'));
  await withCleanup(dataDirectory, async () => {
    const first = await parley.start({ dataDirectory, port: 'remembered' });
    const { origin } = first;
    const page = await parley.open(first);
    await expect(new ParleyWindow(page).contact('Bob Okafor')).toBeVisible();

    const second = spawnSync(
      process.execPath,
      [ParleyProcess.entry, '--data', dataDirectory, '--no-window', '--json'],
      {
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    expect(second.status).toBe(0);
    expect(second.stderr).toContain(`Parley already runs with this data directory (process ${first.pid})`);
    expect(JSON.parse(second.stdout)).toMatchObject({ ready: false, alreadyRunning: true, url: origin });

    await first.stop();
    const again = await parley.start({ dataDirectory, port: 'remembered', as: null });
    expect(again.origin).toBe(origin);
    await parley.open(again, { context: page.context() });
    await again.stop();
  });
});

async function withCleanup(directory: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Local addresses of the TCP sockets on which this process listens, in the hexadecimal form of /proc/net/tcp. */
function listeningAddresses(pid: number): readonly string[] {
  const inodes = new Set<string>();
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    const match = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${pid}/fd/${name}`));
    if (match?.[1] !== undefined) inodes.add(match[1]);
  }
  const listening = '0A';
  return ['tcp', 'tcp6']
    .flatMap((table) =>
      existsSync(`/proc/net/${table}`) ? readFileSync(`/proc/net/${table}`, 'utf8').split('\n') : [],
    )
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === listening && inodes.has(columns[9] ?? ''))
    .map((columns) => columns[1] ?? '');
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // The descriptor was closed in between.
    return '';
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

function get(service: ParleyProcess, headers: Record<string, string>, path = '/'): Promise<Answer> {
  const { hostname, port } = new URL(service.origin);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}

function socketTo(service: ParleyProcess, headers: Record<string, string>): WebSocket {
  return new WebSocket(`ws://${new URL(service.origin).host}${webSocketPath}`, { headers });
}

/** Status of the answer to a WebSocket handshake; 101 when it was accepted. */
function upgradeStatus(service: ParleyProcess, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const socket = socketTo(service, headers);
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      socket.on('error', () => undefined);
      socket.terminate();
      resolve(response.statusCode ?? 0);
    });
  });
}

/** The code with which the service closes after this first message. */
function closeCodeOf(service: ParleyProcess, hello: unknown): Promise<number> {
  return new Promise((resolve) => {
    const socket = socketTo(service, { origin: service.origin });
    socket.once('open', () => {
      socket.send(JSON.stringify(hello));
    });
    socket.once('close', resolve);
  });
}
