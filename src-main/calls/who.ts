import type { CallParty } from '../../src-shared/model/call.ts';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import { t } from '../../src-shared/words.ts';

/** What a sentence calls the far end: by name, else by number, else as the window's lists do. */
export function whoIs({ name, number }: Pick<CallParty, 'name' | 'number'>): string {
  return name ?? (hidesNumber({ number }) ? t('Unknown caller') : number);
}
