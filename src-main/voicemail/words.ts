import { msg, t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';
import type { AudioProblem } from './audio.ts';

/** What people read about voicemail: what happened, what Parley does, what they can do. */
export const words = {
  offline: msg(
    'Voicemail is offline. The list may be out of date. Parley keeps trying. Check your network, or call voicemail.',
  ),
  denied: msg('The voicemail server did not accept your password. Voicemail is off until you enter it again.'),
  busy: msg('The voicemail server is busy and let nobody in. Parley keeps trying.'),
  standsStill: msg('The voicemail server does not answer. The list may be out of date. Parley connects to it again.'),
  garbled: msg('The voicemail server gave an answer that makes no sense. Parley connects to it again.'),
  noMailbox: (mailbox: string) =>
    t(
      'The server has no mailbox named "{mailbox}". Parley looks again later. Check the name in Settings, or ask your administrator.',
      { mailbox },
    ),
  noStartTls: msg(
    'The voicemail server offers no encryption on this port, and Parley does not send your password without. Choose another port in Settings, or ask your administrator.',
  ),
  notConfigured: msg('No voicemail server is set up.'),
  works: msg('Voicemail works.'),
  cannotPlay: msg('Voicemail cannot be played here right now. It is safe on the server. Call voicemail to hear it.'),
  cannotPlayFormat: msg(
    'This voice message is stored in a sound format that cannot be played here. It is safe on the server. Call voicemail to hear it.',
  ),
  incomplete: msg('This voice message is not complete and cannot be played here. Call voicemail to hear it.'),
  gone: msg('This voice message is no longer on the server.'),
  notDeleted: msg('The voice message was not deleted: voicemail is offline. Try again when it is back.'),
  mayNotDelete: msg(
    'The voicemail server does not let Parley delete this voice message, so it stays. Call voicemail to delete it there.',
  ),
  notMarked: msg('The voice message was not marked: voicemail is offline. Try again when it is back.'),
} as const;

/** Why a sound cannot be played. */
export const problemWords: Readonly<Record<AudioProblem, Message>> = {
  format: words.cannotPlayFormat,
  incomplete: words.incomplete,
  notAudio: words.cannotPlay,
};
