import { i18n } from '@lingui/core';
import { messages } from './locales/en.po';
import { pseudoMessages } from './pseudo-locale.ts';

/**
 * Loads the words. `?locale=pseudo` brackets every word that comes from the catalog, so that a text
 * on screen without brackets is one that bypasses it.
 */
export function loadWords(search: string): void {
  const pseudo = new URLSearchParams(search).get('locale') === 'pseudo';
  i18n.loadAndActivate({ locale: 'en', messages: pseudo ? pseudoMessages(messages) : messages });
}

export { i18n };
