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
import { noFeatureCodes } from '../../src-main/calls/call-settings.ts';
import { CallRecordings } from '../../src-main/calls/call-recordings.ts';
import { CallsService } from '../../src-main/calls/calls-service.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import type { Logger } from '../../src-main/core/log.ts';
import { callHistory } from '../../src-main/core/migrations/020-call-history.ts';
import { callHistoryQuality } from '../../src-main/core/migrations/052-call-history-quality.ts';
import { callHistoryWords } from '../../src-main/core/migrations/054-call-history-words.ts';
import { callHistoryServices } from '../../src-main/core/migrations/056-call-history-services.ts';
import { callHistoryWire } from '../../src-main/core/migrations/051-call-history-wire.ts';
import { DialPlan } from '../../src-main/dial-plan/dial-plan.ts';
import { keypadOf } from '../../src-main/dial-plan/keypad.ts';
import { CallHistory } from '../../src-main/history/history.ts';
import { HistoryStore } from '../../src-main/history/history-store.ts';
import { MediaGateway } from '../../src-main/media-gateway/gateway-client.ts';
import { forkGatewayInNode } from '../../src-main/media-gateway/node-channel.ts';
import type { CallMediaFactory } from '../../src-main/softphone/call-media.ts';
import { AppError } from '../../src-shared/errors.ts';
import { DirectMediaFactory } from '../../src-main/softphone/direct-media.ts';
import { GatewayMediaFactory } from '../../src-main/softphone/gateway-media.ts';
import { probePhone } from '../../src-main/softphone/probe-phone.ts';
import { Softphone } from '../../src-main/softphone/softphone.ts';
import { DOMAIN, account } from './accounts.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { ScriptedWindow } from './scripted-window.test-support.ts';
import { toneIn, twoTones } from './tone.ts';
import { until } from './wait.ts';
import { storeOver } from '../../src-main/core/store.ts';

const LISTEN_MS = 1_000;
/** A guard against hanging: two loaded cores are slow, and sound takes its own time. */
const patienceMs = 20_000;
const gatewayEntry = fileURLToPath(new URL('../../src-main/media-gateway/process.ts', import.meta.url));

/** What the phone of the running test logged. */
let logged: string[] = [];
/** Set PARLEY_SIP_LOG to see it while a test runs. */
const note = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
  logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  if (process.env['PARLEY_SIP_LOG'] !== undefined) console.error(message, fields);
};
const log: Logger = { debug: () => undefined, info: note, warn: note, error: note };

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
    mediaEncryption: 'never',
    dscpSignalling: 24,
    addressFamily: 'both',
    keepAlive: 'usual',
    digits: 'auto',
    iceServers: [],
    relayOnly: false,
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
    const audioCodecs = (): readonly string[] => ['PCMU', 'telephone-event'];
    const media: CallMediaFactory =
      transport === 'ws' || transport === 'wss'
        ? new DirectMediaFactory(this.window, audioCodecs, config, transport === 'wss')
        : new GatewayMediaFactory(gateway, this.window, audioCodecs, { mode: 'never', keysAreSecret: false });
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
    callHistoryWire.up(db);
    callHistoryQuality.up(db);
    callHistoryWords.up(db);
    callHistoryServices.up(db);
    this.history = new CallHistory({
      store: new HistoryStore(storeOver(db), 'alice'),
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
      domain: 'parley.test',
      lookup: { byNumber: () => undefined, byJid: () => undefined },
      dialPlan: new DialPlan(() => ({
        region: 'GB',
        keypad: keypadOf('en'),
        extensionDigits: 0,
        applicationRules: [],
        lookupRules: [],
        isEmergency: () => false,
      })),
      isEmergency: () => false,
      isQuiet: () => false,
      settings: () => ({
        doNotDisturb: false,
        takesRinging: true,
        parkBy: 'transfer',
        rulesBy: 'computer',
        forward: {},
        autoAnswer: false,
        codes: noFeatureCodes,
        audioCodecs: [],
        emergencyNumbers: [],
        recording: false,
        recordingFormat: 'opus',
        recordingFolder: '',
      }),
      availability: () => 'unknown',
      quality: () => undefined,
      ringingAt: () => undefined,
      announce: () => Promise.resolve(),
      mix: () => Promise.resolve(),
    });
    const recordings = new CallRecordings({
      format: () => 'opus' as const,
      folder: () => '',
      window: () => Promise.resolve(),
      shown: () => undefined,
      isRunning: () => true,
      saved: () => undefined,
      showFile: undefined,
      clock: systemClock,
      log,
    });
    this.service = new CallsService(list, this.history, this.softphone, recordings);
  }

  async start(): Promise<void> {
    await this.softphone.start();
    await this.service.start();
    await this.softphone.connect(alice.password);
    await until('the line to come up', () => this.calls.line.state === 'registered', patienceMs, 5);
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
      patienceMs,
      2,
    );
  }

  async place(target: string): Promise<string> {
    const { callId } = await this.service.handlers['calls.place']({ target }, 'window');
    return callId;
  }

  async incoming(): Promise<Call> {
    return await until(
      'an incoming call',
      () => this.calls.calls.find((call) => call.state === 'ringing'),
      patienceMs,
      2,
    );
  }
}

