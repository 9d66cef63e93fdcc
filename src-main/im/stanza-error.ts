import type { Element } from '@xmpp/xml';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';

/** RFC 6120 section 8.3.3 in plain words. */
export function stanzaError(stanza: Element): AppError {
  const error = stanza.getChild('error');
  const condition =
    error
      ?.getChildElements()
      .find((child) => child.getName() !== 'text')
      ?.getName() ?? 'undefined-condition';
  const text = error?.getChildText('text') ?? '';
  const detail = `${condition}${text === '' ? '' : `: ${text.slice(0, 300)}`}`;
  switch (condition) {
    case 'item-not-found':
    case 'recipient-unavailable':
      return new AppError('notFound', t('The server does not know this address. Check it.'), detail);
    case 'service-unavailable':
      return new AppError('unsupported', t('This person cannot be reached by chat now.'), detail);
    case 'forbidden':
    case 'not-allowed':
    case 'not-authorized':
    case 'registration-required':
    case 'subscription-required':
      return new AppError('denied', t('The other side does not allow this.'), detail);
    case 'not-acceptable':
    case 'policy-violation':
      return new AppError('denied', t('The server refused this. Your organization may not allow it.'), detail);
    case 'remote-server-not-found':
    case 'remote-server-timeout':
      return new AppError('offline', t("The other person's server cannot be reached. Try again later."), detail);
    case 'resource-constraint':
      return new AppError('limit', t('The server has no room for this now. Try again later.'), detail);
    default:
      return new AppError('unsupported', t('The server could not do this.'), detail);
  }
}
