import Database from 'better-sqlite3';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { VoicemailBox } from '../../src-shared/model/voicemail.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { ServerAddress, TrustConfig, VoicemailConfig } from '../../src-main/account/account-config.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { voicemail as voicemailMigration } from '../../src-main/core/migrations/031-voicemail.ts';
import { voicemailMailbox } from '../../src-main/core/migrations/058-voicemail-mailbox.ts';
import { VoicemailService } from '../../src-main/voicemail/voicemail.ts';
import { probeVoicemail } from '../../src-main/voicemail/probe-voicemail.ts';
import type { ImapTiming } from '../../src-main/voicemail/imap-timing.ts';
import { VoicemailStore } from '../../src-main/voicemail/voicemail-store.ts';
import { account } from './accounts.ts';
import { countingProxy } from './counting-proxy.test-support.ts';
import { VOICEMAIL_MAILBOX } from './dovecot.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { until } from './wait.ts';
import { storeOver } from '../../src-main/core/store.ts';

const alice = account('alice');
let lab: Lab;
const running: VoicemailService[] = [];

beforeAll(async () => {
  lab = await startLab({ servers: ['dovecot'] });
}, 120_000);

afterAll(async () => {
  for (const service of running) await service.stop();
  await lab.stop();
});

function trust(): TrustConfig {
  return { extraCa: [readFileSync(lab.certificates.caPath, 'utf8')], useSystemStore: false };
}

function imaps(): ServerAddress {
  return { host: '127.0.0.1', port: lab.dovecot.ports.imaps };
}

function config(changes: Partial<VoicemailConfig> = {}): VoicemailConfig {
  return {
    servers: [imaps()],
    encryption: 'imaps',
    user: alice.address,
    mailbox: VOICEMAIL_MAILBOX,
    ...changes,
  };
}

interface Client {
  readonly service: VoicemailService;
  readonly health: ServiceHealth[];
  box(): VoicemailBox;
  reaches(state: ServiceHealth['state']): Promise<ServiceHealth>;
  /** Waits until the box is as wanted. */
  sees(what: string, wanted: (box: VoicemailBox) => boolean): Promise<VoicemailBox>;
}

function migrate(db: Database.Database): void {
  voicemailMigration.up(db);
  voicemailMailbox.up(db);
}

function makeClient(
  voicemail: VoicemailConfig | undefined,
  options: { readonly timing?: Partial<ImapTiming>; readonly db?: Database.Database } = {},
): Client {
  const db = options.db ?? new Database(':memory:');
  if (options.db === undefined) migrate(db);
  const hub = new TopicHub();
  const health: ServiceHealth[] = [];
  const service = new VoicemailService({
    config: voicemail,
    trust: trust(),
    store: new VoicemailStore(storeOver(db), 'alice'),
    hub,
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
    health: { report: (one) => health.push(one) },
    lookup: { byNumber: (number) => (number === '+442079460990' ? { name: 'Reception' } : undefined) },
    region: () => 'GB',
    onChange: () => undefined,
    ...(options.timing === undefined ? {} : { timing: options.timing }),
  });
  running.push(service);
  const box = (): VoicemailBox => hub.current('voicemail').snapshot as VoicemailBox;
  return {
    service,
    health,
    box,
    reaches: (state) =>
      until(`voicemail ${state}`, () => health.findLast((one) => one.state === state && one === health.at(-1)), 15_000),
    sees: (what, wanted) => until(what, () => (wanted(box()) ? box() : undefined), 15_000),
  };
}

async function signedIn(client: Client): Promise<VoicemailBox> {
  await client.service.start();
  await client.service.connect(alice.password);
  return await client.sees('the list', (box) => box.state === 'ready');
}

