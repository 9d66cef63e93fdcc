import { describe, expect, test } from 'vitest';
import { authorize, digestStrength, parseChallenge } from './digest.ts';
import type { DigestChallenge } from './digest.ts';

const mufasa = { username: 'Mufasa', password: 'Circle of Life' };
const request = { method: 'GET', uri: '/dir/index.html' };

function responseOf(header: string | undefined): string | undefined {
  return /response="([0-9a-f]+)"/.exec(header ?? '')?.[1];
}

describe('the digest of RFC 7616 section 3.9.1', () => {
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
  const clientNonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
  const challenge: DigestChallenge = {
    realm: 'http-auth@example.org',
    nonce,
    opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
    qop: ['auth', 'auth-int'],
    stale: false,
  };

  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('with %s', (algorithm, response) => {
    const header = authorize({ ...challenge, algorithm }, mufasa, request, 1, clientNonce);
    expect(responseOf(header)).toBe(response);
    expect(header).toContain(`algorithm=${algorithm}`);
    expect(header).toContain('qop=auth, nc=00000001');
    expect(header).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
  });
});

describe('the digest of RFC 2617 section 3.5', () => {
  test('with MD5 that the server did not name', () => {
    const challenge: DigestChallenge = {
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      opaque: '5ccc069c403ebaf9f0171e9517f40e41',
      qop: ['auth', 'auth-int'],
      stale: false,
    };
    const header = authorize(challenge, { username: 'Mufasa', password: 'Circle Of Life' }, request, 1, '0a4f113b');
    expect(responseOf(header)).toBe('6629fae49393a05397450978507c4ef1');
    expect(header).not.toContain('algorithm');
  });
});

describe('the digest of RFC 2069, without qop', () => {
  test('has no client nonce', () => {
    const challenge: DigestChallenge = { realm: 'r', nonce: 'n', qop: [], stale: false };
    const header = authorize(challenge, { username: 'u', password: 'p' }, { method: 'REGISTER', uri: 'sip:h' }, 1, 'c');
    // MD5(MD5("u:r:p") ":n:" MD5("REGISTER:sip:h")), computed by openssl.
    expect(responseOf(header)).toBe('f7949f33797a7abbe390eaa95b1ca294');
    expect(header).not.toContain('cnonce');
  });
});

describe('the session forms', () => {
  test.each([
    ['MD5-sess', 'dbee7579ce8108b61a27f656ea957ae1'],
    ['SHA-512-256', 'e6aa42254894fe94a13e92304d77dfad88d1bc3642468858f52e90b082959cbd'],
    ['SHA-512-256-sess', '1c2f3b823adfc45792ba05944d7e7b74f78d8ff49639905f23be820629015436'],
  ])('%s agrees with openssl', (algorithm, response) => {
    const challenge: DigestChallenge = { realm: 'r', nonce: 'n', qop: ['auth'], algorithm, stale: false };
    const header = authorize(challenge, { username: 'u', password: 'p' }, { method: 'REGISTER', uri: 'sip:h' }, 2, 'c');
    expect(responseOf(header)).toBe(response);
    expect(header).toContain('nc=00000002, cnonce="c"');
  });
});

describe('a challenge', () => {
  test('is read with quotes, commas within quotes, and any case', () => {
    expect(
      parseChallenge(
        'DIGEST Realm="a, \\"b\\"", NONCE="n==",qop="auth,auth-int", algorithm=sha-256, Stale=TRUE, opaque=""',
      ),
    ).toEqual({
      realm: 'a, "b"',
      nonce: 'n==',
      qop: ['auth', 'auth-int'],
      algorithm: 'sha-256',
      stale: true,
      opaque: '',
    });
  });

  test.each(['Basic realm="r"', 'Digest', 'Digest realm="r"', 'Digest nonce="n"', ''])(
    'that is none is refused: %s',
    (value) => {
      expect(parseChallenge(value)).toBeUndefined();
    },
  );

  test.each([
    [{ qop: ['auth'] }, 1],
    [{ qop: [], algorithm: 'SHA-256' }, 2],
    [{ qop: ['auth'], algorithm: 'sha-512-256-sess' }, 3],
    [{ qop: ['auth-int'] }, 0],
    [{ qop: ['auth'], algorithm: 'SHA3-512' }, 0],
  ])('%o has the strength %i', (fields, strength) => {
    const challenge: DigestChallenge = { realm: 'r', nonce: 'n', stale: false, ...fields };
    expect(digestStrength(challenge)).toBe(strength);
    const header = authorize(challenge, { username: 'u', password: 'p' }, request, 1);
    expect(header === undefined).toBe(strength === 0);
  });

  test('with quotes in user and realm is answered with them escaped', () => {
    const header = authorize(
      { realm: 'a"b', nonce: 'n', qop: [], stale: false },
      { username: 'c\\d', password: 'p' },
      request,
      1,
    );
    expect(header).toContain('username="c\\\\d", realm="a\\"b"');
  });
});
