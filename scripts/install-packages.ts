import { spawnSync } from 'node:child_process';
import {
  CHROMIUM_PROGRAMS,
  HEADLESS_PROGRAM,
  LAB_PACKAGES,
  findBinary,
  installCommand,
  installScript,
  missingPackages,
} from '../e2e/lab/packages.ts';
import type { LabPackage } from '../e2e/lab/packages.ts';
import { inRoot } from './paths.ts';

/** A browser of Chromium's family; any that is there serves. */
const browserPackage: LabPackage = {
  name: 'chromium',
  purpose: 'the window of the browser shell, and the specs',
  isOptional: true,
  binaries: [CHROMIUM_PROGRAMS],
};

/** The specs run in it where it can be had: it takes half the time that the whole browser takes to open a window. */
const headlessPackage: LabPackage = {
  name: 'chromium-headless-shell',
  purpose: 'the window of the specs, sooner than in the whole browser',
  isOptional: true,
  binaries: [HEADLESS_PROGRAM],
};

const fontPackage: LabPackage = {
  name: 'fonts-inter',
  purpose: 'the typeface of the window',
  isOptional: true,
  binaries: [],
  libraries: ['../share/fonts/opentype/inter|../share/fonts/truetype/inter'],
};

/** Whether the browser shell has a browser to open its window in. */
export function hasBrowser(): boolean {
  return missingPackages([browserPackage]).length === 0;
}

/** What the window needs on Linux beside the lab's servers. */
const windowPackages: readonly LabPackage[] = [browserPackage, fontPackage];

/** Everything: what `npm test` cannot do without, and what makes it quicker. */
export const testPackages: readonly LabPackage[] = [
  ...[...LAB_PACKAGES, ...windowPackages].map(({ isOptional: _isOptional, ...entry }) => entry),
  headlessPackage,
];

/** What `npm start` uses. Without the lab, servers are none of its business. */
export function startPackages(wants: { readonly lab: boolean; readonly browser: boolean }): readonly LabPackage[] {
  return [...(wants.lab ? LAB_PACKAGES : []), ...(wants.browser ? [browserPackage] : []), fontPackage];
}

/** `leftOut`: optional ones that are not there. */
export type InstallOutcome =
  | { readonly ok: true; readonly installed: readonly LabPackage[]; readonly leftOut: readonly LabPackage[] }
  | { readonly ok: false; readonly reason: string };

/** The computer on which packages are installed; injected so that tests own the answer. */
export interface InstallHost {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** A person is there who can be asked for a password. */
  readonly isTerminal: boolean;
  has(program: string): boolean;
  missing(packages: readonly LabPackage[]): readonly LabPackage[];
  /** True when it ended well. `asks`: it may ask the person something. */
  run(command: readonly string[], asks: boolean): boolean;
  say(words: string): void;
}

const thisComputer: InstallHost = {
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  isTerminal: process.stdin.isTTY,
  has: (program) => findBinary(program) !== undefined,
  missing: missingPackages,
  run: ([program = '', ...args], asks) =>
    spawnSync(program, args, { stdio: [asks ? 'inherit' : 'ignore', 'ignore', 'inherit'] }).status === 0,
  say: (words) => process.stderr.write(`${words}\n`),
};

/**
 * Installs with apt what is missing: directly as root, else by sudo, which asks for the password where a person is at the
 * terminal. Optional packages are never asked for on their own account, and none of them stands in the way of the others.
 * Where it cannot be done, the reason and the exact command are returned.
 */
export function installMissingPackages(
  packages: readonly LabPackage[],
  host: InstallHost = thisComputer,
): InstallOutcome {
  const missing = packages.length === 0 ? [] : host.missing(packages);
  const required = missing.filter(({ isOptional }) => isOptional !== true);
  const optional = missing.filter(({ isOptional }) => isOptional === true);
  const refused = (why: string): InstallOutcome =>
    required.length === 0 ? { ok: true, installed: [], leftOut: optional } : { ok: false, reason: why };

  if (missing.length === 0) return { ok: true, installed: [], leftOut: [] };
  if (host.platform !== 'linux') {
    return refused(`The lab's servers come from Debian's packages; this is ${host.platform}.`);
  }
  if (!host.has('apt-get')) {
    const names = required.map(({ name }) => name).join(', ');
    return refused(`This machine has no apt. Missing, by their Debian names: ${names}.`);
  }
  const byHand = `Install them by hand, in Parley's folder:\n  ${installCommand(required, host.isRoot)}`;
  if (!host.isRoot && !host.has('sudo'))
    return refused(`Debian packages are missing, and there is no sudo. As root:\n  ${installCommand(required, true)}`);
  const asks = !host.isRoot && !host.run(['sudo', '--non-interactive', 'true'], false);
  if (asks && (!host.isTerminal || required.length === 0))
    return refused(`Debian packages are missing, and sudo asks for a password. ${byHand}`);
  const prefix = host.isRoot ? [] : asks ? ['sudo'] : ['sudo', '--non-interactive'];
  const names = [...required.map(({ name }) => name), '--', ...optional.map(({ name }) => name)];
  if (asks) {
    host.say(
      'The lab needs Debian packages; sudo asks for your password to install them. They are not started as services.\n' +
        `  sudo sh ${installScript} ${names.join(' ')}`,
    );
  }
  host.run([...prefix, 'sh', inRoot(installScript), ...names], asks);

  const still = new Set(host.missing(missing));
  const failed = required.filter((entry) => still.has(entry));
  if (failed.length > 0)
    return {
      ok: false,
      reason: `apt could not install ${failed.map(({ name }) => name).join(', ')}. ${byHand}`,
    };
  return {
    ok: true,
    installed: missing.filter((entry) => !still.has(entry)),
    leftOut: optional.filter((entry) => still.has(entry)),
  };
}
