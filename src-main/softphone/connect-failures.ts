import { msg, t } from '../../src-shared/words.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { certificateProblem } from '../core/tls-trust.ts';

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

/** Why no connection to the server came about. `server` is its name, for the words about its certificate. */
export function wireFailure(error: unknown, server = t('the phone server')): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  const text = error instanceof Error ? error.message : String(error);
  const detail = [codeOf(error), text].filter((part) => part !== '').join(': ');
  const certificate = certificateProblem(error, server);
  if (certificate !== undefined) {
    return new ConnectFailure('never', t('{message} Calls are off.', { message: certificate.message }), {
      detail: certificate.detail,
    });
  }
  if (alertsAboutUs.test(codeOf(error))) return new ConnectFailure('never', t(clientCertificateWords), { detail });
  return new ConnectFailure('later', offlineWordsOf(codeOf(error)), { detail });
}

/** Words for what the network said (errno names of Node); whatever tells a person nothing to do is just offline. */
function offlineWordsOf(code: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ENODATA':
      return t(nameUnknownWords);
    case 'EACCES':
    case 'EPERM':
      return t(forbiddenHereWords);
    case 'ETIMEDOUT':
      return t(silentWords);
    default:
      return t(offlineWords);
  }
}

/** TLS alerts of a server that does not take our certificate, or wants one (RFC 8446 section 6.2). */
const alertsAboutUs =
  /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED)/;
const clientCertificateWords = msg(
  'The phone server wants a certificate of this computer that it trusts. Calls are off. Choose your client certificate in Settings, or ask your administrator.',
);

export const offlineWords = msg('Phone is offline. Parley keeps trying. Check your network, or use your deskphone.');
const nameUnknownWords = msg(
  'The name of the phone server was not found. Parley keeps trying. Check your network or VPN, and the server in Settings.',
);
const forbiddenHereWords = msg(
  'This computer does not let Parley reach the phone server. Parley keeps trying. Look at your firewall, or ask your administrator.',
);
const silentWords = msg(
  'Nothing comes back from the phone server. Parley keeps trying. Check your network or VPN, or use your deskphone.',
);
const passwordWords = msg('The phone server did not accept your password. Calls are off until you enter it again.');

const notAllowedWords = msg(
  'The phone server does not let this phone in. Calls are off until you enter your password again. If it is right, ask your administrator whether your phone address may register.',
);
/** It takes connections, and says nothing. */
export const noAnswerWords = msg(
  'The phone server is there, but does not answer. Parley keeps trying. If it stays so, tell your administrator, or use your deskphone.',
);
const troubleWords = msg(
  'The phone server cannot register phones at the moment. Parley keeps trying. If it stays so, tell your administrator.',
);
const pauseWords = msg('The phone server is overloaded and asked for a pause. Parley tries again by itself.');
const refusedWords = msg(
  'The phone server refused to register this phone. Parley keeps trying. If it stays so, tell your administrator.',
);

/**
 * What a refusal of REGISTER means for trying again (RFC 3261 sections 10.3 and 21).
 * @param retryAfter the header of that name (section 20.33), as it came
 */
export function registerFailure(status: number, reason: string, retryAfter?: string): ConnectFailure {
  const detail = `REGISTER: ${status} ${reason}`.trim();
  const pauseS = Number(/^\s*(\d{1,9})/.exec(retryAfter ?? '')?.[1] ?? NaN);
  if (pauseS > 0 && status >= 400 && ![401, 407].includes(status))
    return new ConnectFailure('later', t(pauseWords), { detail, retryAfterMs: pauseS * 1000 });
  switch (status) {
    case 403:
      return new ConnectFailure('never', t(notAllowedWords), { detail, credentialRefused: true });
    case 401:
    case 407:
      return new ConnectFailure('never', t(passwordWords), { detail, credentialRefused: true });
    case 404:
    case 604:
      return new ConnectFailure(
        'never',
        t('The phone server does not know this phone address. Calls are off. Check the phone address in Settings.'),
        { detail },
      );
    default:
      return new ConnectFailure('later', status >= 500 && status < 600 ? t(troubleWords) : t(refusedWords), { detail });
  }
}
