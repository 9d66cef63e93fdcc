import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { systemCertificates } from './system-store.ts';
import { authoritiesOf, certificateProblem, tlsOptionsFor } from './tls-trust.ts';

const own = '-----BEGIN CERTIFICATE-----\nown\n-----END CERTIFICATE-----';
const systems = '-----BEGIN CERTIFICATE-----\nsystem\n-----END CERTIFICATE-----';

describe('whom the account trusts', () => {
  test('the built-in authorities always, the organization’s own beside them', () => {
    const ca = authoritiesOf({ extraCa: [own], useSystemStore: false }, () => [systems]);
    expect(ca).toContain(own);
    expect(ca).not.toContain(systems);
    expect(ca).toContain(getCACertificates('bundled')[0]);
  });

  test('the system’s when wanted', () => {
    expect(authoritiesOf({ extraCa: [], useSystemStore: true }, () => [systems])).toContain(systems);
  });

  test('what the system’s store really gives can be read as certificates', () => {
    for (const pem of systemCertificates().slice(-3)) expect(new X509Certificate(pem).subject).toBeTypeOf('string');
  });

  test('connections of the same trust share what was read; another trust or identity is another matter', () => {
    const [extra = ''] = getCACertificates('bundled');
    const trust = { extraCa: [extra], useSystemStore: false };
    const first = tlsOptionsFor(trust);
    expect(first.rejectUnauthorized).toBe(true);
    expect(tlsOptionsFor({ ...trust }).secureContext).toBe(first.secureContext);
    const identity = {};
    const shown = tlsOptionsFor(trust, identity);
    expect(shown.secureContext).not.toBe(first.secureContext);
    expect(tlsOptionsFor(trust, identity).secureContext).toBe(shown.secureContext);
    expect(tlsOptionsFor({ ...trust, extraCa: [] }).secureContext).not.toBe(first.secureContext);
    expect(tlsOptionsFor({ ...trust, useSystemStore: true }).secureContext).not.toBe(first.secureContext);
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
