import { useRef } from 'react';
import { useCall } from '../bridge/client-context.tsx';

/** While keys are struck the service is told this often (milliseconds); it knows by itself when they stop. */
const everyMs = 2_000;

export interface TellTyping {
  /** The field holds this text now. */
  readonly typed: (text: string) => void;
  /** The message went: the next key stroke begins another. */
  readonly sent: () => void;
}

/** Tells the service that a message to this peer is being written, or was emptied; who may know it is decided there. */
export function useTellTyping(peer: string): TellTyping {
  const call = useCall();
  const toldAtMs = useRef(-everyMs);
  const typed = (text: string) => {
    const typing = text.trim() !== '';
    const nowMs = performance.now();
    const isDue = nowMs - toldAtMs.current >= everyMs;
    const hasTold = toldAtMs.current > 0;
    if (typing ? !isDue : !hasTold) return;
    toldAtMs.current = typing ? nowMs : -everyMs;
    // Nothing hangs on it: offline nobody can be told.
    call('chat.setTyping', { peer, typing }).catch(() => undefined);
  };
  return {
    typed,
    sent: () => {
      toldAtMs.current = -everyMs;
    },
  };
}
