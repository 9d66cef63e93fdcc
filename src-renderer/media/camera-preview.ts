/** Why there is no picture from here. */
export type CameraProblem = 'denied' | 'missing' | 'busy';

export type CameraView =
  | { readonly state: 'off' | 'opening' }
  | { readonly state: 'on'; readonly stream: MediaStream }
  | { readonly state: 'failed'; readonly problem: CameraProblem };

/** What the names of getUserMedia's errors mean (W3C Media Capture and Streams, section 10.2). */
export function cameraProblem(errorName: string): CameraProblem {
  switch (errorName) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'missing';
  }
}

/**
 * The camera for a person to look at, open only while it is shown:
 *
 *   off --start--> opening --granted--> on --stop--> off (its light goes out)
 *   opening --refused, none there, taken--> failed --start--> opening
 *   on --another choice | unplugged--> opening (the choice, or any other camera)
 */
export class CameraPreview {
  readonly #opened: () => void;
  readonly #listeners = new Set<() => void>();
  #view: CameraView = { state: 'off' };
  /** Empty: the system's own. */
  #deviceId = '';
  #rounds = 0;

  /** `opened`: the person allowed it, so that cameras have names now. */
  constructor(opened: () => void) {
    this.#opened = opened;
  }

  get view(): CameraView {
    return this.#view;
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes effect at once, also while it is shown. */
  choose(deviceId: string): void {
    if (deviceId === this.#deviceId) return;
    this.#deviceId = deviceId;
    if (this.#view.state === 'on' || this.#view.state === 'opening') this.start();
  }

  start(): void {
    this.#show({ state: 'opening' });
    this.#rounds += 1;
    void this.#open(this.#rounds);
  }

  stop(): void {
    this.#rounds += 1;
    this.#show({ state: 'off' });
  }

  async #open(round: number): Promise<void> {
    // Undefined outside a secure context, whatever the types say.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) {
      this.#show({ state: 'failed', problem: 'missing' });
      return;
    }
    let stream: MediaStream;
    try {
      stream = await request(devices, this.#deviceId);
    } catch (error) {
      if (round !== this.#rounds) return;
      this.#show({ state: 'failed', problem: cameraProblem(error instanceof Error ? error.name : '') });
      return;
    }
    if (round !== this.#rounds) {
      stopTracks(stream);
      return;
    }
    stream.getVideoTracks()[0]?.addEventListener('ended', () => {
      if (round === this.#rounds) this.start();
    });
    this.#show({ state: 'on', stream });
    this.#opened();
  }

  #show(next: CameraView): void {
    if (this.#view.state === 'on') stopTracks(this.#view.stream);
    this.#view = next;
    for (const listener of this.#listeners) listener();
  }
}

async function request(devices: MediaDevices, deviceId: string): Promise<MediaStream> {
  if (deviceId === '') return await devices.getUserMedia({ video: true });
  try {
    return await devices.getUserMedia({ video: { deviceId: { exact: deviceId } } });
  } catch (error) {
    if (!(error instanceof Error) || cameraProblem(error.name) !== 'missing') throw error;
    return await devices.getUserMedia({ video: true });
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
