import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { AudioDevices } from './audio-devices.ts';
import type { AudioOutput } from './audio-output.ts';
import type { AudioSettings } from './audio-settings.ts';
import { deviceMove, findDevice, isAnother, pickDevice } from './device-ranking.ts';
import type { AudioDevice, DeviceUse } from './device-ranking.ts';
import { deviceMoveWords } from './device-words.ts';
import type { Microphone } from './microphone.ts';
import type { Ringer } from './ringer.ts';

/** Milliseconds that a word about a device that was unplugged stays. */
const noticeMs = 12_000;

export interface DeviceChoiceOptions {
  readonly clock: Clock;
  readonly microphone: Microphone;
  readonly output: AudioOutput;
  readonly ringer: Ringer;
  readonly settings: () => AudioSettings;
  /** Whether a call has sound now: only then a person is told that it moved. */
  readonly inCall: () => boolean;
  readonly failed: (error: unknown) => void;
}

/** What the views show of the devices. A new object whenever something of it changes. */
export interface DevicesInUse {
  /** Names of the devices that calls use; empty where the system does not say. */
  readonly microphone: string;
  readonly speaker: string;
  /** For setSinkId; empty: the system's default. */
  readonly speakerId: string;
  /** The system's devices are followed: no device of the person's own list is plugged in, or there is no list. */
  readonly followsSystem: boolean;
  /** The sound of a running call went to another device by itself: why, and where. */
  readonly notice: string | undefined;
}

/**
 * Decides by settings and by what is plugged in which devices are used, again whenever one of the two changes: also
 * in mid-call, where the sound moves on without the call noticing.
 */
export class DeviceChoice {
  readonly devices = new AudioDevices();
  readonly #options: DeviceChoiceOptions;
  #use: { readonly microphone: DeviceUse; readonly speaker: DeviceUse } | undefined;
  /** Name of the system's own microphone when it was last looked at. */
  #systemMicrophone = '';
  #noticeTimer: TimerHandle | undefined;
  #shown: DevicesInUse = { microphone: '', speaker: '', speakerId: '', followsSystem: true, notice: undefined };
  readonly #listeners = new Set<() => void>();
  #undo: (() => void) | undefined;

  constructor(options: DeviceChoiceOptions) {
    this.#options = options;
  }

  get inUse(): DevicesInUse {
    return this.#shown;
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.#undo ??= this.devices.onChanged(() => {
      this.apply();
    });
    this.devices.start();
    // Until the devices are known the system's own are used: a call may come before.
    this.apply();
  }

  stop(): void {
    this.devices.stop();
    this.#undo?.();
    this.#undo = undefined;
    this.#stopTimer();
  }

  /** Again, after the settings changed. */
  apply(): void {
    const settings = this.#options.settings();
    const { list } = this.devices;
    const microphone = pickDevice(settings.microphones, list.inputs);
    const speaker = pickDevice(settings.speakers, list.outputs);
    this.#options.output.choose(speaker?.id ?? '');
    this.#options.ringer.choose({
      ringers: ringerIds(settings, list.outputs),
      speaker: speaker?.id ?? '',
      ringVolumePercent: settings.ringVolumePercent,
    });
    const systemMoved = microphone === undefined && isAnother(this.#systemMicrophone, list.defaultInput);
    this.#systemMicrophone = list.defaultInput;
    this.#chooseMicrophone(microphone, settings, systemMoved).catch(this.#options.failed);

    const before = this.#use;
    const after = {
      microphone: { present: list.inputs, inUse: microphone?.name ?? list.defaultInput },
      speaker: { present: list.outputs, inUse: speaker?.name ?? list.defaultOutput },
    };
    this.#use = after;
    const words =
      before === undefined || !this.#options.inCall()
        ? undefined
        : deviceMoveWords(deviceMove(before.microphone, after.microphone), deviceMove(before.speaker, after.speaker));
    if (words !== undefined) this.#keepNotice();
    this.#show({
      microphone: after.microphone.inUse,
      speaker: after.speaker.inUse,
      speakerId: speaker?.id ?? '',
      followsSystem: microphone === undefined && speaker === undefined,
      notice: words ?? this.#shown.notice,
    });
  }

  /** The last call is over: what was said of its sound is said no more. */
  callsEnded(): void {
    this.#stopTimer();
    this.#show({ ...this.#shown, notice: undefined });
  }

  async #chooseMicrophone(device: AudioDevice | undefined, settings: AudioSettings, systemMoved: boolean) {
    const { microphone } = this.#options;
    await microphone.choose({ deviceId: device?.id ?? '', processing: settings.processing });
    if (systemMoved || microphone.isWanting) await microphone.reopen();
  }

  #keepNotice(): void {
    this.#stopTimer();
    this.#noticeTimer = this.#options.clock.setTimeout(() => {
      this.#show({ ...this.#shown, notice: undefined });
    }, noticeMs);
  }

  #stopTimer(): void {
    if (this.#noticeTimer !== undefined) this.#options.clock.clearTimeout(this.#noticeTimer);
    this.#noticeTimer = undefined;
  }

  #show(next: DevicesInUse): void {
    if (JSON.stringify(next) === JSON.stringify(this.#shown)) return;
    this.#shown = next;
    for (const listener of this.#listeners) listener();
  }
}

/** Device ids of the ringers that are plugged in. */
function ringerIds(settings: AudioSettings, outputs: readonly AudioDevice[]): readonly string[] {
  return [...new Set(settings.ringers.flatMap((name) => findDevice(name, outputs)?.id ?? []))];
}
