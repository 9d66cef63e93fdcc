import { t } from '../../src-shared/words.ts';

export interface WhatStaysOptions {
  /** Where the chat archive lies, when there is one. */
  readonly archive: string | undefined;
  readonly hasAddress: boolean;
  /** Undefined: the passwords were not to be forgotten; false: they could not be. */
  readonly forgotten: boolean | undefined;
  /** Where secrets are kept, in words. */
  readonly backend: string;
}

/** What a sign-out leaves on this computer, in plain words. */
export interface Stays {
  readonly data: readonly string[];
  /** Nothing where the password went, or there was none. */
  readonly password: readonly string[];
}

export function whatStays({ archive, hasAddress, forgotten, backend }: WhatStaysOptions): Stays {
  const data = [
    t('Your messages, contacts and history, in Parley’s database.'),
    t('Your settings, with the names of your servers.'),
  ];
  if (archive !== undefined) data.push(t('The archive of your conversations, in {archive}.', { archive }));
  if (!hasAddress || forgotten === true) return { data, password: [] };
  const password =
    forgotten === undefined
      ? t('Your password, in {backend}: at its next start Parley signs in by itself.', { backend })
      : t('Your password: it could not be deleted from {backend}. Delete it there yourself.', { backend });
  return { data, password: [password] };
}
