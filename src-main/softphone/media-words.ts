import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';

/** Words for a call that ended because of its sound. What happened, what Parley did, what the person can do. */
const words: Readonly<Partial<Record<MediaLegState, Message>>> = {
  micDenied: msg(
    'Parley may not use your microphone, so the call was ended. Allow the microphone in the privacy settings, then call again.',
  ),
  micMissing: msg('No microphone was found, so the call was ended. Connect a microphone or headset, then call again.'),
  micBusy: msg(
    'Your microphone is used by another program, so the call was ended. Close that program or pick another microphone, then call again.',
  ),
};

export const soundFailedWords = msg('The sound of this call could not be started, so the call was ended. Call again.');
/** Said of the far end's offer or answer. */
const noCommonSoundWords = msg(
  'Parley and the other side have no kind of sound in common, so there is no call. Calling again does not change that: tell your administrator.',
);
const unreadableSoundWords = msg(
  'The other side described its sound in a way that Parley cannot read, so there is no call. If it happens again, tell your administrator.',
);
export const soundLostWords = msg(
  'The sound of this call was lost and could not be restored, so the call was ended. Call again.',
);
export const noSoundNowWords = msg(
  'This call has no sound now. Parley brings it back as soon as its window answers. Hang up and call again if it stays so.',
);
export const farEndGoneWords = msg('The other side does not answer any more, so the call was ended. Call again.');

/** Either side may be the one that insists. */
export const encryptionRefusedWords = msg(
  'Parley and the other side did not agree on whether the sound is encrypted, so there is no call. Ask your administrator which setting for encryption your phone server needs.',
);
export const noCodecWords = msg(
  'None of the codecs that are switched on is available on this computer, so there is no call. Switch on another one in Settings, Audio, then call again.',
);
export const noSoundFromThemWords = msg(
  'No sound from them for 5 seconds: something is wrong on their side, or a firewall is in the way. Wait a moment, or hang up and call again.',
);
export const noWindowWords = msg('No Parley window has the microphone. Open Parley on this computer, then try again.');

/** What a TURN server that does not serve means for the call that goes on. */
const turnWords: Readonly<Partial<Record<MediaLegState, Message>>> = {
  turnRefused: msg(
    'The TURN server did not accept its user name or password. Parley calls without it; if there is no sound, correct both in the Account settings.',
  ),
  turnSilent: msg(
    'The TURN server does not answer. Parley calls without it; if there is no sound, check the TURN servers in the Account settings.',
  ),
};

/** The words for a call that goes on without TURN; undefined for states that are none of this. */
export function turnNotice(state: MediaLegState): string | undefined {
  const said = turnWords[state];
  return said === undefined ? undefined : t(said);
}

/** The words for a leg that cannot work; undefined for states that are none of this. */
export function legFailureWords(state: MediaLegState): string | undefined {
  const said = words[state];
  return said === undefined ? undefined : t(said);
}

/** Plain words for sound that did not come about: a failed request to the window, or an offer or answer of no use. */
export function mediaFailureWords(error: unknown): string {
  if (!(error instanceof AppError)) return t(soundFailedWords);
  switch (error.code) {
    case 'media':
      return error.message;
    case 'unsupported':
      return t(noCommonSoundWords);
    case 'invalid':
      return t(unreadableSoundWords);
    default:
      return t(soundFailedWords);
  }
}
