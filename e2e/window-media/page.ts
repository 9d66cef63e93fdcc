import { i18n } from '@lingui/core';
import { createLimiter } from '../../src-renderer/media/mixer.ts';
import { WindowMedia } from '../../src-renderer/media/window-media.ts';
import { measureVideo } from '../../src-renderer/media/capability-video.ts';
import type { CallInput, CallOutput, MainHandlers, RendererCall } from '../../src-shared/contract/contract.ts';
import type { SettingState, SettingValue } from '../../src-shared/contract/system.ts';
import type { Call } from '../../src-shared/model/call.ts';
import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { ContractClient } from '../../src-shared/rpc/client.ts';
import { ServerConnection } from '../../src-shared/rpc/server.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { Wire } from '../../src-shared/rpc/wire.ts';

/**
 * A page with the window's media on one end of the contract and, on the other, a service and a gateway played by
 * a second peer connection. Everything between is real: contract, WebRTC, microphone, speaker.
 */
i18n.loadAndActivate({ locale: 'en', messages: {} });

const clock: Clock = {
  now: () => Date.now(),
  setTimeout: (task, delayMs) => window.setTimeout(task, delayMs),
  clearTimeout: (handle) => {
    if (typeof handle === 'number') window.clearTimeout(handle);
  },
};

function wirePair(): readonly [Wire, Wire] {
  const { port1, port2 } = new MessageChannel();
  const wire = (port: MessagePort, other: MessagePort): Wire => ({
    send: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.onmessage = (event: MessageEvent<string>) => {
        listener(event.data);
      };
    },
    onClose: () => undefined,
    close: () => {
      port.close();
      other.close();
    },
  });
  return [wire(port1, port2), wire(port2, port1)];
}

/** Amplitude of a tone: the window's echo canceller would otherwise take much of its microphone away with it. */
const quiet = 0.05;

/** The far end of one leg: sends a tone of its own and measures what it hears. */
class FarEnd {
  readonly peer = new RTCPeerConnection({ bundlePolicy: 'balanced' });
  readonly #context = new AudioContext();
  #analyser: AnalyserNode | undefined;

  async answer(offer: string, toneHz: number, amplitude = quiet): Promise<string> {
    this.#listen();
    await this.peer.setRemoteDescription({ type: 'offer', sdp: offer });
    await this.#sing(toneHz, amplitude);
    await this.peer.setLocalDescription(await this.peer.createAnswer());
    await this.#gathered();
    return this.peer.localDescription?.sdp ?? '';
  }

  async offer(toneHz: number): Promise<string> {
    this.#listen();
    this.peer.addTransceiver('audio', { direction: 'sendrecv' });
    await this.#sing(toneHz);
    await this.peer.setLocalDescription(await this.peer.createOffer());
    await this.#gathered();
    return this.peer.localDescription?.sdp ?? '';
  }

