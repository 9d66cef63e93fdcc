import { xml } from '@xmpp/client';
import type { Element } from '@xmpp/xml';
import { describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import type { ReconnectorStatus } from '../core/reconnector-options.ts';
import { imLimits } from './im-limits.ts';
import { namespaces } from './namespaces.ts';
import { ScriptedServer } from './scripted-server.ts';
import type { ScriptedServerOptions } from './scripted-server.ts';
import { XmppSession } from './xmpp-session.ts';

const domain = 'example.com';
const password = 'correct horse';

/** Alice over a wire in memory, on a clock that the test moves. */
class Alice {
  readonly clock = new TestClock();
  readonly server: ScriptedServer;
  readonly statuses: ReconnectorStatus[] = [];
  readonly ups: ('new' | 'resumed')[] = [];
  readonly stanzas: Element[] = [];
  readonly acknowledged: string[] = [];
  readonly session: XmppSession;
  /** Set: what was gathered cannot be stored. */
  isDiskFull = false;
  /** What more stanzas have to wait for. */
  room: Promise<void> | undefined;
  heldUp = 0;

  constructor(options: Partial<ScriptedServerOptions> = {}, pieces?: (chunk: Buffer) => readonly Buffer[]) {
    this.server = new ScriptedServer({ domain, passwords: { alice: password }, ...options }, pieces);
    this.session = new XmppSession(
      {
        config: { jid: `alice@${domain}`, servers: [{ host: 'one', port: 5222 }], directTls: false },
        transport: this.server,
        resolve: () => Promise.resolve([]),
        clock: this.clock,
        random: () => 0.5,
        log: silentLogger,
      },
      {
        onStatus: (status) => this.statuses.push(status),
        onUp: (resumed) => this.ups.push(resumed ? 'resumed' : 'new'),
        onDown: () => undefined,
        onStanza: (stanza) => this.stanzas.push(stanza),
        onFlush: () => {
          if (this.isDiskFull) throw new Error('disk full');
        },
        room: () => {
          if (this.room !== undefined) this.heldUp += 1;
          return this.room;
        },
        onAcknowledged: (stanzas) => this.acknowledged.push(...stanzas.map(({ messageId }) => messageId ?? '')),
      },
    );
  }

  get status(): ReconnectorStatus | undefined {
    return this.statuses.at(-1);
  }

  /** Lets wire, threads and timers run, in steps of a few milliseconds of the test's time, until it is so. */
  async until(what: string, isSo: () => boolean, stepMs = 5): Promise<void> {
    for (let turn = 0; turn < 20_000; turn += 1) {
      if (isSo()) return;
      await new Promise((resolve) => setImmediate(resolve));
      // Hashing takes real time, in threads: the test's time waits for it.
      while (this.server.awaitsResponse) await new Promise((resolve) => setImmediate(resolve));
      await this.clock.run(stepMs);
    }
    throw new Error(`never: ${what}`);
  }

  /** Lets this much of the test's time pass. */
  async rest(forMs: number): Promise<void> {
    const untilMs = this.clock.now() + forMs;
    await this.until('rested', () => this.clock.now() >= untilMs, 250);
  }

  async signIn(): Promise<this> {
    this.session.start(password);
    await this.until('up', () => this.session.isUp);
    return this;
  }

  message(body: string): void {
    this.session.send(xml('message', { to: `bob@${domain}` }, xml('body', null, body)), body);
  }
}

function bodiesOf(stanzas: readonly Element[]): readonly string[] {
  return stanzas.map((stanza) => stanza.getChildText('body')).filter((body) => body !== null);
}

/** A small generator with a seed (mulberry32), so that a failing run can be run again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('signing in', () => {
  test('goes through STARTTLS, SCRAM and binding, and checks the certificate against the domain', async () => {
    const alice = await new Alice().signIn();
    expect(alice.session.jid).toBe(`alice@${domain}/r1`);
    expect(alice.server.secured).toEqual([domain]);
    expect(alice.server.received).not.toContain(password);
    await alice.session.stop();
    expect(alice.clock.pending).toBe(0);
  });

  test('tells nothing, not even the address, to a server without encryption', async () => {
    const alice = new Alice({ offersTls: false });
    alice.session.start(password);
    await alice.until('given up', () => alice.status?.state === 'failed');
    expect(alice.server.received).not.toContain('alice');
    expect(alice.status).toMatchObject({ failure: { message: expect.stringContaining('no encryption') as string } });
  });

  test('never falls back to PLAIN', async () => {
    const alice = new Alice({ mechanisms: ['PLAIN', 'LOGIN'] });
    alice.session.start(password);
    await alice.until('given up', () => alice.status?.state === 'failed');
    expect(alice.server.received).not.toContain('<auth');
    expect(alice.server.dialled).toHaveLength(1);
  });

  test('believes nothing that was said in the clear after encryption was agreed (CVE-2011-0411)', async () => {
    const alice = new Alice({ afterProceed: '<stream:features><mechanisms/></stream:features>' });
    alice.session.start(password);
    await alice.until('refused', () => alice.status?.state !== 'connecting' && alice.status !== undefined);
    expect(alice.server.secured).toEqual([]);
  });

  test('tries a wrong password once, whatever happens, and a new one at once', async () => {
    const alice = new Alice();
    alice.session.start('wrong');
    await alice.until('refused', () => alice.status?.state === 'failed');
    alice.session.kick();
    await alice.rest(600_000);
    expect(alice.server.dialled).toHaveLength(1);
    expect(alice.status).toMatchObject({ failure: { credentialRefused: true } });
    alice.session.start(password);
    await alice.until('up', () => alice.session.isUp);
    expect(alice.server.dialled).toHaveLength(2);
  });

  test('follows see-other-host', async () => {
    const alice = new Alice({
      insteadOfFeatures: (attempt) =>
        attempt > 1
          ? undefined
          : `<stream:error><see-other-host xmlns='${namespaces.streamErrors}'>two:5333</see-other-host></stream:error>`,
    });
    await alice.signIn();
    expect(alice.server.dialled.map(({ host, port }) => `${host}:${port}`)).toEqual(['one:5222', 'two:5333']);
  });

  test('gives up a server that accepts the connection and then says nothing', async () => {
    const alice = new Alice({ insteadOfFeatures: () => '' });
    alice.session.start(password);
    await alice.until('waiting', () => alice.status?.state === 'waiting', 250);
    expect(alice.status).toMatchObject({ failure: { advice: 'later' } });
  });
});

describe('a lost connection', () => {
  test.each([
    ['is resumed at once after a cut', '', 'resumed', 2],
    ['is not resumed after a conflict: somebody else signed in as us', '<conflict', 'stays down', 1],
    ['is made anew after a restart of the server', '<reset', 'resumed', 2],
    ['is made anew after words that are no XML', 'garbage', 'resumed', 2],
  ])('%s', async (_name, condition, outcome, dialled) => {
    const alice = await new Alice().signIn();
    if (condition === '') alice.server.cut();
    else if (condition === 'garbage') alice.server.writeRaw('<message></iq>');
    else alice.server.writeRaw(`<stream:error>${condition} xmlns='${namespaces.streamErrors}'/></stream:error>`);
    if (outcome === 'resumed') await alice.until('resumed', () => alice.ups.length === 2);
    else await alice.until('down', () => alice.status?.state === 'failed');
    await alice.rest(200_000);
    expect(alice.server.dialled).toHaveLength(dialled);
    expect(alice.ups[1]).toBe(outcome === 'resumed' ? 'resumed' : undefined);
  });

  test('is noticed within seconds when an acknowledgement stays away', async () => {
    const alice = await new Alice().signIn();
    const { connection } = alice.server.session;
    alice.server.session.connection = undefined;
    if (connection !== undefined) connection.write = () => undefined;
    alice.message('anybody there?');
    await alice.clock.run(imLimits.ackDelayMs + imLimits.ackTimeoutMs);
    expect(alice.session.isUp).toBe(false);
    await alice.until('acknowledged on the next connection', () => alice.acknowledged.includes('anybody there?'));
  });

  test('is found out by a probe when it is silent for long', async () => {
    const alice = await new Alice().signIn();
    await alice.until('settled', () => alice.session.unacknowledged === 0);
    const before = alice.server.received.length;
    await alice.until('probe', () => alice.server.received.slice(before).includes('<r '), 500);
    await alice.rest(imLimits.keepAliveMs);
    expect(alice.session.isUp).toBe(true);
  });

  test('hands over to a new session when the server has forgotten the old one', async () => {
    const alice = await new Alice().signIn();
    alice.server.sessions.clear();
    alice.server.cut();
    await alice.until('up again', () => alice.ups.length === 2);
    expect(alice.ups).toEqual(['new', 'new']);
    alice.message('after');
    await alice.until('acknowledged', () => alice.acknowledged.includes('after'));
  });

  test('is taken as lost when the server claims to have handled what was never sent', async () => {
    const alice = await new Alice().signIn();
    alice.server.writeRaw(`<a xmlns='${namespaces.streamManagement}' h='77'/>`);
    await alice.until('down', () => alice.ups.length > 1 || alice.status?.state !== 'up');
  });
});

test('stanzas that could not be stored are not acknowledged, so the server sends them again', async () => {
  const alice = await new Alice().signIn();
  const { session } = alice.server;
  alice.isDiskFull = true;
  session.send(xml('message', { from: `bob@${domain}` }, xml('body', null, 'keep this')));
  await alice.until('refused', () => !alice.session.isUp);
  alice.isDiskFull = false;
  await alice.until('sent again', () => bodiesOf(alice.stanzas).length === 2);
  session.connection?.write(`<r xmlns='${namespaces.streamManagement}'/>`);
  await alice.until('acknowledged', () => session.unacknowledged.length === 0);
});

test('what arrives together with the question how far we are is stored before the answer', async () => {
  const alice = await new Alice().signIn();
  const { session } = alice.server;
  const text = xml('message', { from: `bob@${domain}` }, xml('body', null, 'keep this')).toString();
  alice.isDiskFull = true;
  session.unacknowledged.push(text);
  session.connection?.write(`${text}<r xmlns='${namespaces.streamManagement}'/>`);
  await alice.until('refused', () => !alice.session.isUp);
  alice.isDiskFull = false;
  await alice.until('sent again', () => bodiesOf(alice.stanzas).length === 2);
});

describe('when the disk needs time', () => {
  test('what the server sends waits, with it the server, and then comes whole and in order', async () => {
    const alice = await new Alice().signIn();
    const expected = Array.from({ length: 4_000 }, (_, index) => `${index} ${'x'.repeat(200)}`);
    let letGo = (): void => undefined;
    alice.room = new Promise((resolve) => (letGo = resolve));
    for (const body of expected) {
      alice.server.session.send(xml('message', { from: `bob@${domain}` }, xml('body', null, body)));
    }
    await alice.rest(imLimits.ackTimeoutMs);
    expect(alice.heldUp).toBe(1);
    expect(bodiesOf(alice.stanzas).length).toBeLessThan(expected.length / 2);
    alice.room = undefined;
    letGo();
    await alice.until('all there', () => bodiesOf(alice.stanzas).length === expected.length);
    expect(bodiesOf(alice.stanzas)).toEqual(expected);
    expect(alice.ups).toEqual(['new']);
  });

  test('an acknowledgement that waits among what was sent is not missed', async () => {
    const alice = await new Alice().signIn();
    let letGo = (): void => undefined;
    alice.room = new Promise((resolve) => (letGo = resolve));
    alice.server.session.send(xml('message', { from: `bob@${domain}` }, xml('body', null, 'first')));
    await alice.until('held up', () => alice.heldUp > 0);
    alice.message('mine');
    await alice.rest(3 * imLimits.ackTimeoutMs);
    expect(alice.acknowledged).not.toContain('mine');
    alice.room = undefined;
    letGo();
    await alice.until('acknowledged', () => alice.acknowledged.includes('mine'));
    expect(alice.ups).toEqual(['new']);
  });

  test('a connection that ends meanwhile loses nothing', async () => {
    const alice = await new Alice().signIn();
    let letGo = (): void => undefined;
    alice.room = new Promise((resolve) => (letGo = resolve));
    const expected = Array.from({ length: 50 }, (_, index) => `message ${index}`);
    for (const body of expected) {
      alice.server.session.send(xml('message', { from: `bob@${domain}` }, xml('body', null, body)));
    }
    await alice.until('held up', () => alice.heldUp > 0);
    alice.server.cut();
    alice.room = undefined;
    letGo();
    await alice.until('all there', () => bodiesOf(alice.stanzas).length >= expected.length);
    expect(bodiesOf(alice.stanzas)).toEqual(expected);
  });
});

test('without stream management the answer to a ping stands for the acknowledgement', async () => {
  const alice = await new Alice({ hasStreamManagement: false }).signIn();
  alice.message('one');
  alice.message('two');
  await alice.until('acknowledged', () => alice.acknowledged.length === 2);
  expect(alice.acknowledged).toEqual(['one', 'two']);
  expect(alice.server.received).toContain(namespaces.ping);
});

test('an answer counts only from whom it was asked of', async () => {
  const alice = await new Alice({
    onIq: (iq) => xml('iq', { type: 'result', id: iq.attrs['id'], from: 'mallory@evil.example/x' }),
  }).signIn();
  const answer = alice.session.iq('get', xml('query', { xmlns: namespaces.roster }));
  const outcome = answer.then(
    () => 'answered',
    () => 'not answered',
  );
  await alice.clock.run(imLimits.iqTimeoutMs);
  expect(await outcome).toBe('not answered');
});

test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  'cuts at any byte lose, double and reorder nothing (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const pieces = (chunk: Buffer): readonly Buffer[] => {
      const parts: Buffer[] = [];
      for (let start = 0; start < chunk.length;) {
        const end = start + 1 + Math.floor(random() * 400);
        parts.push(chunk.subarray(start, end));
        start = end;
      }
      return parts;
    };
    const atBob: string[] = [];
    const alice = await new Alice(
      { onStanza: (stanza) => atBob.push(stanza.getChildText('body') ?? '') },
      pieces,
    ).signIn();
    const total = 120;
    const expected = Array.from({ length: total }, (_, index) => `${index} Grüße 🦜 <&> ${'x'.repeat(index % 40)}`);
    let out = 0;
    let back = 0;
    let cuts = 0;
    while (out < total || back < total) {
      const isUp = alice.session.isUp;
      if (out < total && isUp && random() < 0.7) alice.message(expected[out++] ?? '');
      if (back < total && random() < 0.7) {
        alice.server.session.send(xml('message', { from: `bob@${domain}` }, xml('body', null, expected[back++] ?? '')));
      }
      if (isUp && random() < 0.06) cuts += alice.server.cut();
      if (!isUp || random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
      while (alice.server.awaitsResponse) await new Promise((resolve) => setImmediate(resolve));
      await alice.clock.run(random() * (isUp ? 40 : 200));
    }
    await alice.until('all there', () => atBob.length >= total && bodiesOf(alice.stanzas).length >= total);
    await alice.until('all acknowledged', () => alice.acknowledged.filter((id) => id !== '').length >= total);
    expect(atBob).toEqual(expected);
    expect(bodiesOf(alice.stanzas)).toEqual(expected);
    expect(alice.acknowledged.filter((id) => id !== '')).toEqual(expected);
    expect(alice.ups.filter((up) => up === 'new')).toHaveLength(1);
    expect(cuts).toBeGreaterThan(0);
    await alice.session.stop();
    expect(alice.clock.pending).toBe(0);
  },
);
