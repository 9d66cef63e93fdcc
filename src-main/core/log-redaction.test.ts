import { describe, expect, test } from 'vitest';
import { Redactor, isSecretName, redacted } from './log-redaction.ts';

const canary = 'c4n4ry-Pässwort&"<x>';

describe('what looks like a secret by its place', () => {
  // [what, text, the part that must be gone, a part that must stay]
  test.each([
    [
      'SIP digest',
      'REGISTER sip:x SIP/2.0\r\nAuthorization: Digest username="alice", response="0a1b2c3d"\r\nTo: <sip:a@x>',
      '0a1b2c3d',
      'To: <sip:a@x>',
    ],
    ['proxy, a scheme of its own', 'Proxy-Authorization: Custom abcdefg\r\nCSeq: 1', 'abcdefg', 'CSeq: 1'],
    [
      'proxy digest, folded',
      'Proxy-Authorization: Digest username="a",\r\n realm="r",\r\n response="deadbeef"\r\nCSeq: 1',
      'deadbeef',
      'CSeq: 1',
    ],
    ['HTTP basic', 'authorization: basic YWxpY2U6cGFzcw==\nhost: x', 'YWxpY2U6cGFzcw==', 'host: x'],
    ['bearer in running text', 'sent Bearer abcdef.123456-xyz to x', 'abcdef.123456-xyz', 'to x'],
    ['digest answer without header', 'nonce="n", response="feedface", algorithm=MD5', 'feedface', 'algorithm=MD5'],
    ['client nonce', 'cnonce="0badcafe", nc=00000001', '0badcafe', 'nc=00000001'],
    [
      'SASL auth',
      '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">AGFsaWNlAHB3</auth>',
      'AGFsaWNlAHB3',
      'mechanism="PLAIN"',
    ],
    [
      'SASL response, single quotes',
      "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>Yz1iaXdz</response>",
      'Yz1iaXdz',
      '</response>',
    ],
    ['SASL challenge', '<challenge xmlns="x">cj1meWtv</challenge>', 'cj1meWtv', '<challenge'],
    ['SASL success', '<success xmlns="x">dj1tNHVk</success>', 'dj1tNHVk', '<success'],
    ['SCRAM proof', 'c=biws,r=abc,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=', 'v0X8v3Bz2T0CJGbJQyF0X', 'r=abc'],
    [
      'SDES key',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9|2^20',
      'WVNfX19zZW1jdGwg',
      'AES_CM_128_HMAC_SHA1_80',
    ],
    ['ICE password', 'a=ice-ufrag:abcd\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\nm=audio', 'x9cml/YzichV2', 'm=audio'],
    ['a key of a call', 'Content-Length: 26\r\n\r\nSignal=7\r\nDuration=160', 'Signal=7', 'Duration=160'],
    ['a key in a line', '{"body":"Signal= 7\\r\\nDuration=160"}', '7', 'Duration=160'],
    ['a key by its number', 'signal=11\nduration=90', '11', 'duration=90'],
    ['a bare key', 'INFO x\r\nContent-Type: application/dtmf\r\nContent-Length: 1\r\n\r\n7', '7', 'Content-Length: 1'],
    ['a report of keys', '<kpml-response code="200" text="OK" digits="4711" tag="x"/>', '4711', 'tag="x"'],
    ['IMAP LOGIN', 'a1 LOGIN alice hunter2\r\n', 'hunter2', 'LOGIN alice'],
    ['IMAP LOGIN, quoted', 'a1 LOGIN "alice" "hun\\"ter2"', 'ter2', '"alice"'],
    ['IMAP AUTHENTICATE', 'a2 AUTHENTICATE PLAIN AGFsaWNlAGh1bnRlcjI=', 'AGFsaWNlAGh1bnRlcjI', 'AUTHENTICATE PLAIN'],
    ['address with password', 'ldap://bob:hunter2@ldap.test/dc=x', 'hunter2', 'ldap.test'],
    ['JSON', '{"userPassword":"hun\\"ter2","host":"x"}', 'ter2', '"host":"x"'],
    ['query', 'GET /x?access_token=abc123def&page=2', 'abc123def', 'page=2'],
    ['setting', 'password: hunter2, user: alice', 'hunter2', 'user: alice'],
    ['LDAP attribute', 'userPassword=hunter2', 'hunter2', 'userPassword'],
    ['configuration file', '<authPassword>hunter2</authPassword><name>x</name>', 'hunter2', '<name>x</name>'],
    ['JSON web token', 'id eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP end', 'eyJzdWIiOiIxMjM0In0', 'end'],
    ['private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----\nrest', 'MIIEow', 'rest'],
    ['private key, cut off', '-----BEGIN PRIVATE KEY-----\nMIIEowAB', 'MIIEowAB', 'BEGIN PRIVATE KEY'],
    ['cookie', 'Set-Cookie: parley=abcdef; Path=/\r\nX: y', 'abcdef', 'X: y'],
  ])('%s is taken out, its surroundings stay', (_, text, secret, stays) => {
    expect(text).toContain(secret);
    const clean = new Redactor().redact(text);
    expect(clean).not.toContain(secret);
    expect(clean).toContain(redacted);
    expect(clean).toContain(stays);
  });

  test('ordinary lines are left alone', () => {
    const redactor = new Redactor();
    for (const line of [
      'registered sip:alice@pbx.test at pbx.test:5060, expires 600',
      '<message to="bob@x" id="1"><body>Basic training at nine; response to all</body></message>',
      'a=candidate:1 1 UDP 2130706431 10.0.1.1 8998 typ host',
      'WWW-Authenticate: Digest realm="x", nonce="abc"',
    ]) {
      expect(redactor.redact(line)).toBe(line);
    }
  });

  test.each([
    '"password',
    'a-',
    '<x',
    'Authorization:\n ',
    'LOGIN "\\',
    'token ',
    '<auth ',
    'a://',
    '-----BEGIN PRIVATE KEY-----',
  ])('half a million characters of %j end before the test does: no pattern costs quadratic time', (piece) => {
    expect(new Redactor().redact(piece.repeat(500_000 / piece.length))).toBeTypeOf('string');
  });
});

