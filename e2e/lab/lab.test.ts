import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { setDefaultCACertificates, connect as connectTls } from 'node:tls';
import { client, xml } from '@xmpp/client';
import { Client as LdapClient } from 'ldapts';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LDAP_READER, LDAP_SUFFIX, account } from './accounts.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { groupMembers } from './process-group.ts';
import { askUdp } from './rtpengine.ts';
import type { LabServer } from './server.ts';
import { SEARCH_BASES } from './slapd.ts';
import { toneIn } from './tone.ts';
import { until } from './wait.ts';

const PROBE_TIMEOUT_MS = 250;
const PEOPLE = 300;

/** Sends a line to a TCP port and tells whether the answer begins as expected. */
function answersTcp(port: number, say: string, expected: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (isAlive: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isAlive);
    };
    const timer = setTimeout(finish, PROBE_TIMEOUT_MS, false);
    let text = '';
    socket.on('connect', () => socket.write(say));
    socket.on('error', () => {
      finish(false);
    });
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      if (text.includes(expected)) finish(true);
    });
  });
}

/** Asks each server in its own protocol whether it is alive. */
const PROBES: Readonly<Record<string, (lab: Lab) => Promise<boolean>>> = {
  prosody: (lab) =>
    answersTcp(
      lab.prosody.ports.c2s,
      "<?xml version='1.0'?><stream:stream to='parley.test' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
      'starttls',
    ),
  kamailio: (lab) =>
    answersTcp(
      lab.kamailio.ports.tcp,
      'OPTIONS sip:parley.test SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKprobe;rport\r\nFrom: <sip:a@parley.test>;tag=1\r\n' +
        'To: <sip:parley.test>\r\nCall-ID: probe\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\nContent-Length: 0\r\n\r\n',
      'SIP/2.0 200',
    ),
  rtpengine: async (lab) =>
    (await askUdp(lab.rtpengine.ports.ng, 'probe d7:command4:pinge', PROBE_TIMEOUT_MS))?.includes('pong') === true,
  slapd: (lab) =>
    // an anonymous simple bind, RFC 4511 section 4.2, and the beginning of its answer
    answersTcp(lab.slapd.ports.ldap, '\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00', '\x30'),
  dovecot: (lab) => answersTcp(lab.dovecot.ports.imap, '', '* OK'),
};

