import { createContext, useCallback, useContext } from 'react';
import type { ReactNode } from 'react';
import type { WindowMedia } from './window-media.ts';

const MediaContext = createContext<WindowMedia | undefined>(undefined);

/** Gives the views this window's media; they ask of it only what sounds here. */
export function MediaProvider(props: { readonly media: WindowMedia; readonly children: ReactNode }) {
  return <MediaContext value={props.media}>{props.children}</MediaContext>;
}

/** Stops the ring of one call on this computer; the call goes on ringing. */
export function useSilenceRing(): (callId: string) => void {
  const media = useContext(MediaContext);
  return useCallback(
    (callId) => {
      media?.silence(callId);
    },
    [media],
  );
}
