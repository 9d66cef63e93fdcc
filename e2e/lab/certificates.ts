import { X509Certificate } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOMAIN } from './accounts.ts';
import { cachedFolder } from './cache.ts';
import { requireBinary } from './packages.ts';
import { run } from './run.ts';

/** `good` is what a server presents unless a spec asks for a bad one. */
export type CertificateKind = 'good' | 'expired' | 'wrong-host';

/** PEM files of one server certificate. */
export interface CertificateFiles {
  /** Server certificate followed by the CA. */
  readonly chainPath: string;
  readonly keyPath: string;
}

/** The lab's own authority and what it signed. */
export interface Certificates {
  /** PEM file of the CA that a client has to trust. */
  readonly caPath: string;
  readonly good: CertificateFiles;
  readonly expired: CertificateFiles;
  readonly wrongHost: CertificateFiles;
}

const KINDS = [
  { name: 'good', hosts: [DOMAIN, `*.${DOMAIN}`, 'localhost'], withLoopback: true, days: 30 },
  { name: 'expired', hosts: [DOMAIN, `*.${DOMAIN}`, 'localhost'], withLoopback: true, days: -1 },
  { name: 'wrong-host', hosts: ['somewhere-else.test'], withLoopback: false, days: 30 },
] as const;

const CURVE = ['-name', 'prime256v1', '-genkey', '-noout'] as const;
const CA_DAYS = 30;
/** A cached set with less time left than this is made anew. */
const MIN_REMAINING_MS = 2 * 24 * 3_600_000;

async function makeCertificates(folder: string): Promise<void> {
  const openssl = requireBinary('openssl');
  const call = (...args: readonly string[]): Promise<Buffer> => run(openssl, args, { cwd: folder });
  await call('ecparam', ...CURVE, '-out', 'ca.key');
  await call(
    ...['req', '-x509', '-new', '-key', 'ca.key', '-out', 'ca.pem', '-days', String(CA_DAYS)],
    ...['-subj', '/O=Parley lab/CN=Parley lab authority'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  );
  for (const kind of KINDS) {
    const names = kind.hosts.map((host) => `DNS:${host}`);
    if (kind.withLoopback) names.push('IP:127.0.0.1');
    writeFileSync(
      join(folder, `${kind.name}.ext`),
      `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n`,
    );
    await call('ecparam', ...CURVE, '-out', `${kind.name}.key`);
    await call('req', '-new', '-key', `${kind.name}.key`, '-out', `${kind.name}.csr`, '-subj', `/CN=${kind.hosts[0]}`);
    await call(
      ...['x509', '-req', '-in', `${kind.name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', String(kind.days), '-extfile', `${kind.name}.ext`, '-out', `${kind.name}.pem`],
    );
    const chain = readFileSync(join(folder, `${kind.name}.pem`), 'utf8') + readFileSync(join(folder, 'ca.pem'), 'utf8');
    writeFileSync(join(folder, `${kind.name}.chain.pem`), chain);
  }
}

function isFresh(folder: string): boolean {
  const certificate = new X509Certificate(readFileSync(join(folder, 'good.pem')));
  return Date.parse(certificate.validTo) - Date.now() > MIN_REMAINING_MS;
}

/** The lab's authority and certificates, from the cache while they are valid. */
export async function labCertificates(): Promise<Certificates> {
  let folder = await cachedFolder('certificates-v2', makeCertificates);
  if (!isFresh(folder)) {
    rmSync(folder, { recursive: true, force: true });
    folder = await cachedFolder('certificates-v2', makeCertificates);
  }
  const files = (name: string): CertificateFiles => ({
    chainPath: join(folder, `${name}.chain.pem`),
    keyPath: join(folder, `${name}.key`),
  });
  return {
    caPath: join(folder, 'ca.pem'),
    good: files('good'),
    expired: files('expired'),
    wrongHost: files('wrong-host'),
  };
}

/** Where {@link installCertificate} has put the files. */
export interface InstalledCertificate {
  readonly chain: string;
  readonly key: string;
  readonly ca: string;
}

/** Copies certificate, key and CA into a server's folder, where its unprivileged user may read them. */
export function installCertificate(
  certificates: Certificates,
  kind: CertificateKind,
  folder: string,
): InstalledCertificate {
  mkdirSync(folder, { recursive: true });
  const source = { good: certificates.good, expired: certificates.expired, 'wrong-host': certificates.wrongHost }[kind];
  const target = { chain: join(folder, 'server.pem'), key: join(folder, 'server.key'), ca: join(folder, 'ca.pem') };
  copyFileSync(source.chainPath, target.chain);
  copyFileSync(source.keyPath, target.key);
  copyFileSync(certificates.caPath, target.ca);
  chmodSync(target.key, 0o600);
  return target;
}
