import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CallList as CallListSnapshot } from '../../src-shared/contract/calls.ts';
import type { Call } from '../../src-shared/model/call.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { PhoneConfig, SipTransportKind, TrustConfig } from '../../src-main/account/account-config.ts';
import { CallList } from '../../src-main/calls/call-list.ts';
import { CallsService } from '../../src-main/calls/calls-service.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import type { Logger } from '../../src-main/core/log.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { callHistory } from '../../src-main/core/migrations/020-call-history.ts';
import { CallHistory } from '../../src-main/history/history.ts';
import { HistoryStore } from '../../src-main/history/history-store.ts';
import { MediaGateway } from '../../src-main/media-gateway/gateway-client.ts';
import { forkGatewayInNode } from '../../src-main/media-gateway/node-channel.ts';
import type { CallMediaFactory } from '../../src-main/softphone/call-media.ts';
import { DirectMediaFactory } from '../../src-main/softphone/direct-media.ts';
import { GatewayMediaFactory } from '../../src-main/softphone/gateway-media.ts';
import { Softphone } from '../../src-main/softphone/softphone.ts';
import { DOMAIN, account } from './accounts.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { ScriptedWindow } from './scripted-window.ts';
import { toneIn, twoTones } from './tone.ts';
import { until } from './wait.ts';

const LISTEN_MS = 1_000;
const gatewayEntry = fileURLToPath(new URL('../../src-main/media-gateway/process.ts', import.meta.url));

/** Set to see what happens on the wire of a failing test. */
const log: Logger =
  process.env['PARLEY_SIP_LOG'] === undefined
    ? silentLogger
    : {
        debug: (message, fields) => {
          console.error(message, fields);
        },
        info: (message, fields) => {
          console.error(message, fields);
        },
        warn: (message, fields) => {
          console.error(message, fields);
        },
        error: (message, fields) => {
          console.error(message, fields);
        },
      };

let lab: Lab;
let gateway: MediaGateway;
const [bobHz, windowHz] = twoTones();
const health: ServiceHealth[] = [];
const alice = account('alice');

beforeAll(async () => {
  lab = await startLab({ servers: ['kamailio', 'bob', 'carol'], bobHz, carolAnswers: 'manual' });
  gateway = new MediaGateway({
    forkGateway: () =>
      forkGatewayInNode(gatewayEntry, (text) => {
        log.warn(text);
      }),
    clock: systemClock,
    log,
    health: { report: () => undefined },
  });
  await gateway.start();
}, 60_000);

afterAll(async () => {
  await gateway.stop();
  await lab.stop();
}, 30_000);

function phoneConfig(transport: SipTransportKind): PhoneConfig {
  return {
    aor: `sip:alice@${DOMAIN}`,
    displayName: 'Alice Hargreaves',
    authUser: 'alice',
    transport,
    servers: [{ host: '127.0.0.1', port: lab.kamailio.ports[transport] }],
    registerExpiresS: 300,
    audioCodecs: ['PCMU'],
    dscpSignalling: 24,
    dscpAudio: 46,
  };
}

function trust(): TrustConfig {
  return { extraCa: [readFileSync(lab.certificates.caPath, 'utf8')], useSystemStore: false };
}

/** Everything that app.ts would build for calls. */
class Phone {
  readonly window = new ScriptedWindow(windowHz);
  readonly hub = new TopicHub();
  readonly softphone: Softphone;
  readonly service: CallsService;
  readonly history: CallHistory;

  constructor(transport: SipTransportKind) {
    const config = phoneConfig(transport);
    const media: CallMediaFactory =
      transport === 'ws' || transport === 'wss'
        ? new DirectMediaFactory(this.window, [], transport === 'wss')
        : new GatewayMediaFactory(gateway, this.window, config.audioCodecs);
    this.softphone = new Softphone({
      config,
      trust: trust(),
      product: 'Parley/test',
      clock: systemClock,
      random: Math.random,
      log,
      health: { report: (report) => health.push(report) },
      window: this.window,
      media,
    });
    const db = new Database(':memory:');
    callHistory.up(db);
    this.history = new CallHistory({
      store: new HistoryStore(db, 'alice'),
      hub: this.hub,
      clock: systemClock,
      chats: () => [],
      voiceMessages: () => [],
    });
    const list = new CallList({
      device: this.softphone,
      hub: this.hub,
      clock: systemClock,
      log,
      history: this.history,
      lookup: { byNumber: () => undefined, byJid: () => undefined },
      region: () => 'GB',
    });
    this.service = new CallsService(list, this.history, this.softphone);
  }

