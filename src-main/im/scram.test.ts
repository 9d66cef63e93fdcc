import { describe, expect, test } from 'vitest';
import { saslPrep, ScramClient, ScramError } from './scram.ts';

const credentials = { user: 'user', password: 'pencil' };

const vectors = [
  {
    source: 'RFC 7677 section 3',
    mechanism: 'SCRAM-SHA-256',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
  {
    source: 'RFC 5802 section 5',
    mechanism: 'SCRAM-SHA-1',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
];

function client(mechanism: string, nonce: string): ScramClient {
  const chosen = ScramClient.choose([mechanism], credentials, nonce);
  if (chosen === undefined) throw new Error(`${mechanism} is unknown`);
  return chosen;
}

describe.each(vectors)('$mechanism computes the example of $source', (vector) => {
  test('and accepts the server of the example', async () => {
    const scram = client(vector.mechanism, vector.nonce);
    expect(scram.first()).toBe(`n,,n=user,r=${vector.nonce}`);
    expect(await scram.final(vector.serverFirst)).toBe(vector.clientFinal);
    scram.verify(vector.serverFinal);
  });

  test('and refuses a server that cannot prove that it knows the password', async () => {
    const scram = client(vector.mechanism, vector.nonce);
    scram.first();
    await scram.final(vector.serverFirst);
    expect(() => {
      // Of the right length, with one bit wrong.
      scram.verify(vector.serverFinal.replace(/^v=(.)/, (_, first: string) => `v=${first === 'r' ? 's' : 'r'}`));
    }).toThrow(ScramError);
    expect(() => {
      scram.verify('');
    }).toThrow(ScramError);
  });
});

test('the strongest mechanism is chosen, and a password is never sent in the clear', () => {
  expect(ScramClient.choose(['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'], credentials)?.mechanism).toBe('SCRAM-SHA-256');
  expect(ScramClient.choose(['PLAIN', 'SCRAM-SHA-1'], credentials)?.mechanism).toBe('SCRAM-SHA-1');
  expect(ScramClient.choose(['PLAIN', 'LOGIN', 'DIGEST-MD5'], credentials)).toBeUndefined();
});

test.each([
  ['a nonce that is not ours', 'r=other,s=QSXCR+Q6sek8bf92,i=4096'],
  ['our nonce with nothing added', 'r=mine,s=QSXCR+Q6sek8bf92,i=4096'],
  ['no salt', 'r=mine1,s=,i=4096'],
  ['one iteration, which would make guessing cheap', 'r=mine1,s=QSXCR+Q6sek8bf92,i=1'],
  ['a billion iterations, which would keep us busy for minutes', 'r=mine1,s=QSXCR+Q6sek8bf92,i=1000000000'],
  ['no count', 'r=mine1,s=QSXCR+Q6sek8bf92'],
  ['a mandatory extension', 'm=x,r=mine1,s=QSXCR+Q6sek8bf92,i=4096'],
])('a challenge with %s is refused', async (_what, challenge) => {
  const scram = client('SCRAM-SHA-256', 'mine');
  scram.first();
  await expect(scram.final(challenge)).rejects.toThrow(ScramError);
});

test('separators in a user name are escaped (RFC 5802 section 5.1)', () => {
  const scram = ScramClient.choose(['SCRAM-SHA-1'], { user: 'a=b,c', password: 'x' }, 'n');
  expect(scram?.first()).toBe('n,,n=a=3Db=2Cc,r=n');
});

test.each([
  ['I\u00adX', 'IX'],
  ['user', 'user'],
  ['\u00aa', 'a'],
  ['\u2168', 'IX'],
  ['a\u00a0b', 'a b'],
])('SASLprep of %j is %j (RFC 4013 section 3)', (given, prepared) => {
  expect(saslPrep(given)).toBe(prepared);
});
