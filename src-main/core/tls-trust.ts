import { createSecureContext, getCACertificates } from 'node:tls';
import type { ConnectionOptions, SecureContext, SecureContextOptions } from 'node:tls';
import { t } from '../../src-shared/words.ts';
import { systemCertificates } from './system-store.ts';

/** Which certificates are believed. */
export interface TrustConfig {
  /** PEM texts of the organization's own authorities. */
  readonly extraCa: readonly string[];
  /** Also the operating system's store. */
  readonly useSystemStore: boolean;
}

/** Certificates must be valid everywhere: there is no option to look away. */
export type TlsTrustOptions = Required<Pick<ConnectionOptions, 'secureContext' | 'rejectUnauthorized'>>;

/** What TLS shows a server of this computer or person. Holds secrets. */
export type TlsIdentity = Pick<SecureContextOptions, 'cert' | 'key' | 'pfx' | 'passphrase'>;

/** Of connections that show nothing. */
const nobody: TlsIdentity = {};

/**
 * Reading hundreds of authorities takes tens of milliseconds, so that connections of the same trust share what came of
 * it. One for each identity: whoever changes the trust does not go back.
 */
const contexts = new WeakMap<TlsIdentity, { readonly believed: string; readonly context: SecureContext }>();

/** TLS options of every connection of the account. TLS 1.2 at least (RFC 8996). */
export function tlsOptionsFor(trust: TrustConfig, identity: TlsIdentity = nobody): TlsTrustOptions {
  // The built-in ones and the system's stay the same as long as the program runs.
  const believed = JSON.stringify([trust.useSystemStore, trust.extraCa]);
  const known = contexts.get(identity);
  if (known?.believed === believed) return { secureContext: known.context, rejectUnauthorized: true };
  const ca = authoritiesOf(trust, systemCertificates);
  const context = createSecureContext({ ...identity, ca, minVersion: 'TLSv1.2' });
  contexts.set(identity, { believed, context });
  return { secureContext: context, rejectUnauthorized: true };
}

/** Whom the account believes: the built-in authorities (Mozilla's list), the system's when wanted, its own. PEM texts. */
export function authoritiesOf(trust: TrustConfig, system: () => readonly string[]): string[] {
  const ca = new Set(getCACertificates('bundled'));
  if (trust.useSystemStore) for (const certificate of system()) ca.add(certificate);
  for (const certificate of trust.extraCa) ca.add(certificate);
  return [...ca];
}

/** A failed certificate check in plain words. */
export interface CertificateProblem {
  readonly kind: 'expired' | 'notYetValid' | 'wrongName' | 'unknownAuthority' | 'revoked' | 'invalid';
  readonly message: string;
  readonly detail: string;
}

const unknownAuthorityCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

const invalidCodes = new Set([
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
]);

/**
 * What is wrong with the certificate of `host`, or undefined when the error is about something else.
 * Codes are those of OpenSSL as Node passes them on (`error.code`). No certificate problem heals by itself:
 * the advice that belongs to it is `never`.
 */
export function certificateProblem(error: unknown, host: string): CertificateProblem | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const detail = `${host}: ${code}${error instanceof Error && error.message !== '' ? ` (${error.message})` : ''}`;
  const problem = (kind: CertificateProblem['kind'], what: string): CertificateProblem => ({
    kind,
    message: t('{what} Parley does not connect to it. Ask your administrator.', { what }),
    detail,
  });
  if (code === 'CERT_HAS_EXPIRED') return problem('expired', t('The certificate of {host} has expired.', { host }));
  if (code === 'CERT_NOT_YET_VALID') {
    return problem(
      'notYetValid',
      t("The certificate of {host} is not valid yet; this computer's clock may be wrong.", { host }),
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return problem('wrongName', t('The server answered with a certificate for another name than {host}.', { host }));
  }
  if (unknownAuthorityCodes.has(code)) {
    return problem(
      'unknownAuthority',
      t('The certificate of {host} comes from an authority this computer does not know.', { host }),
    );
  }
  if (code === 'CERT_REVOKED') return problem('revoked', t('The certificate of {host} was revoked.', { host }));
  if (invalidCodes.has(code)) return problem('invalid', t('The certificate of {host} is not valid.', { host }));
  return undefined;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
