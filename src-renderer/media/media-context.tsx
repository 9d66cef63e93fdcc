import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { AudioDeviceList } from './audio-devices.ts';
import type { DevicesInUse } from './device-choice.ts';
import type { HeadsetNames } from './headset/headset-link.ts';
import type { WindowMedia } from './window-media.ts';

const MediaContext = createContext<WindowMedia | undefined>(undefined);

/** Gives the views this window's media; they ask of it only what sounds here. */
export function MediaProvider(props: { readonly media: WindowMedia; readonly children: ReactNode }) {
  return <MediaContext value={props.media}>{props.children}</MediaContext>;
}

/** This window's media. */
export function useMedia(): WindowMedia {
  const media = useContext(MediaContext);
  if (media === undefined) throw new Error('there is no MediaProvider above');
  return media;
}

/** What is plugged in. */
export function useAudioDevices(): AudioDeviceList {
  const { devices } = useMedia().devices;
  return useSyncExternalStore(
    useCallback((listener) => devices.onChanged(listener), [devices]),
    () => devices.list,
  );
}

/** Which devices calls use, and what a person in a call is to know about them. */
export function useDevicesInUse(): DevicesInUse {
  const { devices } = useMedia();
  return useSyncExternalStore(
    useCallback((listener) => devices.onChanged(listener), [devices]),
    () => devices.inUse,
  );
}

/** Headsets whose buttons are obeyed; undefined where the browser knows none. */
export function useHeadsets(): HeadsetNames {
  const { headsets } = useMedia();
  return useSyncExternalStore(
    useCallback((listener) => headsets.onChanged(listener), [headsets]),
    () => headsets.names,
  );
}
