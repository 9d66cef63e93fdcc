import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { certificateProblem, tlsOptionsFor } from './tls-trust.ts';

const own = '-----BEGIN CERTIFICATE-----\nown\n-----END CERTIFICATE-----';
const systems = '-----BEGIN CERTIFICATE-----\nsystem\n-----END CERTIFICATE-----';

describe('whom the account trusts', () => {
  test('the built-in authorities always, the organization’s own beside them', () => {
    const { ca, rejectUnauthorized, minVersion } = tlsOptionsFor({ extraCa: [own], useSystemStore: false }, () => [
      systems,
    ]);
    expect(ca).toContain(own);
    expect(ca).not.toContain(systems);
    expect(ca).toContain(getCACertificates('bundled')[0]);
    expect(rejectUnauthorized).toBe(true);
    expect(minVersion).toBe('TLSv1.2');
  });

  test('the system’s when wanted', () => {
    const { ca } = tlsOptionsFor({ extraCa: [], useSystemStore: true }, () => [systems]);
    expect(ca).toContain(systems);
  });

  test('what the system’s store really gives can be read as certificates', () => {
    const { ca } = tlsOptionsFor({ extraCa: [], useSystemStore: true });
    for (const pem of Array.isArray(ca) ? ca.slice(-3) : [])
      expect(new X509Certificate(pem).subject).toBeTypeOf('string');
  });
});

describe('a refused certificate in plain words', () => {
  test.each([
    ['CERT_HAS_EXPIRED', 'expired', 'has expired'],
    ['CERT_NOT_YET_VALID', 'notYetValid', 'clock'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'wrongName', 'another name'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unknownAuthority', 'does not know'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknownAuthority', 'does not know'],
    ['CERT_REVOKED', 'revoked', 'revoked'],
    ['INVALID_PURPOSE', 'invalid', 'not valid'],
  ])('%s', (code, kind, words) => {
    const problem = certificateProblem(Object.assign(new Error('as OpenSSL says'), { code }), 'x.test');
    expect(problem?.kind).toBe(kind);
    expect(problem?.message).toContain(words);
    expect(problem?.message).toContain('x.test');
    expect(problem?.detail).toBe(`x.test: ${code} (as OpenSSL says)`);
  });

  test('other errors are none', () => {
    expect(certificateProblem(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'x')).toBeUndefined();
    expect(certificateProblem(new Error('x'), 'x')).toBeUndefined();
    expect(certificateProblem('x', 'x')).toBeUndefined();
    expect(certificateProblem(null, 'x')).toBeUndefined();
  });
});
