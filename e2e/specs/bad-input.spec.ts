import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyProcess } from '../harness/parley-process.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { SipRelay } from '../harness/sip-relay.ts';
import { withStore } from '../harness/stored-data.ts';
import { seedFor } from '../lab/client-settings.ts';
import { startLab } from '../lab/lab.ts';

const databaseFile = 'parley.sqlite';

test('a database of garbage is kept under another name, and the window says so', async ({ parley, scratch }) => {
  const garbage = randomBytes(50_000);
  writeFileSync(join(scratch, databaseFile), garbage);
  const window = new ParleyWindow(await parley.open(await parley.start({ dataDirectory: scratch })));
  await expect(window.strip).toContainText('database was damaged');
  const kept = readdirSync(scratch).filter((name) => /^parley\.damaged\..*\.sqlite$/.test(name));
  expect(kept).toHaveLength(1);
  expect(readFileSync(join(scratch, kept[0] ?? '')).equals(garbage)).toBe(true);
  await expect(window.strip).toContainText(kept[0] ?? '');
  // Parley goes on with a new one.
  await expect(window.contact('Bob Okafor')).toBeVisible();
});

test('a database of a newer version is kept untouched, and the window says so', async ({ parley, scratch }) => {
  withStore(scratch, (store) => {
    store.db.pragma('user_version = 9999');
    store.db.pragma('wal_checkpoint(TRUNCATE)');
  });
  const before = readFileSync(join(scratch, databaseFile));
  const window = new ParleyWindow(await parley.open(await parley.start({ dataDirectory: scratch, as: null })));
  await expect(window.strip).toContainText('newer version of Parley');
  const kept = readdirSync(scratch).filter((name) => name.startsWith('parley.newer-version-9999.'));
  expect(kept).toContainEqual(expect.stringMatching(/\.sqlite$/));
  const file = kept.find((name) => name.endsWith('.sqlite')) ?? '';
  expect(readFileSync(join(scratch, file)).equals(before)).toBe(true);
});

test('a stored setting that makes no sense costs only itself', async ({ parley, scratch }) => {
  withStore(scratch, (store) => {
    const insert = store.db.prepare("INSERT INTO settings VALUES ('', ?, ?, 0)");
    insert.run('appearance.theme', '{"not": a theme');
    insert.run('calls.ringVolumePercent', '100000');
    insert.run('log.level', '"warn"');
    insert.run('from.a.newer.version', '1');
  });
  const service = await parley.start({ dataDirectory: scratch });
  const page = await parley.open(service);
  const window = new ParleyWindow(page);
  await expect(window.strip).toContainText('appearance.theme made no sense');
  await page.getByRole('button', { name: 'Hide until it changes' }).click();
  await expect(window.strip).toContainText('calls.ringVolumePercent made no sense');
  await page.getByRole('button', { name: 'Hide until it changes' }).click();
  await expect(window.strip).toBeHidden();
  const general = await window.goToSettings('General');
  await expect(general.getByRole('combobox', { name: 'Colours' })).toHaveValue('system');
  const about = await window.goToSettings('About and diagnostics');
  await expect(about.getByRole('combobox')).toHaveValue('warn');
  await service.stop();
  const left = withStore(scratch, ({ db }) => db.prepare("SELECT key FROM settings WHERE account = ''").pluck().all());
  expect(left).toContain('from.a.newer.version');
  expect(left).not.toContain('calls.ringVolumePercent');
});

test('a policy file of garbage is not honoured, and the settings say so', async ({ parley, scratch }) => {
  const policyFile = join(scratch, 'policy.json');
  writeFileSync(policyFile, '{"version": 1, "lock": {"archive.enabled": tru');
  const window = new ParleyWindow(await parley.open(await parley.start({ policyFile })));
  const page = await window.goToSettings('Privacy and policy');
  await expect(page).toContainText('Problems of the policy file');
  // Only root can prove that it wrote the file.
  await expect(page).toContainText(process.getuid?.() === 0 ? 'is not JSON' : 'does not belong to root');
});

test('a port that is in use is said, and the port of last time is only a preference', async ({ parley, scratch }) => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  try {
    const refused = new ParleyProcess({ port });
    await expect(refused.start()).rejects.toThrow(
      `Port ${port} is used by another program. Choose another with --port.`,
    );
    await refused.stop();
    writeFileSync(join(scratch, 'port'), String(port));
    const service = await parley.start({ dataDirectory: scratch, port: 'remembered', as: null });
    expect(service.errorOutput).toContain(`Port ${port} of last time is used by another program`);
    expect(new URL(service.origin).port).not.toBe(String(port));
  } finally {
    other.close();
  }
});

