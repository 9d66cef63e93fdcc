import { setupI18n } from '@lingui/core';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { pseudoMessage } from '../../src-shared/pseudo-locale.ts';
import type { PseudoLocale } from '../../src-shared/pseudo-locale.ts';
import type { Speaker } from '../../src-shared/words.ts';

/** Speaks a pseudo-locale, made from each message when it is said. */
export function pseudoSpeaker(locale: PseudoLocale): Speaker {
  const i18n = setupI18n({ locale: 'en', messages: { en: {} } });
  i18n.setMessagesCompiler((message) => pseudoMessage(compileMessage(message), locale) as never);
  return (message, values) => i18n._(message, { ...values });
}