  /** Loudness of what comes in, 0 to 1 (peak of one window of samples). */
  level(): number {
    if (this.#analyser === undefined) return 0;
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  }

  /** How loud a frequency is in what comes in, in dB below full scale; -Infinity: nothing comes. */
  toneDb(hz: number): number {
    if (this.#analyser === undefined) return -Infinity;
    const bins = new Float32Array(this.#analyser.frequencyBinCount);
    this.#analyser.getFloatFrequencyData(bins);
    const bin = Math.round((hz / this.#context.sampleRate) * this.#analyser.fftSize);
    return Math.max(...bins.subarray(bin - 1, bin + 2));
  }

  /** Packets of sound that came so far. */
  async packets(): Promise<number> {
    let packets = 0;
    (await this.peer.getStats()).forEach((stat: { type: string; packetsReceived?: number }) => {
      if (stat.type === 'inbound-rtp') packets += stat.packetsReceived ?? 0;
    });
    return packets;
  }

  async codecs(): Promise<readonly string[]> {
    const report = await this.peer.getStats();
    const used: string[] = [];
    report.forEach((stat: { type: string; kind?: string; codecId?: string; packetsReceived?: number }) => {
      if (stat.type !== 'inbound-rtp' || stat.codecId === undefined) return;
      const codec: unknown = report.get(stat.codecId);
      if (typeof codec === 'object' && codec !== null && 'mimeType' in codec) used.push(String(codec.mimeType));
    });
    return used;
  }

  close(): void {
    this.peer.close();
    void this.#context.close();
  }

  #listen(): void {
    this.peer.addEventListener('track', ({ track }) => {
      if (track.kind !== 'audio') return;
      const stream = new MediaStream([track]);
      // Chromium lets a remote track flow into WebAudio only while an element plays it.
      const element = new Audio();
      element.muted = true;
      element.srcObject = stream;
      void element.play();
      const analyser = this.#context.createAnalyser();
      analyser.fftSize = 8_192;
      analyser.smoothingTimeConstant = 0;
      this.#context.createMediaStreamSource(stream).connect(analyser);
      this.#analyser = analyser;
    });
  }

  async #sing(toneHz: number, amplitude = quiet): Promise<void> {
    await this.#context.resume();
    const oscillator = this.#context.createOscillator();
    oscillator.frequency.value = toneHz;
    const destination = this.#context.createMediaStreamDestination();
    const gain = this.#context.createGain();
    gain.gain.value = amplitude;
    oscillator.connect(gain).connect(destination);
    oscillator.start();
    const transceiver = this.peer.getTransceivers().find((one) => one.receiver.track.kind === 'audio');
    if (transceiver === undefined) throw new Error('no audio was offered');
    transceiver.direction = 'sendrecv';
    await transceiver.sender.replaceTrack(destination.stream.getAudioTracks()[0] ?? null);
  }

  #gathered(): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (this.peer.iceGatheringState === 'complete') resolve();
      };
      this.peer.addEventListener('icegatheringstatechange', check);
      check();
    });
  }
}

const hub = new TopicHub();
const asked: string[] = [];
const legs: { callId: string; state: string; detail: string }[] = [];
const claims: boolean[] = [];
const quietLine = {
  line: { state: 'registered', message: '' },
  callBacks: [],
  forward: {},
  doNotDisturb: false,
  serverRules: [],
} as const;
const reported: string[] = [];
const recorded: { readonly recordingId: string; readonly base64: string; readonly last: boolean }[] = [];
let codecs: CallInput<'media.codecs'>['codecs'] = [];
let holder: string | null = null;

function setHolder(next: string | null): void {
  holder = next;
  hub.publish('lease', { holder });
}

const refuse = () => {
  throw new Error('not part of this page');
};

/** Only the media part of the contract is answered here. */
const handlers: Partial<MainHandlers> = {
  'media.codecs': (input) => {
    codecs = input.codecs;
    return null;
  },
  'lease.claim': ({ takeOver }, clientId) => {
    claims.push(takeOver);
    if (holder !== null && holder !== clientId && !takeOver) return { held: false };
    setHolder(clientId);
    return { held: true };
  },
  'media.recorded': (input) => {
    recorded.push(input);
    return null;
  },
  'media.leg': (input) => {
    legs.push(input);
    return null;
  },
  'media.warm': async ({ legId, sdp }) => {
    if (warmToneHz === undefined) {
      warmRefusals += 1;
      throw new AppError('unsupported', 'Nothing is kept warm here.');
    }
    const farEnd = new FarEnd();
    warmFarEnds.set(legId, farEnd);
    return { sdp: await farEnd.answer(sdp, warmToneHz) };
  },
};

/** Far ends of legs that were connected before there was a call, which play this tone. */
const warmFarEnds = new Map<string, FarEnd>();
let warmToneHz: number | undefined;
/** Legs that were offered before they were wanted here. */
let warmRefusals = 0;

/** Tracks of real microphones, to see that none stays open. */
const microphones: MediaStreamTrack[] = [];
const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (constraints) => {
  asked.push(JSON.stringify(constraints));
  const stream = await getUserMedia(constraints);
  microphones.push(...stream.getTracks());
  return stream;
};
/** Clones count as well: the light of the microphone stays on for any of them. */
const clone = (track: MediaStreamTrack): MediaStreamTrack => new MediaStream([track]).clone().getTracks()[0] ?? track;
MediaStreamTrack.prototype.clone = function (this: MediaStreamTrack) {
  const copy = clone(this);
  if (copy.kind === 'audio') microphones.push(copy);
  return copy;
};

