import type { Page } from '@playwright/test';

/** What the page's own scripts find in the place of the browser's, for the specs. */
declare global {
  interface Window {
    plug: (names: readonly string[], isIn: boolean) => void;
    sound: {
      /** As the mute key of a laptop does. */
      muteBySystem: (isMuted: boolean) => void;
      /** Nothing leaves the window any more. */
      sendNothing: () => void;
      /** What the open microphone does with the voice. */
      processing: () => MediaTrackSettings | undefined;
    };
    headset: {
      /** Bytes of every report that the headset got, newest last. */
      readonly sent: readonly (readonly number[])[];
      press: (byte: number) => void;
    };
  }
}

/**
 * A STUB at the boundary of navigator.mediaDevices: Chromium's fake devices cannot be unplugged, so this takes them
 * out of the list, ends their tracks and tells of the change as the system does. Takes effect at the next load.
 */
export async function stubUnplugging(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const out = new Set<string>();
    const enumerate = mediaDevices.enumerateDevices.bind(mediaDevices);
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    const tracks: MediaStreamTrack[] = [];
    mediaDevices.enumerateDevices = async () => (await enumerate()).filter((device) => !out.has(device.label));
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await open(constraints);
      const [track] = stream.getAudioTracks();
      if (track !== undefined && out.has(track.label)) {
        track.stop();
        throw new DOMException('unplugged', 'NotFoundError');
      }
      tracks.push(...stream.getTracks());
      return stream;
    };
    window.plug = (names, isIn) => {
      for (const name of names) {
        if (isIn) out.delete(name);
        else out.add(name);
      }
      for (const track of tracks) {
        if (track.readyState !== 'live' || !out.has(track.label)) continue;
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
      mediaDevices.dispatchEvent(new Event('devicechange'));
    };
  });
}

/**
 * A STUB at the boundary of MediaStreamTrack and RTCPeerConnection: nobody can press the mute key of a computer here,
 * and nothing stops Chromium from sending. Also lets specs look at the real microphone. Takes effect at the next load.
 */
export async function stubSound(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    const tracks: MediaStreamTrack[] = [];
    const connections: RTCPeerConnection[] = [];
    let isMuted = false;
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await open(constraints);
      tracks.push(...stream.getAudioTracks());
      return stream;
    };
    Object.defineProperty(MediaStreamTrack.prototype, 'muted', { get: () => isMuted });
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    };
    window.sound = {
      muteBySystem: (muted) => {
        isMuted = muted;
        for (const track of tracks) track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
      },
      sendNothing: () => {
        for (const sender of connections.flatMap((one) => one.getSenders())) void sender.replaceTrack(null);
      },
      processing: () => tracks.findLast(({ readyState }) => readyState === 'live')?.getSettings(),
    };
  });
}

/**
 * A STUB at the boundary of navigator.hid: a headset with a hook switch, a mute key and lamps, already allowed.
 * Takes effect at the next load.
 */
export async function stubHeadset(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const sent: number[][] = [];
    let listener: ((event: { reportId: number; data: DataView }) => void) | undefined;
    const device = {
      productName: 'Stub headset',
      vendorId: 1,
      productId: 1,
      opened: false,
      collections: [
        {
          usagePage: 0x0b,
          usage: 5,
          inputReports: [
            {
              reportId: 1,
              items: [
                { usages: [0x0b_00_20], reportSize: 1, reportCount: 1, isAbsolute: true },
                { usages: [0x0b_00_2f], reportSize: 1, reportCount: 1, isAbsolute: false },
              ],
            },
          ],
          outputReports: [
            { reportId: 2, items: [{ usages: [0x08_00_17, 0x08_00_09, 0x08_00_18], reportSize: 1, reportCount: 3 }] },
          ],
        },
      ],
      open: () => {
        device.opened = true;
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
      forget: () => Promise.resolve(),
      sendReport: (_reportId: number, data: Uint8Array) => {
        sent.push([...data]);
        return Promise.resolve();
      },
      addEventListener: (_type: string, wanted: typeof listener) => {
        listener = wanted;
      },
      removeEventListener: () => {
        listener = undefined;
      },
    };
    Object.defineProperty(navigator, 'hid', {
      value: {
        getDevices: () => Promise.resolve([device]),
        requestDevice: () => Promise.resolve([device]),
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      },
    });
    window.headset = {
      sent,
      press: (byte) => {
        listener?.({ reportId: 1, data: new DataView(Uint8Array.of(byte).buffer) });
      },
    };
  });
}