describe('a registered secret', () => {
  const user = 'alice';
  const forms: [string, string][] = [
    ['as it is', `typed ${canary} here`],
    ['as SASL PLAIN', Buffer.from(`\0${user}\0${canary}`).toString('base64')],
    ['as SASL PLAIN of another length', Buffer.from(`\0${user}1\0${canary}`).toString('base64')],
    ['as SASL PLAIN of a third length', Buffer.from(`\0${user}12\0${canary}`).toString('base64')],
    ['as base64', Buffer.from(canary).toString('base64')],
    ['in an address', `https://x/?q=${encodeURIComponent(canary)}`],
    ['in XML', '<x>c4n4ry-Pässwort&amp;&quot;&lt;x&gt;</x>'],
    ['in JSON', JSON.stringify({ x: canary })],
    ['in an IMAP string', `"c4n4ry-Pässwort&\\"<x>"`],
    ['as hexadecimal', Buffer.from(canary).toString('hex')],
  ];

  test.each(forms)('is taken out %s', (_, text) => {
    const silent = new Redactor();
    const redactor = new Redactor();
    redactor.registerSecret(canary);
    expect(redactor.redact(text)).toContain(redacted);
    expect(redactor.redact(text)).not.toContain('c4n4ry');
    // The net of patterns alone would not have caught it.
    expect(silent.redact(text)).toBe(text);
  });

  test('that contains another is taken out whole', () => {
    const redactor = new Redactor();
    redactor.registerSecret('hunter');
    redactor.registerSecret('hunter2000');
    expect(redactor.redact('x hunter2000 y')).toBe(`x ${redacted} y`);
  });

  test('of under four characters is not looked for', () => {
    const redactor = new Redactor();
    redactor.registerSecret('a');
    expect(redactor.redact('banana')).toBe('banana');
  });
});

test('names of fields that hold secrets are known however they are spelt', () => {
  for (const name of [
    'password',
    'authPassword',
    'PASSWD',
    'clientSecret',
    'accessToken',
    'access_token',
    'Authorization',
    'pwd',
  ]) {
    expect(isSecretName(name), name).toBe(true);
  }
  for (const name of ['server', 'tokens', 'user', 'bypass', 'authUser', 'compass']) {
    expect(isSecretName(name), name).toBe(false);
  }
});
