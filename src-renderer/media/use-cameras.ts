import { useCallback, useEffect, useState } from 'react';
import { shownName } from './audio-devices.ts';
import type { AudioDevice } from './device-ranking.ts';

export interface Cameras {
  /** Without names until a camera was allowed once. */
  readonly present: readonly AudioDevice[];
  /** Asks anew: a camera was allowed, which brings the names. */
  readonly read: () => void;
}

/** The cameras that are plugged in, for a view that is looked at. */
export function useCameras(): Cameras {
  const [present, setPresent] = useState<readonly AudioDevice[]>([]);
  const read = useCallback(() => {
    // Undefined outside a secure context, whatever the types say.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    devices?.enumerateDevices().then(
      (found) => {
        setPresent(cameraList(found));
      },
      // The system does not say: there is nothing to choose from.
      () => undefined,
    );
  }, []);
  useEffect(() => {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    read();
    devices?.addEventListener('devicechange', read);
    return () => devices?.removeEventListener('devicechange', read);
  }, [read]);
  return { present, read };
}

/** What enumerateDevices said, as far as it is cameras (W3C Media Capture and Streams, section 9). */
export function cameraList(
  found: readonly Pick<MediaDeviceInfo, 'deviceId' | 'kind' | 'label'>[],
): readonly AudioDevice[] {
  return found
    .filter((device) => device.kind === 'videoinput' && device.deviceId !== '')
    .map((device) => ({ id: device.deviceId, name: shownName(device.label) }));
}