let phone: Phone | undefined;
async function startPhone(transport: SipTransportKind): Promise<Phone> {
  logged = [];
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

/** How long bob has heard the window's tone in his newest call. */
function heardByBobMs(): number {
  const file = lab.bob.recordings('heard').at(-1);
  return file === undefined ? 0 : toneIn(file, windowHz).heardMs;
}

/** From now on each side has to hear the other's tone and not its own; when it does not, what went through is told. */
async function expectSoundBothWays(at: Phone, callId: string): Promise<void> {
  try {
    await hearEachOther(at, callId);
  } catch (error) {
    await Promise.resolve(at.service.handlers['calls.hangUp']({ callId }, 'window')).catch(() => undefined);
    const went = 'what went through a call';
    await until('the count', () => logged.some((line) => line.startsWith(went)), 2_000).catch(() => undefined);
    const asked = at.window.requests.map(({ name }) => name).join();
    throw new Error(`${String(error)}; ${logged.slice(-4).join('; ')}; the window was asked: ${asked}`, {
      cause: error,
    });
  }
}

async function hearEachOther(at: Phone, callId: string): Promise<void> {
  const before = { window: at.window.heard(callId).samples.length, recording: lab.bob.recordings('heard').at(-1) };
  const bobBeforeMs = heardByBobMs();
  const wanted = before.window + LISTEN_MS * 8;
  await until('a second of sound', () => at.window.heard(callId).samples.length >= wanted, patienceMs, 20);
  const heard = { ...at.window.heard(callId), samples: at.window.heard(callId).samples.slice(before.window) };
  expect(toneIn(heard, bobHz).share).toBeGreaterThan(0.8);
  expect(toneIn(heard, windowHz).share).toBeLessThan(0.1);
  await until(
    "bob to hear the window's tone",
    () => {
      const isSame = lab.bob.recordings('heard').at(-1) === before.recording;
      return heardByBobMs() - (isSame ? bobBeforeMs : 0) >= LISTEN_MS / 2;
    },
    patienceMs,
    50,
  );
  expect(toneIn(lab.bob.recordings('heard').at(-1) ?? '', bobHz).share).toBeLessThan(0.1);
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
    const from = lab.bob.events.length;
    await alicePhone.service.handlers['calls.hangUp']({ callId }, 'window');
    await alicePhone.call(callId, 'ended');
    await lab.bob.waitFor('CALL_CLOSED', { from });
    expect(alicePhone.history.snapshot().calls[0]).toMatchObject({
      id: callId,
      e164: account('bob').number,
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

describe('during a call', () => {
  async function talking(): Promise<{ alicePhone: Phone; callId: string }> {
    const alicePhone = await startPhone('udp');
    const callId = await alicePhone.place(account('bob').extension);
    await alicePhone.call(callId, 'connected');
    return { alicePhone, callId };
  }

  test('digits reach the phone', async () => {
    const { alicePhone, callId } = await talking();
    // A phone takes digits only within a stream that it hears.
    await expectSoundBothWays(alicePhone, callId);
    const from = lab.bob.events.length;
    await alicePhone.service.handlers['calls.dtmf']({ callId, digits: '7' }, 'window');
    const event = await lab.bob.waitFor('CALL_DTMF_START', { from });
    expect(event.param).toBe('7');
  });

  test('a reload of the window brings the sound back', async () => {
    const { alicePhone, callId } = await talking();
    await expectSoundBothWays(alicePhone, callId);
    alicePhone.window.reload();
    await until('the new leg', () => alicePhone.window.heard(callId).samples.length > 0, patienceMs, 10);
    await expectSoundBothWays(alicePhone, callId);
    expect((await alicePhone.call(callId, 'connected')).id).toBe(callId);
  });

  test('the death of the media process is repaired before the call is given up', async () => {
    const { alicePhone, callId } = await talking();
    await expectSoundBothWays(alicePhone, callId);
    const { pid } = gateway;
    if (pid === undefined) throw new Error('no gateway process');
    const before = alicePhone.window.requests.length;
    process.kill(pid, 'SIGKILL');
    const killedAtMs = performance.now();
    await until(
      'a new leg',
      () => alicePhone.window.requests.slice(before).some(({ name }) => name === 'media.answer'),
      patienceMs,
      5,
    );
    const heardBefore = alicePhone.window.heard(callId).samples.length;
    await until('sound', () => alicePhone.window.heard(callId).samples.length > heardBefore + 800, patienceMs, 5);
    console.info(`gateway killed to sound again ${(performance.now() - killedAtMs).toFixed(0)} ms`);
    await expectSoundBothWays(alicePhone, callId);
  });

  test('the loss of the server leaves the sound, and the call can be ended after it came back', async () => {
    const { alicePhone, callId } = await talking();
    await lab.kamailio.kill();
    const heard = alicePhone.window.heard(callId).samples.length;
    await until(
      'sound without a server',
      () => alicePhone.window.heard(callId).samples.length > heard + 4_000,
      patienceMs,
    );
    await lab.kamailio.start();
    alicePhone.softphone.networkChanged();
    await until('the line to come back', () => lab.kamailio.isRegistered('alice').catch(() => false), 20_000, 50);
    const from = lab.bob.events.length;
    await alicePhone.service.handlers['calls.hangUp']({ callId }, 'window');
    await lab.bob.waitFor('CALL_CLOSED', { from });
  }, 40_000);
});

describe('a call that does not come about', () => {
  test('because the microphone is refused: the phone stops ringing, and words say why', async () => {
    const alicePhone = await startPhone('tls');
    alicePhone.window.microphoneError = new AppError('media', 'Parley may not use your microphone.');
    const from = lab.carol.events.length;
    const callId = await alicePhone.place(account('carol').number);
    const ended = await alicePhone.call(callId, 'ended');
    expect(ended).toMatchObject({ endReason: 'mediaFailed', notice: 'Parley may not use your microphone.' });
    // The INVITE had left before; if it arrived, it was cancelled.
    await until(
      'carol to be left alone',
      () => {
        const types = lab.carol.events.slice(from).map(({ type }) => type);
        return (
          types.filter((type) => type === 'CALL_INCOMING').length ===
          types.filter((type) => type === 'CALL_CLOSED').length
        );
      },
      5_000,
    );
  });

  test('because nobody has that number', async () => {
    const alicePhone = await startPhone('udp');
    const callId = await alicePhone.place('6999');
    expect(await alicePhone.call(callId, 'ended')).toMatchObject({ endReason: 'notFound' });
  });

  test('because carol declines', async () => {
    const alicePhone = await startPhone('tcp');
    const from = lab.carol.events.length;
    const callId = await alicePhone.place(`sip:carol@${DOMAIN}`);
    await alicePhone.call(callId, 'ringing');
    await lab.carol.waitFor('CALL_INCOMING', { from });
    await lab.carol.hangUp();
    expect((await alicePhone.call(callId, 'ended')).endReason).toMatch(/busy|declined/);
  });

  test('because alice declines: her other phone would ring on', async () => {
    const alicePhone = await startPhone('tcp');
    const from = lab.bob.events.length;
    await lab.bob.dial(account('alice').number);
    const ringing = await alicePhone.incoming();
    await alicePhone.service.handlers['calls.decline']({ callId: ringing.id }, 'window');
    expect(await alicePhone.call(ringing.id, 'ended')).toMatchObject({ endReason: 'declined' });
    expect((await lab.bob.waitFor('CALL_CLOSED', { from })).param).toContain('486');
    expect(alicePhone.history.snapshot().calls[0]?.missed).toBe(false);
  });

  test('because bob gives up: it is missed', async () => {
    const alicePhone = await startPhone('udp');
    await lab.bob.dial(`sip:alice@${DOMAIN}`);
    const ringing = await alicePhone.incoming();
    await lab.bob.hangUp();
    await alicePhone.call(ringing.id, 'ended');
    expect(alicePhone.history.snapshot()).toMatchObject({ missedUnseen: 1, calls: [{ endReason: 'cancelled' }] });
  });
});

describe('the test of the settings', () => {
  const probe = (config: Partial<PhoneConfig>, password: string) =>
    probePhone({ ...phoneConfig('tls'), ...config }, password, {
      trust: trust(),
      product: 'Parley/test',
      clock: systemClock,
      random: Math.random,
      log,
    });

  test('accepts the right password and tells the wrong one', async () => {
    expect((await probe({}, alice.password)).outcome).toBe('ok');
    expect(await probe({}, 'wrong')).toMatchObject({
      outcome: 'denied',
      message: 'The phone server did not accept your password. Calls are off until you enter it again.',
    });
  });

  test('tells a certificate that is not trusted', async () => {
    const result = await probe({ tlsName: 'other.example' }, alice.password);
    expect(result.outcome).toBe('never');
    expect(result.message).toContain('certificate');
  });

  test('tells a server that is not there', async () => {
    const servers = [{ host: '127.0.0.1', port: 9 }];
    expect(await probe({ servers }, alice.password)).toMatchObject({ outcome: 'later' });
  });
});