  async start(): Promise<void> {
    await this.softphone.start();
    await this.service.start();
    await this.softphone.connect(alice.password);
    await until('the line to come up', () => this.calls.line.state === 'registered', 5_000, 5);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.softphone.stop();
    this.window.closeAll();
  }

  get calls(): CallListSnapshot {
    return this.hub.current('calls').snapshot as CallListSnapshot;
  }

  async call(callId: string, state: Call['state']): Promise<Call> {
    return await until(
      `call to be ${state}`,
      () => this.calls.calls.find((call) => call.id === callId && call.state === state),
      8_000,
      2,
    );
  }

  async place(target: string): Promise<string> {
    const { callId } = await this.service.handlers['calls.place']({ target }, 'window');
    return callId;
  }

  async incoming(): Promise<Call> {
    return await until('an incoming call', () => this.calls.calls.find((call) => call.state === 'ringing'), 8_000, 2);
  }
}

let phone: Phone | undefined;
async function startPhone(transport: SipTransportKind): Promise<Phone> {
  phone = new Phone(transport);
  await phone.start();
  return phone;
}

afterEach(async () => {
  await phone?.stop();
  phone = undefined;
  // What our end did not end; without a call the phone says so.
  await lab.bob.hangUp().catch(() => undefined);
  await lab.carol.hangUp().catch(() => undefined);
});

/** Listens for a second and tells whose tone each side heard. */
async function expectSoundBothWays(at: Phone, callId: string): Promise<void> {
  const has = (): number => at.window.heard(callId).samples.length;
  await until('a second of sound', () => has() >= (LISTEN_MS / 1_000) * 8_000, 8_000, 20);
  const heard = at.window.heard(callId);
  expect(toneIn(heard, bobHz).share).toBeGreaterThan(0.8);
  expect(toneIn(heard, windowHz).share).toBeLessThan(0.1);
  const heardByBob = await until(
    "bob to hear the window's tone",
    () => {
      const file = lab.bob.recordings('heard').at(-1);
      return file !== undefined && toneIn(file, windowHz).heardMs >= LISTEN_MS / 2 ? file : undefined;
    },
    8_000,
    50,
  );
  expect(toneIn(heardByBob, bobHz).share).toBeLessThan(0.1);
}

describe.each(['udp', 'tcp', 'tls', 'wss'] as const)('over %s', (transport) => {
  test('a call to bob has sound both ways and ends in the history', async () => {
    const alicePhone = await startPhone(transport);
    const startedMs = performance.now();
    const callId = await alicePhone.place(account('bob').number);
    const connected = await alicePhone.call(callId, 'connected');
    console.info(`${transport}: INVITE to connected ${(performance.now() - startedMs).toFixed(0)} ms`);
    expect(connected).toMatchObject({ codec: 'PCMU', encrypted: transport === 'wss', direction: 'out' });
    await expectSoundBothWays(alicePhone, callId);
    await alicePhone.service.handlers['calls.hangUp']({ callId }, 'window');
    await alicePhone.call(callId, 'ended');
    await lab.bob.waitFor('CALL_CLOSED');
    expect(alicePhone.history.snapshot().calls[0]).toMatchObject({
      id: callId,
      number: account('bob').number,
      direction: 'out',
      endReason: 'hungUp',
      missed: false,
    });
  });

  test('a call from bob rings with his name, is answered, and bob hangs up', async () => {
    const alicePhone = await startPhone(transport);
    await lab.bob.dial(`sip:alice@${DOMAIN}`);
    const ringing = await alicePhone.incoming();
    expect(ringing).toMatchObject({ direction: 'in', party: { name: 'Bob Okafor', number: 'bob' } });
    await alicePhone.service.handlers['calls.answer']({ callId: ringing.id }, 'window');
    await alicePhone.call(ringing.id, 'connected');
    await expectSoundBothWays(alicePhone, ringing.id);
    await lab.bob.hangUp();
    expect(await alicePhone.call(ringing.id, 'ended')).toMatchObject({ endReason: 'remoteHungUp' });
  });
});
