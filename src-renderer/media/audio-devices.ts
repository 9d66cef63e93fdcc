import type { AudioDevice } from './device-ranking.ts';

export interface AudioDeviceList {
  readonly inputs: readonly AudioDevice[];
  readonly outputs: readonly AudioDevice[];
  /** Names of the system's own choice; empty where it does not say. */
  readonly defaultInput: string;
  readonly defaultOutput: string;
  /** The browser names devices only after the microphone was allowed once. */
  readonly named: boolean;
}

const none: AudioDeviceList = { inputs: [], outputs: [], defaultInput: '', defaultOutput: '', named: true };

/** Chromium's stand-ins for "whatever the system uses", beside the devices themselves. */
const standIns = new Set(['default', 'communications']);

/** What enumerateDevices said, by kind (W3C Media Capture and Streams, section 9). */
export function audioDeviceList(
  found: readonly Pick<MediaDeviceInfo, 'deviceId' | 'kind' | 'label' | 'groupId'>[],
): AudioDeviceList {
  const of = (kind: MediaDeviceKind): readonly AudioDevice[] =>
    found
      .filter((device) => device.kind === kind && device.deviceId !== '' && !standIns.has(device.deviceId))
      .map((device) => ({ id: device.deviceId, name: shownName(device.label) }));
  const systemOne = (kind: MediaDeviceKind): string => {
    const standIn = found.find((device) => device.kind === kind && device.deviceId === 'default');
    if (standIn === undefined) return '';
    const same = found.find(
      (device) =>
        device.kind === kind &&
        !standIns.has(device.deviceId) &&
        device.groupId !== '' &&
        device.groupId === standIn.groupId,
    );
    return shownName(same?.label ?? standIn.label.replace(/^Default(?: - |$)/, ''));
  };
  return {
    inputs: of('audioinput'),
    outputs: of('audiooutput'),
    defaultInput: systemOne('audioinput'),
    defaultOutput: systemOne('audiooutput'),
    named: found.some((device) => device.label !== ''),
  };
}

/** Without the USB ids that Chromium puts behind a name. */
export function shownName(label: string): string {
  return label.replace(/ \([0-9a-f]{4}:[0-9a-f]{4}\)$/i, '');
}

/** Follows what is plugged in. `start` reads once and on every change; listeners hear of what differs. */
export class AudioDevices {
  #list = none;
  #rounds = 0;
  readonly #listeners = new Set<() => void>();
  #undo: (() => void) | undefined;

  get list(): AudioDeviceList {
    return this.#list;
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    // Undefined outside a secure context, whatever the types say.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined || this.#undo !== undefined) return;
    const read = (): void => {
      void this.read();
    };
    devices.addEventListener('devicechange', read);
    this.#undo = () => {
      devices.removeEventListener('devicechange', read);
    };
    read();
  }

  stop(): void {
    this.#undo?.();
    this.#undo = undefined;
  }

  /** Asks anew: also after the microphone was allowed, which brings the names. */
  async read(): Promise<void> {
    this.#rounds += 1;
    const round = this.#rounds;
    let list: AudioDeviceList;
    try {
      list = audioDeviceList(await navigator.mediaDevices.enumerateDevices());
    } catch {
      // The system does not say: its defaults are used.
      return;
    }
    if (round !== this.#rounds || JSON.stringify(list) === JSON.stringify(this.#list)) return;
    this.#list = list;
    for (const listener of this.#listeners) listener();
  }
}