describe('a voicemail box', () => {
  test('lists the messages, newest first, with caller, length, urgency and what was heard', async () => {
    const client = makeClient(config());
    const box = await signedIn(client);
    expect(box.messages.map(({ name, heard }) => [name, heard])).toEqual([
      ['Bob Okafor', false],
      ['Grace Adeyemi', false],
      ['Reception', false],
      ['Carol Lindqvist', true],
      ['Heidi Brunner', true],
      ['Dave Moreau', true],
    ]);
    expect(box.unread).toBe(3);
    expect(box.messages[0]).toMatchObject({ urgent: true, number: '+44 20 7946 0101' });
    expect(box.messages[1]?.urgent).toBe(false);
    for (const message of box.messages) expect(message.durationS).toBeGreaterThan(1);
    expect(client.service.records().map(({ id }) => id)).toEqual(box.messages.map(({ id }) => id));
    await client.service.stop();
  });

  test('plays a message: the sound is a wav file of the length that was told; the second time without the server', async () => {
    const client = makeClient(config());
    const box = await signedIn(client);
    const message = box.messages[0];
    if (message === undefined) throw new Error('no message');
    const audio = await client.service.handlers['voicemail.audio']({ id: message.id }, 'window');
    const wav = Buffer.from(audio.base64, 'base64');
    expect(audio.mimeType).toBe('audio/wav');
    expect(wav.subarray(0, 4).toString()).toBe('RIFF');
    expect(Math.abs((wav.length - 44) / 16_000 - message.durationS)).toBeLessThan(1);
    await client.service.disconnect();
    expect(await client.service.handlers['voicemail.audio']({ id: message.id }, 'window')).toEqual(audio);
    await expect(
      client.service.handlers['voicemail.audio']({ id: box.messages[1]?.id ?? '' }, 'window'),
    ).rejects.toThrow('It is safe on the server');
    // Playing marks nothing by itself.
    expect(client.box().messages[0]?.heard).toBe(false);
    await client.service.stop();
  });

  test('a new message is pushed, and what one client marks the other sees', async () => {
    const one = makeClient(config());
    const other = makeClient(config());
    await signedIn(one);
    await signedIn(other);
    await lab.dovecot.leaveVoicemail({
      from: 'eve',
      text: 'Eve here, look at the new drawings.',
      voice: 'en-gb',
      ageMs: 0,
      isSeen: false,
    });
    const isThere = (box: VoicemailBox): boolean => box.messages[0]?.name === account('eve').name;
    const box = await one.sees('the new message', isThere);
    await other.sees('the new message too', isThere);
    const id = box.messages[0]?.id ?? '';
    await one.service.handlers['voicemail.markHeard']({ id, heard: true }, 'window');
    expect(one.box().messages[0]?.heard).toBe(true);
    await other.sees('that it was heard', (seen) => seen.messages[0]?.heard === true);
    await other.service.handlers['voicemail.markHeard']({ id, heard: false }, 'window');
    await one.sees('that it is new again', (seen) => seen.messages[0]?.heard === false);
    await expect(one.service.handlers['voicemail.markHeard']({ id: '1-999', heard: true }, 'window')).rejects.toThrow(
      'no longer on the server',
    );
    await one.service.stop();
    await other.service.stop();
  });

  test('the list of last time is there before the server answers', async () => {
    const db = new Database(':memory:');
    migrate(db);
    const first = makeClient(config(), { db });
    const box = await signedIn(first);
    await first.service.stop();
    const second = makeClient(config(), { db });
    await second.service.start();
    expect(second.box()).toMatchObject({ state: 'loading', messages: box.messages });
  });

  test('nothing configured is said as such', async () => {
    const client = makeClient(undefined);
    await client.service.start();
    await client.service.connect('whatever');
    expect(client.box()).toEqual({ state: 'notConfigured', messages: [], unread: 0 });
  });
});

