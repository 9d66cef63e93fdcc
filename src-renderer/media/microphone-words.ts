import { t } from '@lingui/core/macro';
import type { MicrophoneProblem } from './microphone.ts';

/** What happened, what Parley does, what the person can do. */
export function microphoneWords(problem: MicrophoneProblem): string {
  switch (problem) {
    case 'micDenied':
      return t`Parley may not use your microphone, so the call ended. Allow the microphone for Parley in the settings of this computer or browser, then call again.`;
    case 'micMissing':
      return t`No microphone was found, so the call ended. Plug one in, or choose one in Settings, then call again.`;
    case 'micBusy':
      return t`Your microphone is used by another program, so the call ended. Close that program or choose another microphone in Settings, then call again.`;
  }
}
