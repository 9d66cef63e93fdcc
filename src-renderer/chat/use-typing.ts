import { useState } from 'react';
import { useEvent, useGap } from '../bridge/client-context.tsx';

/** Who is typing now, by bare JID. A message or a lost connection ends it. */
export function useTyping(): ReadonlySet<string> {
  const [typing, setTyping] = useState<ReadonlySet<string>>(new Set());
  const set = (peer: string, on: boolean) => {
    setTyping((before) => {
      if (before.has(peer) === on) return before;
      const after = new Set(before);
      if (on) after.add(peer);
      else after.delete(peer);
      return after;
    });
  };
  useEvent('chat.typing', (event) => {
    set(event.peer, event.typing);
  });
  useEvent('chat.message', ({ message }) => {
    if (message.direction === 'in') set(message.peer, false);
  });
  useGap(() => {
    setTyping(new Set());
  });
  return typing;
}
