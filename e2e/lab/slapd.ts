import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNTS, DOMAIN, LDAP_READER, LDAP_SUFFIX } from './accounts.ts';
import { cacheKey, cachedFolder } from './cache.ts';
import { installCertificate } from './certificates.ts';
import type { CertificateKind } from './certificates.ts';
import { requireBinary } from './packages.ts';
import { BRANCHES } from './people-names.ts';
import { makePeople } from './people.ts';
import type { Person } from './people.ts';
import { PHOTO_COUNT, portrait } from './photo.ts';
import { run } from './run.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';
import { fillTemplate } from './template.ts';

export interface SlapdOptions {
  readonly certificate: CertificateKind;
  /** Number of people besides the lab's accounts. */
  readonly people: number;
}

const TCP = { protocols: ['tcp'] } as const;
/** Files that decide what the imported database looks like: its cache is keyed by their text. */
const GENERATORS = [
  'slapd.ts',
  'people.ts',
  'people-names.ts',
  'accounts.ts',
  'photo.ts',
  'templates/slapd.conf',
  'templates/parley.schema',
];
const DATABASE_FILE = 'data.mdb';
/** LMDB needs its limit beforehand; the file is sparse. An entry with its indexes takes about 9 kB. */
const MAX_BYTES_PER_PERSON = 24 * 1_024;
const MIN_DATABASE_BYTES = 256 * 1_024 * 1_024;

/** The five search bases of the directory. */
export const SEARCH_BASES: readonly string[] = BRANCHES.map((branch) => `ou=${branch},${LDAP_SUFFIX}`);

/** One attribute line of LDIF (RFC 2849): base64 where the value is not a safe string. */
function line(attribute: string, value: string | Buffer): string {
  const isSafe =
    typeof value === 'string' && /^[\x21-\x39\x3b\x3d-\x7e][\x20-\x7e]*$/.test(value) && !value.endsWith(' ');
  return isSafe ? `${attribute}: ${value}\n` : `${attribute}:: ${Buffer.from(value).toString('base64')}\n`;
}

function entry(dn: string, attributes: readonly (readonly [string, string | Buffer | undefined])[]): string {
  const lines = attributes.flatMap(([name, value]) => (value === undefined ? [] : [line(name, value)]));
  return `${line('dn', dn)}${lines.join('')}\n`;
}

/** The colleagues stand in the directory like everybody else, with numbers that the lab's phones answer. */
function colleagueEntries(): readonly string[] {
  return ACCOUNTS.map((one, index) =>
    entry(one.dn, [
      ['objectClass', 'inetOrgPerson'],
      ['objectClass', 'parleyPerson'],
      ['uid', one.user],
      ['cn', one.name],
      ['displayName', one.name],
      ['givenName', one.givenName],
      ['sn', one.surname],
      ['mail', one.address],
      ['telephoneNumber', one.number],
      ['ipPhone', one.extension],
      ['title', one.title],
      ['department', one.department],
      ['departmentNumber', one.department],
      ['company', 'Parley Industries'],
      ['l', 'London'],
      ['physicalDeliveryOfficeName', 'London'],
      ['sAMAccountName', one.user],
      ['userPassword', one.password],
      ['jpegPhoto', portrait((index * 7) % PHOTO_COUNT)],
    ]),
  );
}

function personEntry(person: Person, photos: readonly Buffer[]): string {
  return entry(`uid=${person.uid},ou=${person.branch},${LDAP_SUFFIX}`, [
    ['objectClass', 'inetOrgPerson'],
    ['objectClass', 'parleyPerson'],
    ['uid', person.uid],
    ['cn', person.displayName],
    ['displayName', person.displayName],
    ['givenName', person.givenName],
    ['sn', person.surname],
    ['mail', person.mail],
    ['telephoneNumber', person.number],
    ['mobile', person.mobile],
    ['title', person.title],
    ['department', person.department],
    ['departmentNumber', person.department],
    ['company', person.company],
    ['l', person.city],
    ['physicalDeliveryOfficeName', person.city],
    ['sAMAccountName', person.uid],
    ['jpegPhoto', person.photo === undefined ? undefined : photos[person.photo]],
  ]);
}

/** The whole directory as LDIF. */
export function directoryLdif(people: readonly Person[]): string {
  const photos = Array.from({ length: PHOTO_COUNT }, (_, index) => portrait(index));
  return [
    entry(LDAP_SUFFIX, [
      ['objectClass', 'dcObject'],
      ['objectClass', 'organization'],
      ['o', 'Parley Industries'],
      ['dc', DOMAIN.split('.')[0]],
    ]),
    ...BRANCHES.map((branch) =>
      entry(`ou=${branch},${LDAP_SUFFIX}`, [
        ['objectClass', 'organizationalUnit'],
        ['ou', branch],
      ]),
    ),
    entry(LDAP_READER.dn, [
      ['objectClass', 'organizationalRole'],
      ['objectClass', 'simpleSecurityObject'],
      ['cn', 'reader'],
      ['userPassword', LDAP_READER.password],
    ]),
    ...colleagueEntries(),
    ...people.map((person) => personEntry(person, photos)),
  ].join('');
}

/** The directory. The import takes seconds, so the imported database is cached and copied. */
export class SlapdServer extends LabServer<'ldap' | 'ldaps'> {
  readonly #options: SlapdOptions;

  constructor(context: LabContext, options: SlapdOptions) {
    super('slapd', context, { ldap: TCP, ldaps: TCP });
    this.#options = options;
  }

  protected override async prepare(): Promise<void> {
    const { directory } = this;
    const certificate = installCertificate(
      this.context.certificates,
      this.#options.certificate,
      join(directory, 'certificates'),
    );
    const configure = (folder: string): void => {
      writeFileSync(join(folder, 'parley.schema'), fillTemplate('parley.schema', {}));
      writeFileSync(
        join(folder, 'slapd.conf'),
        fillTemplate('slapd.conf', {
          DIR: folder,
          SUFFIX: LDAP_SUFFIX,
          MAX_BYTES: Math.max(MIN_DATABASE_BYTES, this.#options.people * MAX_BYTES_PER_PERSON),
          CHAIN: certificate.chain,
          KEY: certificate.key,
          CA: certificate.ca,
        }),
      );
    };
    configure(directory);
    const database = join(directory, 'db');
    if (mkdirSync(database, { recursive: true }) === undefined) return; // a restart keeps its data
    const generators = GENERATORS.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'));
    const cached = await cachedFolder(
      `ldap-${cacheKey(String(this.#options.people), ...generators)}`,
      async (folder) => {
        configure(folder);
        mkdirSync(join(folder, 'db'));
        await run(requireBinary('slapadd'), ['-q', '-f', join(folder, 'slapd.conf')], {
          input: directoryLdif(makePeople(this.#options.people)),
        });
      },
    );
    // cp knows holes and clones: the file is as large as the database may become, and mostly empty
    await run('/bin/cp', ['--reflink=auto', '--sparse=auto', join(cached, 'db', DATABASE_FILE), database]);
  }

  protected override launch(): ServerCommand {
    const urls = `ldap://127.0.0.1:${String(this.ports.ldap)}/ ldaps://127.0.0.1:${String(this.ports.ldaps)}/`;
    // -d 0 keeps it in the foreground without a word
    return { file: requireBinary('slapd'), args: ['-d', '0', '-f', join(this.directory, 'slapd.conf'), '-h', urls] };
  }
}
