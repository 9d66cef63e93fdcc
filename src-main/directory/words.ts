import { msg } from '../../src-shared/words.ts';
/** What people read about the directory: what happened, what Parley does, what they can do. */
export const words = {
  notConfigured: msg('No directory is set up. Search shows the people this computer knows.'),
  signedOut: msg('You are not signed in to the directory. Search shows the people this computer knows.'),
  connecting: msg('Parley is still connecting to the directory. Search shows the people this computer knows.'),
  unreachable: msg(
    'The directory cannot be reached. Search shows the people this computer knows. Parley keeps trying. Check your network.',
  ),
  denied: msg('The directory did not accept your password. Search shows only your own contacts until you enter it.'),
  slow: msg('The directory is slow to answer. Results so far are shown and more are added as they arrive.'),
  standsStill: msg(
    'The directory does not answer. Search shows the people this computer knows. Parley connects to it again.',
  ),
  garbled: msg(
    'The directory gave an answer that makes no sense. Search shows the people this computer knows. Parley connects to it again.',
  ),
  partly: msg('Part of the directory could not be searched. Results from the rest are shown. Ask your administrator.'),
  refused: msg(
    'The directory does not let you search. Search shows the people this computer knows. Ask your administrator.',
  ),
  anonymousRefused: msg(
    'The directory lets nobody search without signing in. Ask your administrator for a sign-in name and enter it in Settings.',
  ),
  signInRefused: msg('The directory does not allow this way to sign in. Ask your administrator.'),
  badSignInName: msg(
    'The sign-in name for the directory is not valid. Check it in Settings, or ask your administrator.',
  ),
  needsEncryption: msg(
    'The directory demands an encrypted connection. Choose one in Settings, or ask your administrator.',
  ),
  noStartTls: msg(
    'The directory offers no encryption on this port. Choose another kind of encryption in Settings, or ask your administrator.',
  ),
  badFilter: msg(
    'The search filter that is set for the directory is not valid. Correct it in Settings, or ask your administrator.',
  ),
  noBases: msg('No search base is set for the directory. Enter one in Settings, or ask your administrator.'),
  noBaseFound: msg(
    'The directory has none of the search bases that are set. Check them in Settings, or ask your administrator.',
  ),
  someBasesMissing: msg(
    'The directory works, but has not all of the search bases that are set. Check them in Settings.',
  ),
  works: msg('The directory works.'),
  worksUnencrypted: msg(
    'The directory works, but the connection is not encrypted: others on the network can read your password. Choose an encrypted one if your server offers it.',
  ),
  worksUnencryptedAnonymous: msg(
    'The directory works, but the connection is not encrypted: others on the network can read what you search for.',
  ),
} as const;
