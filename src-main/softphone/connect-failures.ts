import { ConnectFailure } from '../core/connect-failure.ts';
import { certificateProblem } from '../core/tls-trust.ts';

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

/** Why no connection to the server came about. `server` is its name, for the words about its certificate. */
export function wireFailure(error: unknown, server = 'the phone server'): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  const text = error instanceof Error ? error.message : String(error);
  const detail = [codeOf(error), text].filter((part) => part !== '').join(': ');
  const certificate = certificateProblem(error, server);
  if (certificate !== undefined) {
    return new ConnectFailure('never', `${certificate.message} Calls are off.`, { detail: certificate.detail });
  }
  return new ConnectFailure('later', offlineWords, { detail });
}

export const offlineWords = 'Phone is offline. Parley keeps trying. Check your network, or use your deskphone.';
const passwordWords = 'The phone server did not accept your password. Calls are off until you enter it again.';

/** What a refusal of REGISTER means for trying again (RFC 3261 sections 10.3 and 21). */
export function registerFailure(status: number, reason: string): ConnectFailure {
  const detail = `REGISTER: ${status} ${reason}`.trim();
  switch (status) {
    case 401:
    case 403:
    case 407:
      return new ConnectFailure('never', passwordWords, { detail, credentialRefused: true });
    case 404:
    case 604:
      return new ConnectFailure(
        'never',
        'The phone server does not know this phone address. Calls are off. Check the phone address in Settings.',
        { detail },
      );
    default:
      return new ConnectFailure('later', offlineWords, { detail });
  }
}