const [windowWire, serviceWire] = wirePair();
const service = new ServerConnection('window-0001', serviceWire, {
  hub,
  clock,
  handlers: new Proxy(handlers, {
    get: (target, name): unknown => Reflect.get(target, name) ?? refuse,
  }) as MainHandlers,
  reportInternal: (where, error) => reported.push(`${where}: ${String(error)}`),
});
const media = new WindowMedia({
  clientId: 'window-0001',
  clock,
  reportInternal: (where, error) => reported.push(`${where}: ${String(error)}`),
  refused: (words) => reported.push(`headset: ${words}`),
});
const client = new ContractClient({
  connect: () => Promise.resolve(windowWire),
  handlers: media.handlers,
  clock,
  reportInternal: (where, error) => reported.push(`${where}: ${String(error)}`),
});
hub.publish('settings', { settings: [], policyProblems: [] });
hub.publish('calls', { calls: [], ...quietLine });
setHolder(null);
client.start();
media.start(client);
media.prepare();

const settingState = ([key, value]: readonly [string, SettingValue]): SettingState => ({
  key,
  value,
  defaultValue: value,
  source: 'user',
  locked: false,
  scope: 'machine',
  control: { kind: 'switch' },
});

/** Elements that play the far ends. */
const playing = new Set<HTMLMediaElement>();
const describePlay = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'play');
Object.defineProperty(HTMLMediaElement.prototype, 'play', {
  ...describePlay,
  value(this: HTMLMediaElement) {
    playing.add(this);
    return Reflect.apply(describePlay?.value as () => Promise<void>, this, []);
  },
});

/** A recorded file, decoded: its length, and how loud some frequencies are in its last seconds, in dB. */
async function recordedSound(recordingId: string, frequenciesHz: readonly number[], lastS: number) {
  const pieces = recorded.filter((piece) => piece.recordingId === recordingId).map((piece) => atob(piece.base64));
  const bytes = Uint8Array.from(pieces.join(''), (letter) => letter.charCodeAt(0));
  const context = new OfflineAudioContext(1, 1, 48_000);
  const sound = await context.decodeAudioData(bytes.buffer);
  const samples = sound.getChannelData(0).subarray(-Math.round(lastS * sound.sampleRate));
  return { seconds: sound.duration, toneDb: frequenciesHz.map((hz) => amplitudeDb(samples, sound.sampleRate, hz)) };
}

/** Loudest that a frequency is in any half second. */
function amplitudeDb(samples: Float32Array, sampleRate: number, hz: number): number {
  const length = Math.round(sampleRate / 2);
  let loudest = 0;
  for (let start = 0; start + length <= samples.length; start += length) {
    let real = 0;
    let imaginary = 0;
    for (let index = 0; index < length; index += 1) {
      const sample = samples[start + index] ?? 0;
      const phase = (2 * Math.PI * hz * index) / sampleRate;
      real += sample * Math.cos(phase);
      imaginary += sample * Math.sin(phase);
    }
    loudest = Math.max(loudest, (2 * Math.hypot(real, imaginary)) / length);
  }
  return 20 * Math.log10(loudest);
}

/** Peak of what the limiter of a mix makes of tones of this amplitude together, and of one alone. */
async function limited(frequenciesHz: readonly number[], amplitude: number): Promise<{ peak: number; rms: number }> {
  const context = new OfflineAudioContext(1, 48_000 * 2, 48_000);
  const { input, output } = createLimiter(context);
  output.connect(context.destination);
  for (const hz of frequenciesHz) {
    const oscillator = context.createOscillator();
    oscillator.frequency.value = hz;
    const gain = context.createGain();
    gain.gain.value = amplitude;
    oscillator.connect(gain).connect(input);
    oscillator.start();
  }
  const samples = (await context.startRendering()).getChannelData(0);
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const late = samples.subarray(48_000);
  return { peak, rms: Math.sqrt(late.reduce((sum, sample) => sum + sample * sample, 0) / late.length) };
}

const farEnds = new Map<string, FarEnd>();

