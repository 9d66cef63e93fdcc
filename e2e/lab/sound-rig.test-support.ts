import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { DeviceCall, DeviceCallEvent, IncomingCall } from '../../src-main/calls/call-device.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { MediaGateway } from '../../src-main/media-gateway/gateway-client.ts';
import type { LocalEncryption } from '../../src-main/media-gateway/media-encryption.ts';
import type { KindStats, MediaSession } from '../../src-main/media-gateway/media.ts';
import { parseSdp } from '../../src-main/media-gateway/sdp.ts';
import type { SessionDescription } from '../../src-main/media-gateway/sdp.ts';
import type { ServerAddress } from '../../src-main/core/server-list.ts';
import { forkGatewayInNode } from '../../src-main/media-gateway/node-channel.ts';
import type { CallMedia, CallMediaFactory } from '../../src-main/softphone/call-media.ts';
import { fakePhoneConfig } from '../../src-main/softphone/fake-phone.test-support.ts';
import { GatewayMediaFactory } from '../../src-main/softphone/gateway-media.ts';
import { Softphone } from '../../src-main/softphone/softphone.ts';
import { DOMAIN, account } from './accounts.ts';
import type { Lab } from './lab.ts';
import { ScriptedWindow } from './scripted-window.test-support.ts';
import type { SoundHop } from './sound-hop.test-support.ts';
import { toneIn } from './tone.ts';
import type { Sound } from './tone.ts';
import { until } from './wait.ts';

const gatewayEntry = fileURLToPath(new URL('../../src-main/media-gateway/process.ts', import.meta.url));
const listenMs = 1_000;
const usualShare = 0.8;
/** Packets of 20 ms. */
const drainPackets = 25;
const silentPackets = 60;
/** Tests of a whole suite share two processors. */
const patienceMs = 30_000;

/** A phone that records what it hears. */
interface Listener {
  recordings(side: 'heard'): readonly string[];
}

/** alice's softphone with the real media process and a scripted window: calls with sound, without lists and history. */
export class SoundRig {
  readonly events: DeviceCallEvent[] = [];
  readonly incoming: IncomingCall[] = [];
  readonly #lab: Lab;
  readonly #windowHz: number;
  readonly window: ScriptedWindow;
  /** What the sound of the next call goes through on its way; undefined: nothing. */
  hop: SoundHop | undefined;
  readonly #gateway: MediaGateway;
  #softphone: Softphone | undefined;
  #media: CallMedia | undefined;
  #offered: SessionDescription | undefined;
  #calls = 0;
  #callId = '';

