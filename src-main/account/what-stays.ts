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
export function whatStays({ archive, hasAddress, forgotten, backend }: WhatStaysOptions): string[] {
  const stays = [
    'Your messages, contacts and history, in Parley’s database.',
    'Your settings, with the names of your servers.',
  ];
  if (archive !== undefined) stays.push(`The archive of your conversations, in ${archive}.`);
  if (!hasAddress) return stays;
  if (forgotten === undefined) {
    stays.push(`Your password, in ${backend}: at its next start Parley signs in by itself.`);
  } else if (!forgotten) {
    stays.push(`Your password: it could not be deleted from ${backend}. Delete it there yourself.`);
  }
  return stays;
}
