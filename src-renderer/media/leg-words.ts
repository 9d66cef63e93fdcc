import { t } from '@lingui/core/macro';

/** Words for what a call's sound cannot do. */
export function legWords(what: 'noTones' | 'noCodec' | 'failed' | 'noCall' | 'turnRefused' | 'turnSilent'): string {
  switch (what) {
    case 'noTones':
      return t`The other side does not take digits in this call.`;
    case 'noCodec':
      return t`This computer does not speak the codec that the other side chose.`;
    case 'failed':
      return t`The sound connection of the call broke. Parley tries to build it again.`;
    case 'turnRefused':
      return t`Calls go through the TURN server only, and it did not accept its user name or password, so there is no call. Correct both in the Account settings, then call again.`;
    case 'turnSilent':
      return t`Calls go through the TURN server only, and none answers, so there is no call. Check the TURN servers in the Account settings, then call again.`;
    case 'noCall':
      return t`That call is over.`;
  }
}
