import { pseudoLocaleOf } from '../../src-shared/pseudo-locale.ts';
import type { PseudoLocale } from '../../src-shared/pseudo-locale.ts';
import { speakBy } from '../../src-shared/words.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment of a process makes it speak; undefined: English. */
export function localeOf(environment: Environment): PseudoLocale | undefined {
  return pseudoLocaleOf(environment['PARLEY_LOCALE']);
}

/**
 * Chooses the language of this process before its first word; the media gateway inherits it. PARLEY_LOCALE names a
 * pseudo-locale, for those who look for words that escaped the catalog. In English nothing is loaded, not even lingui.
 *
 * @returns what the window is to speak, for its address
 */
export async function chooseLanguage(environment: Environment): Promise<PseudoLocale | undefined> {
  const locale = localeOf(environment);
  if (locale === undefined) return undefined;
  const { pseudoSpeaker } = await import('./pseudo-speaker.ts');
  speakBy(pseudoSpeaker(locale));
  return locale;
}
