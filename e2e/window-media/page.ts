import { i18n } from '@lingui/core';
import { WindowMedia } from '../../src-renderer/media/window-media.ts';
import { measureVideo } from '../../src-renderer/media/capability-video.ts';
import type { CallInput, CallOutput, MainHandlers, RendererCall } from '../../src-shared/contract/contract.ts';
import type { Call } from '../../src-shared/model/call.ts';
import type { Clock } from '../../src-shared/clock.ts';
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

/** The far end of one leg: sends a tone of its own and measures what it hears. */
class FarEnd {
  readonly peer = new RTCPeerConnection({ bundlePolicy: 'balanced' });
  readonly #context = new AudioContext();
  #analyser: AnalyserNode | undefined;

  async answer(offer: string, toneHz: number): Promise<string> {
    this.#listen();
    await this.peer.setRemoteDescription({ type: 'offer', sdp: offer });
    await this.#sing(toneHz);
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
      this.#context.createMediaStreamSource(stream).connect(analyser);
      this.#analyser = analyser;
    });
  }

  async #sing(toneHz: number): Promise<void> {
    await this.#context.resume();
    const oscillator = this.#context.createOscillator();
    oscillator.frequency.value = toneHz;
    const destination = this.#context.createMediaStreamDestination();
    // Quiet: the window's echo canceller would otherwise take much of its microphone away with it.
    const gain = this.#context.createGain();
    gain.gain.value = 0.05;
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
const reported: string[] = [];
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
  'media.leg': (input) => {
    legs.push(input);
    return null;
  },
};

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
});
const client = new ContractClient({
  connect: () => Promise.resolve(windowWire),
  handlers: media.handlers,
  clock,
  reportInternal: (where, error) => reported.push(`${where}: ${String(error)}`),
});
hub.publish('settings', { settings: [], policyProblems: [] });
hub.publish('calls', { calls: [], line: { state: 'registered', message: '' } });
setHolder(null);
client.start();
media.start(client);

const farEnds = new Map<string, FarEnd>();

/** What the spec drives. */
const bench = {
  ask: <Name extends RendererCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> =>
    service.call(name, input),
  /** Offer, answer by the far end, answer applied. Milliseconds that the offer took. */
  connect: async (callId: string, toneHz: number): Promise<number> => {
    const startedAtMs = performance.now();
    const offered = await service.call('media.offer', { callId, kinds: ['audio'], path: 'gateway', iceServers: [] });
    const tookMs = performance.now() - startedAtMs;
    const farEnd = new FarEnd();
    farEnds.get(callId)?.close();
    farEnds.set(callId, farEnd);
    await service.call('media.answer', { callId, sdp: await farEnd.answer(offered.sdp, toneHz) });
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
    hub.publish('calls', { calls, line: { state: 'registered', message: '' } });
  },
  silence: (callId: string) => {
    media.silence(callId);
  },
  measureVideo,
};

export type MediaBench = typeof bench;

declare global {
  interface Window {
    mediaBench: MediaBench;
  }
}

window.mediaBench = bench;