describe('ways to sign in', () => {
  const deps = () => ({ trust: trust(), clock: systemClock });

  test('IMAPS and STARTTLS work', async () => {
    expect(await probeVoicemail(config(), alice.password, deps())).toEqual({
      outcome: 'ok',
      message: 'Voicemail works.',
    });
    const startTls = config({ servers: [{ host: '127.0.0.1', port: lab.dovecot.ports.imap }], encryption: 'starttls' });
    expect(await probeVoicemail(startTls, alice.password, deps())).toMatchObject({ outcome: 'ok' });
  });

  test('a wrong password, a missing mailbox, a dead port and a foreign certificate are told apart', async () => {
    expect(await probeVoicemail(config(), 'wrong', deps())).toMatchObject({ outcome: 'denied' });
    expect(await probeVoicemail(config(), '', deps())).toMatchObject({ outcome: 'denied' });
    const missing = await probeVoicemail(config({ mailbox: 'Nowhere' }), alice.password, deps());
    expect(missing.message).toContain('no mailbox named "Nowhere"');
    const dead = config({ servers: [{ host: '127.0.0.1', port: 1 }] });
    expect(await probeVoicemail(dead, alice.password, deps())).toMatchObject({ outcome: 'later' });
    const stranger = await probeVoicemail(config(), alice.password, {
      ...deps(),
      trust: { extraCa: [], useSystemStore: false },
    });
    expect(stranger.outcome).toBe('never');
    expect(stranger.message).toContain('authority this computer does not know');
  });

  test('an expired certificate and one for another name are refused in plain words', async () => {
    for (const [kind, expected] of [
      ['expired', 'has expired'],
      ['wrong-host', 'for another name'],
    ] as const) {
      const other = await startLab({ servers: ['dovecot'], certificates: { dovecot: kind } });
      try {
        for (const [encryption, port] of [
          ['imaps', other.dovecot.ports.imaps],
          ['starttls', other.dovecot.ports.imap],
        ] as const) {
          const servers = [{ host: '127.0.0.1', port }];
          const result = await probeVoicemail(config({ servers, encryption }), alice.password, deps());
          expect(result, encryption).toMatchObject({ outcome: 'never' });
          expect(result.message, encryption).toContain(expected);
        }
      } finally {
        await other.stop();
      }
    }
  }, 60_000);
});

describe('a voicemail server in trouble', () => {
  test('a wrong password is tried once, on one server only, and never again by itself', async () => {
    const first = await countingProxy(imaps());
    const second = await countingProxy(imaps());
    const client = makeClient(config({ servers: [first.address, second.address] }));
    await client.service.start();
    await client.service.connect('not her password');
    const health = await client.reaches('failed');
    expect(health.message).toBe(
      'The voicemail server did not accept your password. Voicemail is off until you enter it again.',
    );
    client.service.kick();
    expect(client.box()).toMatchObject({ state: 'unavailable', problem: health.message });
    expect([first.count(), second.count()]).toEqual([1, 0]);
    await client.service.connect(alice.password);
    await client.sees('the list', (box) => box.state === 'ready' && box.messages.length > 0);
    await client.service.stop();
    first.close();
    second.close();
  });

  test('killed and started again: the list stays, then it is fresh', async () => {
    const client = makeClient(config());
    const before = await signedIn(client);
    await lab.dovecot.kill();
    const box = await client.sees('that it is offline', ({ state }) => state === 'unavailable');
    expect(box.messages).toEqual(before.messages);
    expect(box.problem).toContain('Voicemail is offline');
    await expect(
      client.service.handlers['voicemail.markHeard']({ id: before.messages[0]?.id ?? '', heard: true }, 'window'),
    ).rejects.toThrow('was not marked');
    await lab.dovecot.start();
    client.service.kick();
    await client.reaches('ok');
    await client.sees('the list', ({ state }) => state === 'ready');
    await client.service.stop();
  });

  test('frozen in the middle: a play ends in words, and thawed it is connected again', async () => {
    const client = makeClient(config(), { timing: { commandMs: 500, silenceMs: 1_000 } });
    const box = await signedIn(client);
    lab.dovecot.freeze();
    try {
      await expect(
        client.service.handlers['voicemail.audio']({ id: box.messages[0]?.id ?? '' }, 'window'),
      ).rejects.toThrow('cannot be played here right now');
      const health = await client.reaches('reconnecting');
      expect(health.message).toMatch(/does not answer|offline/);
    } finally {
      lab.dovecot.thaw();
    }
    client.service.kick();
    await client.reaches('ok');
    await client.service.stop();
  });
});