test(
  'a service that is killed in mid-sentence has lost nothing when it is back',
  { tag: '@prosody' },
  async ({ lab, parley, scratch }) => {
    const first = await parley.start({ dataDirectory: scratch });
    const window = new ParleyWindow(await parley.open(first));
    await window.openChat('Bob Okafor');
    const texts = Array.from({ length: 8 }, (_value, index) => `Sentence ${String(index + 1)} of the killed service.`);
    for (const text of texts) await window.send(text);
    await expect(window.messages).toContainText(texts.at(-1) ?? '');
    await first.kill();
    await expect(window.strip).toContainText('service does not answer');

    const again = await parley.start({ dataDirectory: scratch, as: null });
    const after = new ParleyWindow(await parley.open(again));
    await after.go('Chats');
    await after.conversation('Bob Okafor').click();
    for (const text of texts) await expect(after.messages).toContainText(text);
    await expect(after.messages.getByText('Sending')).toBeHidden();
    await again.stop();
    const bob = lab.account('bob').address;
    const stored = withStore(scratch, ({ db }) =>
      db
        .prepare("SELECT body FROM messages WHERE direction = 'out' AND peer = ? AND body LIKE ? ORDER BY sent_at_ms")
        .pluck()
        .all(bob, '% of the killed service.'),
    );
    expect(stored).toEqual(texts);
  },
);

test('a server whose certificate has expired is refused in words', async ({ parley }) => {
  const expired = await startLab({ servers: ['prosody'], certificates: { prosody: 'expired' }, isVerbose: true });
  try {
    const seed = seedFor(expired.description, 'alice');
    const service = await parley.start({ seed, as: null });
    const window = new ParleyWindow(await parley.open(service));
    await window.signIn(expired.account('alice').password);
    await expect(window.signInProblem).toContainText(/certificate.*expired|expired.*certificate/i);
    // The server's own log has what a client says before it is known: it asked for TLS, and never began to sign in.
    const heard = expired.prosody.log();
    expect(heard).toContain('Received[c2s_unauthed]: <starttls');
    expect(heard).not.toContain('Received[c2s_unauthed]: <auth');
    expect(heard).not.toContain('Authenticated as');
  } finally {
    await expired.stop();
  }
});

test('SIP that no server would send does not bring the phone down', { tag: '@kamailio' }, async ({ lab, parley }) => {
  const { sip } = lab.description;
  if (sip?.udpPort === undefined) {
    test.skip(true, 'these servers offer no SIP over UDP');
    return;
  }
  const relay = new SipRelay({ host: sip.host, port: sip.udpPort });
  await relay.start();
  try {
    const seed = {
      ...seedFor(lab.description, 'alice', 'udp'),
      'phone.servers': [`127.0.0.1:${String(relay.port)}`],
    };
    const service = await parley.start({ seed });
    const window = new ParleyWindow(await parley.open(service));
    await expect.poll(() => service.log().some((line) => line.includes('softphone registered'))).toBe(true);
    const { pid } = service;
    for (const bytes of malformed(relay.lastRequest)) relay.inject(bytes);
    // The phone still speaks: a call goes through the same socket.
    await window.dial(lab.account('bob').extension);
    await expect(window.stage('Bob Okafor')).toBeVisible();
    for (const bytes of malformed(relay.lastRequest)) relay.inject(bytes);
    await expect(window.timer).toBeVisible();
    for (const bytes of malformed(relay.lastRequest)) relay.inject(bytes);
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
    expect(service.pid).toBe(pid);
    await expect(window.strip).toBeHidden();
    expect(service.log().filter((line) => line.includes('unexpected error'))).toEqual([]);
  } finally {
    relay.stop();
  }
});

/** Requests and replies that break RFC 3261; the replies are to this request. */
function malformed(request: string): readonly (Buffer | string)[] {
  const header = (name: string): string => new RegExp(`^${name}:.*$`, 'im').exec(request)?.[0] ?? `${name}: none`;
  const reply = (status: string, names: readonly string[], rest = ''): string =>
    [status, ...names.map(header), rest, '', ''].join('\r\n');
  const all = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];
  const invite = 'INVITE sip:alice@127.0.0.1 SIP/2.0';
  return [
    randomBytes(900),
    Buffer.alloc(60_000, 'A'),
    'SIP/2.0',
    'SIP/2.0 \r\n\r\n',
    'SIP/2.0 200 OK\r\n\r\n',
    reply('SIP/2.0 abc OK', all),
    reply('SIP/2.0 99999 OK', all),
    reply('SIP/2.0 200 OK', ['Via', 'CSeq']),
    reply('SIP/2.0 200 OK', ['From', 'To', 'Call-ID']),
    reply('SIP/2.0 200 OK', ['Via', 'From', 'To', 'Call-ID'], 'CSeq: -1 WHAT'),
    reply('SIP/2.0 183 Session Progress', all, 'Content-Type: application/sdp\r\nContent-Length: 99999999'),
    reply('SIP/2.0 401 Unauthorized', ['Via', 'From', 'To', 'Call-ID'], 'CSeq: x\r\nWWW-Authenticate: Digest realm="'),
    `${invite}\r\n\r\n`,
    `${invite}\r\nVia: SIP/2.0/UDP\r\nFrom: <<<>>>\r\nTo: ;;;\r\nCall-ID: \r\nCSeq: INVITE\r\n\r\n`,
    `${invite}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:x@h>;tag=1\r\nTo: <sip:alice@h>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nMax-Forwards: many\r\nContent-Length: -5\r\n\r\nv=0`,
    `BYE sip:alice@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK2\r\nFrom: <sip:x@h>;tag=1\r\nTo: <sip:alice@h>;tag=nobody\r\nCall-ID: none\r\nCSeq: 1 BYE\r\n\r\n`,
    'NOTIFY \0\0\0 SIP/2.0\r\n\0: \0\r\n\r\n',
  ];
}
