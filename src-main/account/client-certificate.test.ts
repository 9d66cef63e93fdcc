import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readClientCertificate } from './client-certificate.ts';

let directory: string;
const file = (name: string): string => path.join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'parley-client-'));
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
  };
  const pair = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl(...pair, '-subj', '/CN=alice', '-keyout', 'key.pem', '-out', 'cert.pem');
  openssl(...pair, '-subj', '/CN=mallory', '-keyout', 'other.pem', '-out', 'other-cert.pem');
  openssl('pkcs8', '-topk8', '-in', 'key.pem', '-out', 'locked.pem', '-passout', 'pass:open');
  openssl('pkcs12', '-export', '-in', 'cert.pem', '-inkey', 'key.pem', '-out', 'both.p12', '-passout', 'pass:open');
  writeFileSync(file('nonsense.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function reading(certificateFile: string, keyFile = '', passphrase?: string): () => unknown {
  return () =>
    readClientCertificate({
      certificateFile: certificateFile === '' ? '' : file(certificateFile),
      keyFile: keyFile === '' ? '' : file(keyFile),
      passphrase,
    });
}

describe('a client certificate', () => {
  test('is read from PEM with its key, locked or not, and from PKCS #12', () => {
    expect(reading('')()).toBeUndefined();
    expect(reading('cert.pem', 'key.pem')()).toMatchObject({ cert: expect.stringContaining('BEGIN') as unknown });
    expect(reading('cert.pem', 'locked.pem', 'open')()).toMatchObject({ passphrase: 'open' });
    expect(reading('both.p12', '', 'open')()).toHaveProperty('pfx');
  });

  test('says when its passphrase is missing or wrong', () => {
    expect(reading('cert.pem', 'locked.pem')).toThrow('has a passphrase');
    expect(reading('cert.pem', 'locked.pem', 'shut')).toThrow('passphrase of your client certificate’s key is wrong');
    expect(reading('both.p12')).toThrow('has a passphrase');
    expect(reading('both.p12', '', 'shut')).toThrow('is wrong');
  });

  test('says when a file is missing, is no certificate, or belongs to another key', () => {
    expect(reading('nowhere.pem')).toThrow('cannot be read');
    expect(reading('nonsense.pem', 'key.pem')).toThrow('is not valid');
    expect(reading('cert.pem', 'other.pem')).toThrow('does not belong');
  });
});
