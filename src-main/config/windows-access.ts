import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { msg, t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';

/**
 * Who may write a file on Windows, by its owner and its access list. Both are read as SDDL, whose names do not depend on
 * the language of the system ([MS-DTYP] section 2.5.1).
 */

/** The security descriptors of these files and folders as SDDL, in their order. Throws when they cannot be read. */
export type AccessReader = (paths: readonly string[]) => readonly string[];

type Kind = 'file' | 'folder';

/** SYSTEM, the Administrators, TrustedInstaller, the built-in Administrator and the administrators of a domain. */
const administrators: readonly RegExp[] = [
  /^(SY|S-1-5-18)$/,
  /^(BA|S-1-5-32-544)$/,
  /^S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464$/,
  /^(LA|S-1-5-21-[\d-]+-500)$/,
  /^(DA|S-1-5-21-[\d-]+-512)$/,
  /^(EA|S-1-5-21-[\d-]+-519)$/,
];
/** The owner, whoever it is: it is looked at itself. */
const ownerRights = /^(OW|S-1-3-4)$/;

/** Bits of the names that stand for rights (winnt.h). */
const rightBits: Readonly<Record<string, number>> = {
  ...{ CC: 0x1, DC: 0x2, LC: 0x4, SW: 0x8, RP: 0x10, WP: 0x20, DT: 0x40, LO: 0x80, CR: 0x100 },
  ...{ SD: 0x1_0000, RC: 0x2_0000, WD: 0x4_0000, WO: 0x8_0000 },
  ...{ GA: 0x1000_0000, GX: 0x2000_0000, GW: 0x4000_0000, GR: 0x8000_0000 },
  ...{ FA: 0x1f_01ff, FR: 0x12_0089, FW: 0x12_0116, FX: 0x12_00a0 },
};
const everyRight = 0xffff_ffff;

/** DELETE, WRITE_DAC, WRITE_OWNER, GENERIC_ALL: with any of them the rest can be had. */
const takesOver = 0x100d_0000;
const dangerous: Readonly<Record<Kind, number>> = {
  // FILE_WRITE_DATA, FILE_APPEND_DATA, GENERIC_WRITE.
  file: takesOver | 0x4000_0006,
  // FILE_DELETE_CHILD. Who may only add files cannot take the place of one that is there, and owns what is added.
  folder: takesOver | 0x40,
};

/** What an owner and an access list leave open. `unclear`: nothing is taken for safe that is not understood. */
export type Opening = 'foreignOwner' | 'writable' | 'unclear';

/** Whether others than administrators could change this; undefined when they cannot. */
export function openingOf(sddl: string, kind: Kind): Opening | undefined {
  const [, owner, list] = /^O:(S-[\d-]+|[A-Z]{2})(?:G:(?:S-[\d-]+|[A-Z]{2}))?D:(.*)$/.exec(sddl.trim()) ?? [];
  // Without a list everybody may do everything.
  if (owner === undefined || list === undefined) return 'unclear';
  // What is left are flags of the list; NO_ACCESS_CONTROL there means that there is none. A condition leaves brackets.
  if (!/^[A-Z]{0,8}$/.test(list.replaceAll(/\([^()]*\)/g, ''))) return 'unclear';
  if (!isAdministrator(owner)) return 'foreignOwner';
  for (const [, entry = ''] of list.matchAll(/\(([^()]*)\)/g)) {
    const [type = '', flags = '', rights = '', , , who = ''] = entry.split(';');
    // The kinds that deny.
    if (type === 'D' || type === 'OD') continue;
    if (type !== 'A' && type !== 'OA') return 'unclear';
    // Only for what is made inside.
    if (/^(?:..)*IO/.test(flags)) continue;
    if (isAdministrator(who) || ownerRights.test(who)) continue;
    if ((bitsOf(rights) & dangerous[kind]) !== 0) return 'writable';
  }
  return undefined;
}

function isAdministrator(who: string): boolean {
  return administrators.some((one) => one.test(who));
}

function bitsOf(rights: string): number {
  if (/^0x[\da-f]+$/i.test(rights) || /^\d+$/.test(rights)) return Number(rights);
  let bits = 0;
  for (const name of rights.match(/..?/g) ?? []) bits |= rightBits[name] ?? everyRight;
  return bits;
}

/**
 * Why others than administrators could change this file or put another in its place, in words; undefined when they
 * cannot, and then they cannot either before it is opened.
 */
export function changeableOnWindows(file: string, read: AccessReader): string | undefined {
  let paths: readonly string[];
  let lists: readonly string[];
  try {
    paths = withFolders(realpathSync(file));
    lists = read(paths);
  } catch {
    return t('its access list cannot be read');
  }
  for (const [index, place] of paths.entries()) {
    const opening = openingOf(lists[index] ?? '', index === 0 ? 'file' : 'folder');
    if (opening !== undefined) return index === 0 ? t(fileWords[opening]) : folderWords(opening, place);
  }
  return undefined;
}

const fileWords: Readonly<Record<Opening, Message>> = {
  foreignOwner: msg('it does not belong to the administrators'),
  writable: msg('others than administrators may write it'),
  unclear: msg('its access list cannot be understood'),
};

function folderWords(opening: Opening, folder: string): string {
  switch (opening) {
    case 'foreignOwner':
      return t('the folder {folder} does not belong to the administrators', { folder });
    case 'writable':
      return t('others than administrators may write the folder {folder}', { folder });
    case 'unclear':
      return t('the access list of the folder {folder} cannot be understood', { folder });
  }
}

/** A file and every folder above it, from the inside out. */
function withFolders(file: string): readonly string[] {
  const above = path.dirname(file);
  return above === file ? [file] : [file, ...withFolders(above)];
}

const readTimeoutMs = 15_000;

/** Asks the PowerShell that every Windows has. The paths go by the environment, so that none is taken for a command. */
export const readAccessLists: AccessReader = (paths) => {
  const system = path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0');
  const script =
    "$ErrorActionPreference = 'Stop'; " +
    '$env:PARLEY_PATHS -split "`n" | ForEach-Object { ' +
    // The list of a link would be that of what it leads to.
    "if ((Get-Item -LiteralPath $_ -Force).Attributes -match 'ReparsePoint') { throw 'link' }; " +
    '(Get-Acl -LiteralPath $_).Sddl }';
  const output = execFileSync(
    path.join(system, 'powershell.exe'),
    ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', script],
    {
      // A newer PowerShell may have left modules in the environment that this one cannot load.
      env: { ...process.env, PSModulePath: path.join(system, 'Modules'), PARLEY_PATHS: paths.join('\n') },
      encoding: 'utf8',
      timeout: readTimeoutMs,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const lists = output.split(/\r?\n/).filter((line) => line !== '');
  if (lists.length !== paths.length) throw new Error(`${lists.length} access lists for ${paths.length} paths`);
  return lists;
};