function serverOf(lab: Lab, name: string): LabServer<string> {
  const found = lab.servers.find((server) => server.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

describe('two labs side by side', () => {
  let labs: readonly Lab[] = [];
  let first: Lab;
  let second: Lab;

  beforeAll(async () => {
    labs = await Promise.all([startLab({ people: PEOPLE, bobHz: 523 }), startLab({ people: PEOPLE, bobHz: 700 })]);
    const [one, two] = labs;
    if (one === undefined || two === undefined) throw new Error('unreachable');
    first = one;
    second = two;
  });

  afterAll(async () => {
    await Promise.all(labs.map((lab) => lab.stop()));
  });

  test('share no port and no folder', () => {
    const ports = labs.flatMap((lab) => Object.values(lab.ports).flatMap((numbers) => Object.values(numbers)));
    expect(new Set(ports).size).toBe(ports.length);
    expect(first.directory).not.toBe(second.directory);
  });

  test('run every server that faces a network as an unprivileged user', () => {
    const wanted = process.getuid?.() === 0 ? 65_534 : process.getuid?.();
    for (const name of ['prosody', 'kamailio', 'rtpengine', 'slapd', 'dovecot', 'bob', 'carol']) {
      const processes = serverOf(first, name).processIds();
      expect(processes.length).toBeGreaterThan(0);
      for (const id of processes) expect(statSync(`/proc/${String(id)}`).uid, name).toBe(wanted);
    }
  });

  test('have the directory with its people in five branches, over StartTLS and for the reader', async () => {
    const ca = readFileSync(first.certificates.caPath);
    const ldap = new LdapClient({ url: `ldap://127.0.0.1:${String(first.slapd.ports.ldap)}` });
    await ldap.startTLS({ ca, servername: 'parley.test' });
    await ldap.bind(LDAP_READER.dn, LDAP_READER.password);
    let people = 0;
    for (const base of SEARCH_BASES) {
      const { searchEntries } = await ldap.search(base, { filter: '(objectClass=inetOrgPerson)', attributes: ['uid'] });
      expect(searchEntries.length).toBeGreaterThan(20);
      people += searchEntries.length;
    }
    expect(people).toBe(PEOPLE + first.accounts.length);
    const { searchEntries } = await ldap.search(LDAP_SUFFIX, {
      filter: `(telephoneNumber=${account('bob').number})`,
      explicitBufferAttributes: ['jpegPhoto'],
    });
    expect(searchEntries[0]).toMatchObject({ cn: 'Bob Okafor', department: 'Sales', l: 'London', ipPhone: '6101' });
    await ldap.unbind();

    const own = new LdapClient({
      url: `ldaps://127.0.0.1:${String(first.slapd.ports.ldaps)}`,
      tlsOptions: { ca, servername: 'parley.test' },
    });
    await own.bind(account('alice').dn, account('alice').password);
    await expect(own.bind(account('alice').dn, 'wrong')).rejects.toThrow();
    await own.unbind();
  });

  test('have voicemail for alice, seen and unseen, and take more while they run', async () => {
    const imap = new ImapFlow({
      host: '127.0.0.1',
      port: first.dovecot.ports.imaps,
      secure: true,
      logger: false,
      auth: { user: 'alice', pass: account('alice').password },
      tls: { ca: readFileSync(first.certificates.caPath), servername: 'parley.test' },
    });
    await imap.connect();
    const before = await imap.status('Voicemail', { messages: true, unseen: true });
    expect(before).toMatchObject({ messages: 6, unseen: 3 });
    const lock = await imap.getMailboxLock('Voicemail');
    const message = await imap.fetchOne('*', { envelope: true, headers: true, bodyStructure: true });
    lock.release();
    await imap.mailboxClose(); // a selected mailbox shows what its session has seen
    if (message === false || message === undefined) throw new Error('no message');
    const headers = message.headers?.toString() ?? '';
    expect(headers).toContain(`X-Asterisk-VM-Caller-ID-Num: ${account('bob').number}`);
    expect(headers).toMatch(/X-Asterisk-VM-Duration: [1-9]/);
    expect(message.bodyStructure?.childNodes?.[1]?.type).toBe('audio/x-wav');
    await first.dovecot.leaveVoicemail({ from: 'eve', text: 'One more.', voice: 'en-gb', ageMs: 0, isSeen: false });
    const after = await imap.status('Voicemail', { messages: true, unseen: true });
    expect(after).toMatchObject({ messages: 7, unseen: 4 });
    await imap.logout();
  });

  test('have colleagues who show presence and answer chat', async () => {
    setDefaultCACertificates([readFileSync(first.certificates.caPath, 'utf8')]);
    const alice = client({
      service: `xmpp://127.0.0.1:${String(first.prosody.ports.c2s)}`,
      domain: 'parley.test',
      resource: 'test',
      username: 'alice',
      credentials: (authenticate) =>
        authenticate({ username: 'alice', password: account('alice').password }, 'SCRAM-SHA-1'),
    });
    // The library waits 2 s for each step of the stream; a busy computer may need longer.
    Object.assign(alice, { timeout: 10_000 });
    const seen = new Map<string, string>();
    const answers: string[] = [];
    alice.on('error', () => undefined);
    alice.on('stanza', (stanza) => {
      const from = stanza.attrs['from']?.split('@')[0] ?? '';
      if (stanza.name === 'presence') seen.set(from, stanza.getChildText('show') ?? 'available');
      const body = stanza.getChildText('body');
      if (stanza.name === 'message' && body !== null) answers.push(body);
    });
    await alice.start();
    await alice.send(xml('presence'));
    await until('presence of bob and dave', () => seen.get('bob') === 'available' && seen.get('dave') === 'away');
    first.colleagues.setPresence({ user: 'bob', show: 'dnd', status: 'Busy' });
    await until('bob to be busy', () => seen.get('bob') === 'dnd');
    await alice.send(xml('message', { to: 'bob@parley.test', type: 'chat', id: 'm1' }, xml('body', {}, 'Lunch?')));
    await until('an answer', () => answers.some((text) => text.includes('Lunch?')));
    first.colleagues.say('grace', 'The build is green.');
    await until('grace', () => answers.includes('The build is green.'));
    await alice.stop();
  });

  test('carry a call whose sound goes there and back, until the relay is cut', async () => {
    await first.bob.dial(account('carol').number);
    await first.bob.waitFor('CALL_ESTABLISHED');
    const { peerName } = await first.carol.waitFor('CALL_ESTABLISHED');
    expect(peerName).toBe('Bob Okafor');
    const heard = (hz: number): number => toneIn(first.bob.recordings('heard')[0] ?? '', hz).heardMs;
    await until('the echo of his tone', () => heard(523) >= 1_000);
    expect(heard(700)).toBe(0);
    first.cutMedia();
    // a quarter second is on its way in buffers; then the recording must stand still for two
    let last = -1;
    let since = performance.now();
    await until('silence after the cut', () => {
      const now = heard(523);
      if (now !== last) since = performance.now();
      last = now;
      return performance.now() - since > 1_500;
    });
    first.restoreMedia();
    await until('the echo to come back', () => heard(523) > last + 500);
    await first.bob.sendDtmf('5');
    expect((await first.carol.waitFor('CALL_DTMF_START')).param).toBe('5');
    await first.bob.hangUp();
    await first.carol.waitFor('CALL_CLOSED');
  });

  test('the echo sends back what it hears when it is the caller, too', async () => {
    const from = first.carol.events.length;
    await first.carol.dial('6101');
    await first.carol.waitFor('CALL_ESTABLISHED', { from });
    await until('the echo', () => toneIn(first.bob.recordings('heard').at(-1) ?? '', 523).heardMs >= 500);
    await first.carol.hangUp();
    await first.carol.waitFor('CALL_CLOSED', { from });
  });

  test('a phone that is told to rings until it is answered', async () => {
    await second.carol.use({ answerMode: 'manual' });
    await second.bob.dial('6102');
    await second.carol.waitFor('CALL_INCOMING');
    expect(second.bob.events.some((event) => event.type === 'CALL_ESTABLISHED')).toBe(false);
    await second.carol.answer();
    await second.bob.waitFor('CALL_ESTABLISHED');
    await second.bob.hangUp();
  });

  test.each(Object.keys(PROBES))(
    '%s answers, is silent while frozen, dies when killed, comes back on its ports',
    async (name) => {
      const probe = PROBES[name];
      if (probe === undefined) throw new Error('unreachable');
      const server = serverOf(second, name);
      const { ports } = server;
      await until(`an answer of ${name}`, () => probe(second));
      server.freeze();
      expect(await probe(second)).toBe(false);
      server.thaw();
      await until(`${name} to thaw`, () => probe(second));
      const processes = server.processIds();
      await server.kill();
      expect(await probe(second)).toBe(false);
      for (const id of processes) expect(groupMembers(id)).toEqual([]);
      await server.start();
      expect(server.ports).toEqual(ports);
      await until(`an answer of ${name}`, () => probe(second));
      await server.restart();
      await until(`an answer of ${name}`, () => probe(second));
    },
  );

  test('phones are reachable and colleagues come back after their servers were killed', async () => {
    const from = second.bob.events.length;
    await second.kamailio.kill();
    await second.kamailio.start();
    await second.bob.dial('6102');
    await second.carol.waitFor('CALL_INCOMING');
    await second.bob.hangUp();
    await second.bob.waitFor('CALL_CLOSED', { from });
    await second.colleagues.restart();
    expect(
      second.colleagues.events.filter((event) => event.event === 'online' && event.user === 'bob').length,
    ).toBeGreaterThan(1);
  });

  test('refuse what makes no sense', async () => {
    await expect(first.prosody.start()).rejects.toThrow('running');
    expect(() => {
      first.slapd.thaw();
    }).toThrow('running');
  });
});

describe('a lab of some servers', () => {
  test('starts only what is asked for, and leaves no process and no file', async () => {
    const lab = await startLab({ servers: ['slapd'], people: PEOPLE });
    expect(lab.servers.map((server) => server.name)).toEqual(['slapd']);
    expect(() => lab.prosody).toThrow('without prosody');
    expect(Object.keys(lab.description)).not.toContain('sip');
    const groups = lab.servers.flatMap((server) => server.processIds());
    lab.slapd.freeze(); // even what is frozen is ended
    await lab.stop();
    for (const group of groups) expect(groupMembers(group)).toEqual([]);
    expect(existsSync(lab.directory)).toBe(false);
  });

  test('fills a roster with as many contacts as wanted', async () => {
    const lab = await startLab({ servers: ['prosody'], rosterSize: 200 });
    const roster = readFileSync(`${lab.prosody.directory}/data/parley%2etest/roster/alice.dat`, 'utf8');
    expect(roster.match(/"subscription"/g)).toHaveLength(200);
    await lab.stop();
  });

  test.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const)('presents a certificate that is %s when asked to', async (kind, code) => {
    const lab = await startLab({ servers: ['dovecot'], certificates: { dovecot: kind } });
    const failure = await new Promise<string>((resolve) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: lab.dovecot.ports.imaps,
        servername: 'parley.test',
        ca: readFileSync(lab.certificates.caPath),
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? error.message);
      });
      socket.on('secureConnect', () => {
        socket.destroy();
        resolve('accepted');
      });
    });
    expect(failure).toBe(code);
    await lab.stop();
  });
});