  constructor(lab: Lab, windowHz: number) {
    this.#lab = lab;
    this.#windowHz = windowHz;
    this.window = new ScriptedWindow(windowHz);
    this.#gateway = new MediaGateway({
      forkGateway: () => forkGatewayInNode(gatewayEntry, () => undefined),
      clock: systemClock,
      log: silentLogger,
      health: { report: () => undefined },
    });
  }

  async start(
    encryption: LocalEncryption = { mode: 'never', keysAreSecret: false },
    servers?: readonly ServerAddress[],
  ): Promise<void> {
    await this.#gateway.start();
    await this.use(encryption, servers);
  }

  /** Starts the line anew with another encryption or other ways to the proxy. */
  async use(encryption: LocalEncryption, servers?: readonly ServerAddress[]): Promise<void> {
    await this.#softphone?.stop();
    const gatewayMedia = new GatewayMediaFactory(
      this.#gateway,
      this.window,
      () => [this.window.voice, 'telephone-event'],
      encryption,
    );
    const media: CallMediaFactory = {
      open: (callId, localAddress) => {
        this.#callId = callId;
        const media = gatewayMedia.open(callId, localAddress);
        this.#media = media;
        this.#noteOffers(media.session);
        this.hop?.stand(media.session);
        return media;
      },
      expectCalls: () => undefined,
      onDied: (listener) => gatewayMedia.onDied(listener),
    };
    const softphone = new Softphone({
      config: {
        ...fakePhoneConfig('alice', 'tls'),
        aor: `sip:alice@${DOMAIN}`,
        servers: servers ?? [{ host: '127.0.0.1', port: this.#lab.kamailio.ports.tls }],
        tlsName: DOMAIN,
        mediaEncryption: encryption.mode,
      },
      trust: { extraCa: [readFileSync(this.#lab.certificates.caPath, 'utf8')], useSystemStore: false },
      product: 'Parley/test',
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      health: { report: () => undefined },
      window: this.window,
      media,
    });
    softphone.handleIncoming((call) => {
      this.incoming.push(call);
      return (event) => this.events.push(event);
    });
    this.#softphone = softphone;
    await softphone.start();
    await softphone.connect(account('alice').password);
    await until('the line to come up', () => softphone.line().state === 'registered', patienceMs, 10);
  }

  /** Where our last offer said that the sound comes from. */
  get localAddress(): string {
    return this.#offered?.media[0]?.address ?? '';
  }

  get localPort(): number {
    return this.#offered?.media[0]?.port ?? 0;
  }

  get gatewayPid(): number {
    const { pid } = this.#gateway;
    if (pid === undefined) throw new Error('no media process');
    return pid;
  }

  async stop(): Promise<void> {
    await this.#softphone?.stop();
    this.window.closeAll();
    await this.#gateway.stop();
  }

  /** A call that is established. */
  async call(user: string): Promise<DeviceCall> {
    this.events.length = 0;
    this.#calls += 1;
    const target = { kind: 'uri', shown: user, dialled: `sip:${user}@${DOMAIN}` } as const;
    const call = this.#softphone?.place(`call-${String(this.#calls)}`, target, (event) => this.events.push(event));
    if (call === undefined) throw new Error('the rig was not started');
    await this.established();
    return call;
  }

  /** The next call that comes in, once it rings; `events` are its own from then on. */
  async rung(by: () => void): Promise<DeviceCall> {
    this.events.length = 0;
    const before = this.incoming.length;
    by();
    return (await until('the call to ring', () => this.incoming[before], patienceMs, 10)).call;
  }

  async established(): Promise<void> {
    const isSettled = (): boolean => this.events.some(({ type }) => type === 'established' || type === 'end');
    await until('the call to be established', isSettled, patienceMs, 10);
    const ended = this.events.find(({ type }) => type === 'end');
    if (ended !== undefined) throw new Error(`the call ended: ${JSON.stringify(ended)}`);
  }

  async ended(): Promise<void> {
    await until('the call to end', () => this.events.some(({ type }) => type === 'end'), patienceMs, 10);
  }

  /** The gateway's figures of the newest call. */
  async audio(): Promise<KindStats> {
    const stats = await this.#media?.session.stats();
    const audio = stats?.kinds.find(({ kind }) => kind === 'audio');
    if (audio === undefined) throw new Error('the call has no sound');
    return audio;
  }

  #noteOffers(session: MediaSession): void {
    const createOffer = session.createOffer.bind(session);
    session.createOffer = async () => {
      const sdp = await createOffer();
      const read = parseSdp(sdp);
      if (read.ok) this.#offered = read.description;
      return sdp;
    };
  }

  /** From now on each side has to hear the other's tone for a second, and not its own. */
  async expectSoundBothWays(phone: Listener, farHz: number, least = usualShare): Promise<void> {
    try {
      await this.#hearEachOther(phone, farHz, least);
    } catch (error) {
      // Where on its way the sound stays shows in what the gateway counted.
      const went = await this.audio().then(JSON.stringify, String);
      throw new Error(`${String(error)}; heard: ${JSON.stringify(this.heardBy(phone))}; went: ${went}`, {
        cause: error,
      });
    }
  }

  async #hearEachOther(phone: Listener, farHz: number, least: number): Promise<void> {
    const before = this.heardBy(phone);
    const { file } = before;
    await this.expectToneInWindow(farHz, least);
    await until(
      'the phone to hear the tone of the window',
      () => {
        const now = this.heardBy(phone);
        return now.toneMs - (now.file === file ? before.toneMs : 0) >= listenMs;
      },
      patienceMs,
      100,
    );
  }

  /** How long the window's tone is in the newest recording of this phone. */
  heardBy(phone: Listener): { readonly file: string | undefined; readonly toneMs: number } {
    const file = phone.recordings('heard').at(-1);
    return { file, toneMs: file === undefined ? 0 : toneIn(file, this.#windowHz).heardMs };
  }

  /**
   * From now on the window has to hear this tone for a second, and not its own.
   * @param least share of the energy that the tone has to carry: with half of it, it is still the strongest sound
   */
  async expectToneInWindow(farHz: number, least = usualShare): Promise<void> {
    const before = this.heardInWindow().samples.length;
    let last = 'nothing';
    const hears = (): boolean => {
      const { samples, sampleRateHz } = this.heardInWindow();
      const second = (listenMs * sampleRateHz) / 1_000;
      const newest = { samples: samples.slice(Math.max(before, samples.length - second)), sampleRateHz };
      if (newest.samples.length < second) return false;
      const [theirs, own] = [toneIn(newest, farHz).share, toneIn(newest, this.#windowHz).share];
      last = `${theirs.toFixed(2)} of theirs, ${own.toFixed(2)} of its own`;
      return theirs >= least && own <= 0.1;
    };
    await until(() => `the window to hear a second of the tone: it hears ${last}`, hears, patienceMs, 100);
  }

  /** All that the window has heard of the newest call. */
  heardInWindow(): Sound {
    return this.window.heard(this.#callId);
  }

  /** For a second of the window's microphone neither side hears anything of the other. */
  async expectSilenceBothWays(phone: Listener): Promise<void> {
    const microphone = async (): Promise<number> => (await this.audio()).fromRenderer.packets;
    const further = async (packets: number): Promise<void> => {
      const from = await microphone();
      await until('the microphone to go on', async () => (await microphone()) - from >= packets, patienceMs, 50);
    };
    // What was on its way when the call was held is heard yet.
    await further(drainPackets);
    const from = { window: this.heardInWindow().samples.length, phone: this.heardBy(phone) };
    await further(silentPackets);
    const { samples, sampleRateHz } = this.heardInWindow();
    const { soundMs } = toneIn({ samples: samples.slice(from.window), sampleRateHz }, this.#windowHz);
    expect(soundMs, 'sound in the window').toBe(0);
    const phoneMs = this.heardBy(phone).toneMs - from.phone.toneMs;
    // The recording is looked at a quarter of a second at a time: the last of them may have been half there.
    expect(phoneMs, 'ms of our tone in the phone').toBeLessThanOrEqual(250);
  }
}
