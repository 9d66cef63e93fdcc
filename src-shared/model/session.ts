import type { ServiceName } from './health.ts';

/** The four services a person signs in to. */
export const signInServices = ['chat', 'phone', 'directory', 'voicemail'] as const satisfies readonly ServiceName[];
export type SignInService = (typeof signInServices)[number];

/**
 *   signedOut --signIn--> signingIn --credentials accepted by the first service--> signedIn
 *   signingIn --refused--> signedOut (with failure)
 *   signedIn --signIn (new password)--> signingIn --refused--> signedIn, as before, with the failure
 *   signedIn --enterPassword--> signedIn, with another password where it was accepted
 *   signedIn --signOut | remembered password refused--> signedOut
 *   signedOut --start, password remembered--> signedIn
 */
export interface Session {
  readonly state: 'signedOut' | 'signingIn' | 'signedIn';
  /** The address last used or in use, `user@domain`. */
  readonly address?: string;
  readonly displayName?: string;
  readonly accountId?: string;
  /** Plain words when the last sign-in failed. */
  readonly failure?: string;
  /** Changed settings of the phone wait until no call runs. */
  readonly waitsForCalls?: boolean;
  /** Where secrets are kept, for example "the Windows credential store" or "a key file on this computer". */
  readonly secretsBackend: string;
  /** True when secrets are not protected by the operating system. */
  readonly secretsPlainText: boolean;
}

/** What an account keeps secret beside its password. */
export const accountSecrets = [
  'phone.clientKeyPassphrase',
  'calls.turnPassword',
  'phone.password',
  'directory.password',
  'voicemail.password',
] as const;
export type AccountSecret = (typeof accountSecrets)[number];

/** Services that may have a password of their own: a phone system's secret, a reading account, a mailbox's PIN. */
export const ownPasswordServices = ['phone', 'directory', 'voicemail'] as const satisfies readonly SignInService[];
export type OwnPasswordService = (typeof ownPasswordServices)[number];

/** Result of the test of one service, in plain words. */
export interface ServiceTest {
  readonly service: SignInService;
  readonly ok: boolean;
  readonly message: string;
  readonly detail?: string;
  readonly tookMs: number;
}
