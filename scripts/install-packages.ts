import { spawnSync } from 'node:child_process';
import { LAB_PACKAGES, aptCommand, findBinary, missingPackages } from '../e2e/lab/packages.ts';
import type { LabPackage } from '../e2e/lab/packages.ts';

/** What the window needs on Linux beside the lab's servers. */
export const windowPackages: readonly LabPackage[] = [
  { name: 'chromium', purpose: 'the window of the browser shell, and the specs', binaries: ['chromium'] },
  {
    name: 'fonts-inter',
    purpose: 'the typeface of the window',
    binaries: [],
    libraries: ['../share/fonts/opentype/inter|../share/fonts/truetype/inter'],
  },
];

export type InstallOutcome =
  { readonly ok: true; readonly installed: readonly string[] } | { readonly ok: false; readonly reason: string };

/**
 * Installs with apt what is missing: directly as root, by sudo where it asks no password.
 * Elsewhere the reason and the exact command are returned.
 */
export function installMissingPackages(
  packages: readonly LabPackage[] = [...LAB_PACKAGES, ...windowPackages],
): InstallOutcome {
  if (process.platform !== 'linux') {
    return { ok: false, reason: `The lab's servers come from Debian's packages; this is ${process.platform}.` };
  }
  const missing = missingPackages(packages);
  if (missing.length === 0) return { ok: true, installed: [] };
  const command = aptCommand(missing);
  if (findBinary('apt-get') === undefined) {
    const names = missing.map((entry) => entry.name).join(', ');
    return { ok: false, reason: `This machine has no apt. Missing, by their Debian names: ${names}.` };
  }
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '--non-interactive'];
  if (!run([...prefix, 'apt-get', 'update']))
    return { ok: false, reason: `apt could not be run. Install by hand:\n  ${command}` };
  const names = missing.map((entry) => entry.name);
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  if (!run([...prefix, ...environment, 'apt-get', 'install', '--yes', '--no-install-recommends', ...names])) {
    return { ok: false, reason: `apt could not install everything. Install by hand:\n  ${command}` };
  }
  return { ok: true, installed: names };
}

function run(command: readonly string[]): boolean {
  const [program, ...args] = command;
  if (program === undefined) return false;
  return spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}
