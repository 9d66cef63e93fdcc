import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Debian package that the lab uses, and the files which prove that it is installed. */
export interface LabPackage {
  /** Name for `apt-get install`. */
  readonly name: string;
  /** What the lab does with it, in a few words. */
  readonly purpose: string;
  /** The lab starts without it: what it is for is then missing, and the specs about that. */
  readonly isOptional?: true;
  /** Programs looked for on the PATH and in the sbin folders; alternatives are separated by `|`. */
  readonly binaries: readonly string[];
  /** Files looked for below the library folders of Debian (`/usr/lib`, `/usr/lib/<multiarch>`). */
  readonly libraries?: readonly string[];
}

/**
 * Every Debian or Ubuntu package that the lab uses. The one list: `npm start` and `npm test`
 * install what is missing of it, and the lab names what is missing when it cannot start.
 */
export const LAB_PACKAGES: readonly LabPackage[] = [
  { name: 'prosody', purpose: 'XMPP server', binaries: ['prosody'] },
  {
    name: 'lua-sec',
    purpose: 'TLS for prosody',
    binaries: [],
    libraries: ['../share/lua/5.4/ssl.lua|../share/lua/5.3/ssl.lua|../share/lua/5.2/ssl.lua'],
  },
  { name: 'kamailio', purpose: 'SIP registrar and proxy', binaries: ['kamailio'] },
  {
    name: 'kamailio-tls-modules',
    purpose: 'SIP over TLS',
    binaries: [],
    libraries: ['kamailio/modules/tls.so'],
  },
  {
    name: 'kamailio-websocket-modules',
    purpose: 'SIP over WebSocket',
    binaries: [],
    libraries: ['kamailio/modules/websocket.so'],
  },
  {
    name: 'kamailio-presence-modules',
    purpose: 'line states and waiting messages',
    binaries: [],
    libraries: ['kamailio/modules/pua_dialoginfo.so'],
  },
  {
    name: 'kamailio-outbound-modules',
    purpose: 'flows (RFC 5626)',
    binaries: [],
    libraries: ['kamailio/modules/outbound.so'],
  },
  { name: 'rtpengine-daemon', purpose: 'media relay', binaries: ['rtpengine'] },
  { name: 'dnsmasq-base', purpose: 'name server', isOptional: true, binaries: ['dnsmasq'] },
  { name: 'coturn', purpose: 'STUN and TURN server', isOptional: true, binaries: ['turnserver'] },
  { name: 'slapd', purpose: 'LDAP directory', binaries: ['slapd', 'slapadd'] },
  {
    name: 'ldap-utils',
    purpose: 'ldapsearch, the peer of the search bench',
    isOptional: true,
    binaries: ['ldapsearch'],
  },
  { name: 'dovecot-core', purpose: 'IMAP mail store', binaries: ['dovecot'] },
  { name: 'dovecot-imapd', purpose: 'IMAP of the mail store', binaries: [], libraries: ['dovecot/imap'] },
  { name: 'baresip-core', purpose: 'SIP phones', binaries: ['baresip'], libraries: ['baresip/modules/ctrl_tcp.so'] },
  { name: 'linphone-cli', purpose: 'another make of SIP phone', isOptional: true, binaries: ['linphonec'] },
  {
    name: 'libbcg729-0',
    purpose: 'the codec G.729, which Parley takes from the system',
    isOptional: true,
    binaries: [],
    libraries: ['libbcg729.so.0'],
  },
  { name: 'sip-tester', purpose: 'SIPp, which plays odd PBXs', isOptional: true, binaries: ['sipp'] },
  { name: 'espeak-ng', purpose: 'speech for voicemail', binaries: ['espeak-ng'] },
  { name: 'sox', purpose: 'resampling of speech', binaries: ['sox'] },
  { name: 'openssl', purpose: 'certificates', binaries: ['openssl'] },
];

/** Browsers of Chromium's family, by the names of their programs; any that is there serves. */
export const CHROMIUM_PROGRAMS = 'chromium|chromium-browser|google-chrome|google-chrome-stable|microsoft-edge';

/** Chromium's engine without the browser around it. */
export const HEADLESS_PROGRAM = 'chromium-headless-shell';

const SBIN_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const LIBRARY_FOLDERS = ['/usr/lib', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];

function isReadable(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Full path of a program, looked for on the PATH and in the sbin folders (often not on a user's PATH); alternatives are
 * separated by `|`, the first that is there counts.
 */
export function findBinary(alternatives: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...SBIN_FOLDERS];
  return alternatives
    .split('|')
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => isReadable(file, constants.X_OK));
}

/** Full path of a file below Debian's library folders; alternatives are separated by `|`. */
export function findLibrary(alternatives: string): string | undefined {
  return alternatives
    .split('|')
    .flatMap((name) => LIBRARY_FOLDERS.map((folder) => join(folder, name)))
    .find((file) => isReadable(file, constants.R_OK));
}

function isInstalled(entry: LabPackage): boolean {
  return (
    entry.binaries.every((name) => findBinary(name) !== undefined) &&
    (entry.libraries ?? []).every((name) => findLibrary(name) !== undefined)
  );
}

/** The packages of {@link LAB_PACKAGES} that this machine lacks. */
export function missingPackages(packages: readonly LabPackage[] = LAB_PACKAGES): readonly LabPackage[] {
  return packages.filter((entry) => !isInstalled(entry));
}

/** The script that installs packages without starting what they bring. */
export const installScript = 'scripts/install-debian-packages.sh';

/** The exact command that installs the given packages, in Parley's folder, as root or through sudo. */
export function installCommand(packages: readonly LabPackage[], isRoot = process.getuid?.() === 0): string {
  return [...(isRoot ? [] : ['sudo']), 'sh', installScript, ...packages.map((entry) => entry.name)].join(' ');
}

/** Thrown before anything is started when packages are missing; the message names the remedy. */
export class MissingPackagesError extends Error {
  readonly packages: readonly LabPackage[];

  constructor(packages: readonly LabPackage[]) {
    const names = packages.map((entry) => `${entry.name} (${entry.purpose})`).join(', ');
    super(
      `The lab needs Debian packages that are not installed: ${names}.\n` +
        `Install them, in Parley's folder, with:\n\n  ${installCommand(packages)}\n`,
    );
    this.name = 'MissingPackagesError';
    this.packages = packages;
  }
}

/** @throws MissingPackagesError when a package that the lab cannot start without is missing. */
export function requirePackages(packages: readonly LabPackage[] = LAB_PACKAGES): void {
  const missing = missingPackages(packages.filter(({ isOptional }) => isOptional !== true));
  if (missing.length > 0) throw new MissingPackagesError(missing);
}

/** Full path of a program of the lab. @throws MissingPackagesError when it is not installed. */
export function requireBinary(name: string): string {
  const file = findBinary(name);
  if (file !== undefined) return file;
  throw new MissingPackagesError(LAB_PACKAGES.filter((entry) => entry.binaries.includes(name)));
}
