import { i18n } from '@lingui/core';
import type { Messages } from '@lingui/core';
import { generateMessageId } from '@lingui/message-utils/generateMessageId';
import { pseudoLocaleOf, pseudoMessages } from '../src-shared/pseudo-locale.ts';
import { speakBy } from '../src-shared/words.ts';
import { messages } from './locales/en.po';

/**
 * Loads the words, those of src-shared too. `?locale=` with a pseudo-locale changes every word that comes from the
 * catalog, so that a text on screen that is as ever is one that bypasses it.
 */
export function loadWords(search: string): void {
  const pseudo = pseudoLocaleOf(new URLSearchParams(search).get('locale'));
  i18n.loadAndActivate({
    locale: 'en',
    messages: pseudo === undefined ? messages : (pseudoMessages(messages, pseudo) as Messages),
  });
  speakBy((message, values) => i18n._(String(generateMessageId(message)), values, { message }));
}

export { i18n };
