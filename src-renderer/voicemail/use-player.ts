import { useLingui } from '@lingui/react/macro';
import { useEffect, useEffectEvent, useState } from 'react';
import { useCall } from '../bridge/client-context.tsx';
import { errorWords } from '../ui/error-words.ts';
import { bytesOfBase64, waveform } from './waveform.ts';

export interface Player {
  /** Address of the recording for the audio element; undefined while it is fetched. */
  readonly source: string | undefined;
  /** Loudness for the picture, 0 to 1; empty while it is not known. */
  readonly levels: readonly number[];
  readonly problem: string | undefined;
}

/** Rate at which the picture's samples are decoded: enough for loudness, a sixth of the memory. */
const pictureRateHz = 8_000;

/** Fetches one recording when the player opens, and lets go of it when it closes. */
export function usePlayer(messageId: string): Player {
  const { t } = useLingui();
  const call = useCall();
  const [source, setSource] = useState<string>();
  const [levels, setLevels] = useState<readonly number[]>([]);
  const [problem, setProblem] = useState<string>();
  const words = useEffectEvent((error: unknown) => errorWords(error, t));

  useEffect(() => {
    const abort = new AbortController();
    const closed = () => abort.signal.aborted;
    let url: string | undefined;
    call('voicemail.audio', { id: messageId })
      .then(
        async ({ mimeType, base64 }) => {
          if (closed()) return;
          const bytes = bytesOfBase64(base64);
          url = URL.createObjectURL(new Blob([bytes], { type: mimeType }));
          setSource(url);
          const decoded = await new OfflineAudioContext(1, 1, pictureRateHz).decodeAudioData(bytes.buffer);
          if (!closed()) setLevels(waveform(decoded.getChannelData(0)));
        },
        (error: unknown) => {
          if (!closed()) setProblem(words(error));
        },
      )
      .catch(() => {
        // Without a picture the recording still plays.
      });
    return () => {
      abort.abort();
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [call, messageId]);

  return { source, levels, problem };
}