/** What the spec drives. */
const bench = {
  ask: <Name extends RendererCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> =>
    service.call(name, input),
  /** Offer, answer by the far end, answer applied. Milliseconds that the offer took. */
  connect: async (callId: string, toneHz: number, amplitude?: number): Promise<number> => {
    const startedAtMs = performance.now();
    const offered = await service.call('media.offer', { callId, kinds: ['audio'], path: 'gateway', iceServers: [] });
    const tookMs = performance.now() - startedAtMs;
    if ('legId' in offered) {
      const warm = warmFarEnds.get(offered.legId);
      if (warm === undefined) throw new Error('the window offers a leg that nobody knows');
      farEnds.set(callId, warm);
      return tookMs;
    }
    const farEnd = new FarEnd();
    farEnds.get(callId)?.close();
    farEnds.set(callId, farEnd);
    await service.call('media.answer', { callId, sdp: await farEnd.answer(offered.sdp, toneHz, amplitude) });
    return tookMs;
  },
  connectFromFarEnd: async (callId: string, toneHz: number): Promise<void> => {
    const farEnd = new FarEnd();
    farEnds.set(callId, farEnd);
    const { sdp } = await service.call('media.remoteOffer', {
      callId,
      sdp: await farEnd.offer(toneHz),
      iceServers: [],
    });
    await farEnd.peer.setRemoteDescription({ type: 'answer', sdp });
  },
  level: (callId: string) => farEnds.get(callId)?.level() ?? 0,
  toneDb: (callId: string, hz: number) => farEnds.get(callId)?.toneDb(hz) ?? -Infinity,
  packetsHeard: (callId: string) => farEnds.get(callId)?.packets() ?? Promise.resolve(0),
  /** What the person's speaker plays now of this frequency, in dB, and whether each element is muted. */
  hushed: () => [...playing].filter((element) => element.muted).length,
  recorded: () => recorded,
  recordedSound,
  limited,
  /** Ends the open microphones as the system does when one is unplugged. */
  unplugMicrophones: () => {
    for (const track of microphones) {
      if (track.readyState !== 'live') continue;
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
  },
  setSettings: (settings: Readonly<Record<string, SettingValue>>) => {
    hub.publish('settings', { settings: Object.entries(settings).map(settingState), policyProblems: [] });
  },
  constraintsInUse: () =>
    microphones
      .filter((track) => track.readyState === 'live')
      .map((track) => track.getSettings())
      .map(({ echoCancellation, noiseSuppression, autoGainControl }) => ({
        echoCancellation,
        noiseSuppression,
        autoGainControl,
      })),
  codecsHeard: (callId: string) => farEnds.get(callId)?.codecs() ?? Promise.resolve([]),
  farEndState: (callId: string) => farEnds.get(callId)?.peer.connectionState,
  legs: () => legs,
  legStates: (callId: string) => legs.filter((leg) => leg.callId === callId).map((leg) => leg.state),
  claims: () => claims,
  codecs: () => codecs,
  asked: () => asked,
  reported: () => reported,
  openMicrophones: () => microphones.filter((track) => track.readyState === 'live').length,
  playing: () => media.sounding,
  setHolder,
  setCalls: (calls: readonly Call[]) => {
    hub.publish('calls', { calls, ...quietLine });
  },
  /** The gateway takes legs ahead of calls from now on. */
  takeWarmLegs: (toneHz: number) => {
    warmToneHz = toneHz;
    hub.publish('calls', { calls: [], ...quietLine });
    // One that was refused is not tried again before the window has the lease anew.
    setHolder(null);
  },
  warmRefusals: () => warmRefusals,
  warmStates: () => [...warmFarEnds.values()].map(({ peer }) => peer.connectionState),
  /** The gateway ends: its far ends are gone. */
  loseWarmLegs: () => {
    for (const farEnd of warmFarEnds.values()) farEnd.close();
  },
  /** What it offers when the gateway knows none of its legs. */
  offerAfresh: (callId: string) =>
    service.call('media.offer', { callId, kinds: ['audio'], path: 'gateway', iceServers: [], fresh: true }),
  speakers: () => [...playing].filter((element) => !element.muted && element.srcObject !== null).length,
  measureVideo,
};

export type MediaBench = typeof bench;

declare global {
  interface Window {
    mediaBench: MediaBench;
  }
}

window.mediaBench = bench;
