import { useEffect, useState } from 'react';
import { LevelMeter } from './level-meter.ts';
import { useMedia } from './media-context.tsx';

/** Milliseconds between two looks. */
const lookEveryMs = 80;

/** How loud the microphone is, 0 to 1, as calls hear it. Opens it, so only for a view that is looked at. */
export function useMicrophoneLevel(): number {
  const media = useMedia();
  const [level, setLevel] = useState(0);
  useEffect(() => {
    const key = {};
    const meter = new LevelMeter();
    let track: MediaStreamTrack | undefined;
    let closed = false;
    const listenTo = (next: MediaStreamTrack): void => {
      track?.stop();
      track = next;
      if (closed) next.stop();
      else meter.listen(next);
    };
    // Refused or missing: the meter stays dark, and the call says why.
    media.takeMicrophone(key, listenTo).then(listenTo, () => undefined);
    const timer = window.setInterval(() => {
      setLevel(meter.read());
    }, lookEveryMs);
    return () => {
      closed = true;
      window.clearInterval(timer);
      track?.stop();
      media.giveBackMicrophone(key);
      meter.close();
    };
  }, [media]);
  return level;
}
