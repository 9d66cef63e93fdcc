import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';

/** Words for a call that ended because of its sound. What happened, what Parley did, what the person can do. */
const words: Readonly<Partial<Record<MediaLegState, string>>> = {
  micDenied:
    'Parley may not use your microphone, so the call was ended. Allow the microphone in the privacy settings, then call again.',
  micMissing: 'No microphone was found, so the call was ended. Connect a microphone or headset, then call again.',
  micBusy:
    'Your microphone is used by another program, so the call was ended. Close that program or pick another microphone, then call again.',
};

export const soundFailedWords = 'The sound of this call could not be started, so the call was ended. Call again.';
export const soundLostWords =
  'The sound of this call was lost and could not be restored, so the call was ended. Call again.';
export const noSoundNowWords =
  'This call has no sound now. Parley brings it back as soon as its window answers. Hang up and call again if it stays so.';
export const noWindowWords = 'No Parley window has the microphone. Open Parley on this computer, then try again.';

/** The words for a leg that cannot work; undefined for states that are none of this. */
export function legFailureWords(state: MediaLegState): string | undefined {
  return words[state];
}

/** Plain words of a failed request to the window. */
export function mediaFailureWords(error: unknown): string {
  if (!(error instanceof AppError)) return soundFailedWords;
  if (error.code !== 'media') return soundFailedWords;
  return error.message;
}
