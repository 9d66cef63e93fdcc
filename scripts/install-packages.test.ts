import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LabPackage } from '../e2e/lab/packages.ts';
import { installScript } from '../e2e/lab/packages.ts';
import { installMissingPackages, startPackages, testPackages } from './install-packages.ts';
import type { InstallHost } from './install-packages.ts';
import { inRoot } from './paths.ts';

const server: LabPackage = { name: 'prosody', purpose: 'XMPP server', binaries: ['prosody'] };
const extra: LabPackage = { name: 'sip-tester', purpose: 'odd PBXs', isOptional: true, binaries: ['sipp'] };

/** A computer that notes what was run; `lacks` shrinks by what apt could install. */
class Computer implements InstallHost {
  platform: NodeJS.Platform = 'linux';
  isRoot = false;
  isTerminal = false;
  sudoAsks = true;
  programs = ['apt-get', 'sudo'];
  installable = ['prosody', 'sip-tester'];
  lacks = ['prosody', 'sip-tester'];
  readonly ran: { readonly line: string; readonly asks: boolean }[] = [];
  readonly said: string[] = [];

  has(program: string): boolean {
    return this.programs.includes(program);
  }

  missing(packages: readonly LabPackage[]): readonly LabPackage[] {
    return packages.filter(({ name }) => this.lacks.includes(name));
  }

  run(command: readonly string[], asks: boolean): boolean {
    this.ran.push({ line: command.join(' ').replace(inRoot(installScript), 'SCRIPT'), asks });
    if (command.includes('--non-interactive') && this.sudoAsks) return false;
    if (command.includes('true')) return true;
    this.lacks = this.lacks.filter((name) => !command.includes(name) || !this.installable.includes(name));
    return true;
  }

  say(words: string): void {
    this.said.push(words);
  }
}

describe('installing what is missing', () => {
  let computer: Computer;
  const install = (packages: readonly LabPackage[] = [server, extra]): ReturnType<typeof installMissingPackages> =>
    installMissingPackages(packages, computer);

  beforeEach(() => {
    computer = new Computer();
  });

  test('sudo asks for the password where a person is at the terminal, after the command was said', () => {
    computer.isTerminal = true;
    expect(install()).toEqual({ ok: true, installed: [server, extra], leftOut: [] });
    expect(computer.ran.at(-1)).toEqual({ line: 'sudo sh SCRIPT prosody -- sip-tester', asks: true });
    expect(computer.said.join()).toContain(`sudo sh ${installScript} prosody -- sip-tester`);
  });

  test('nobody there to ask: nothing is tried, and the exact command is told', () => {
    expect(install()).toEqual({
      ok: false,
      reason: expect.stringContaining(`\n  sudo sh ${installScript} prosody`) as string,
    });
    expect(computer.ran).toHaveLength(1);
  });

  test('nobody is asked where root runs it, or sudo needs no password', () => {
    computer.isRoot = true;
    expect(install()).toMatchObject({ ok: true });
    expect(computer.ran).toEqual([{ line: 'sh SCRIPT prosody -- sip-tester', asks: false }]);

    computer = new Computer();
    computer.sudoAsks = false;
    expect(install()).toMatchObject({ ok: true });
    expect(computer.ran.at(-1)).toEqual({
      line: 'sudo --non-interactive sh SCRIPT prosody -- sip-tester',
      asks: false,
    });
  });

  test('what is optional and cannot be had costs nothing else; what is required does', () => {
    computer.isRoot = true;
    computer.installable = ['prosody'];
    expect(install()).toEqual({ ok: true, installed: [server], leftOut: [extra] });

    computer = new Computer();
    computer.isRoot = true;
    computer.installable = ['sip-tester'];
    expect(install()).toEqual({ ok: false, reason: expect.stringContaining('could not install prosody.') as string });
  });

  test('nobody is asked for a password for optional packages alone', () => {
    computer.isTerminal = true;
    computer.lacks = ['sip-tester'];
    expect(install()).toEqual({ ok: true, installed: [], leftOut: [extra] });
    expect(computer.ran.filter(({ asks }) => asks)).toEqual([]);
  });

  test.each([
    ['another system', { platform: 'darwin' as const }, 'this is darwin'],
    ['no apt', { programs: ['sudo'] }, 'has no apt. Missing, by their Debian names: prosody.'],
    ['no sudo', { programs: ['apt-get'] }, `As root:\n  sh ${installScript} prosody`],
  ])('%s: nothing is run, and it is said', (_, differs, words) => {
    Object.assign(computer, differs);
    expect(install()).toEqual({ ok: false, reason: expect.stringContaining(words) as string });
    expect(computer.ran).toEqual([]);
    computer.lacks = ['sip-tester'];
    expect(install()).toMatchObject({ ok: true, leftOut: [extra] });
  });

  test('everything there: nothing is run', () => {
    computer.lacks = [];
    expect(install()).toEqual({ ok: true, installed: [], leftOut: [] });
    expect(computer.ran).toEqual([]);
  });
});

test('without the lab no server is installed, and no browser where none is used', () => {
  const names = (lab: boolean, browser: boolean): readonly string[] =>
    startPackages({ lab, browser }).map(({ name }) => name);
  expect(names(false, true)).toEqual(['chromium', 'fonts-inter']);
  expect(names(false, false)).toEqual(['fonts-inter']);
  expect(names(true, true)).toEqual(expect.arrayContaining(['prosody', 'slapd', 'chromium']));
  expect(startPackages({ lab: false, browser: true }).every(({ isOptional }) => isOptional)).toBe(true);
  // The tests do without nothing of it; what only makes them quicker may be missing.
  const forTests = testPackages.filter(({ isOptional }) => isOptional !== true).map(({ name }) => name);
  expect(forTests).toEqual(names(true, true));
  const quicker = testPackages.filter(({ isOptional }) => isOptional === true).map(({ name }) => name);
  expect(quicker).toEqual(['chromium-headless-shell']);
});

describe.skipIf(process.platform === 'win32')('the script', () => {
  let folder: string;
  const at = (...parts: readonly string[]): string => join(folder, ...parts);
  const policy = (): string => at('usr/sbin/policy-rc.d');
  const note = (): readonly string[] => readFileSync(at('notes'), 'utf8').trim().split('\n');

  function write(path: string, text: string, mode = 0o644): void {
    mkdirSync(join(at(path), '..'), { recursive: true });
    writeFileSync(at(path), text);
    chmodSync(at(path), mode);
  }

  /** apt as Debian's: what it installs asks the policy whether it may start. */
  const apt = `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
for word in "$@"; do case "$word" in none-*) echo "no $word" >&2; exit 100;; DPkg*) ;; -*) ;; esac; done
for word in "$@"; do
  [ "$word" = update ] && exit 100
  [ "$word" = prosody ] || continue
  mkdir -p "$DPKG_ROOT/etc/init.d" "$DPKG_ROOT/lib/systemd/system"
  touch "$DPKG_ROOT/etc/init.d/prosody" "$DPKG_ROOT/lib/systemd/system/prosody.service"
  for service in prosody prosody.service cron ssh.service; do
    "$DPKG_ROOT/usr/sbin/policy-rc.d" $service start
    echo "$service $?" >>"$DPKG_ROOT/notes"
  done
done
echo "installed $*" >>"$DPKG_ROOT/notes"
`;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-install-'));
    mkdirSync(at('usr/sbin'), { recursive: true });
    write('etc/init.d/cron', '');
    write('lib/systemd/system/ssh.service', '');
    write('bin/apt-get', apt, 0o755);
    const lists = '/etc/init.d/prosody\\n/lib/systemd/system/prosody.service\\n/lib/systemd/system/ssh.service\\n';
    write('bin/dpkg', `#!/bin/sh\nprintf '${lists}'\n`, 0o755);
    write('bin/systemctl', `#!/bin/sh\necho "systemctl $*" >>"$DPKG_ROOT/notes"\n`, 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...names: readonly string[]): number | null =>
    spawnSync('sh', [inRoot(installScript), ...names], {
      env: { PATH: `${at('bin')}:/usr/bin:/bin`, DPKG_ROOT: folder },
      stdio: ['ignore', 'ignore', 'ignore'],
    }).status;

  test('starts nothing that is new here, and enables it for no later boot; what was there may go on', () => {
    mkdirSync(at('run/systemd/system'), { recursive: true });
    expect(run('prosody')).toBe(0);
    expect(note()).toEqual([
      'prosody 101',
      'prosody.service 101',
      'cron 104',
      'ssh.service 104',
      expect.stringMatching(/^installed .*prosody$/),
      'systemctl --quiet disable prosody.service',
      'systemctl --quiet stop prosody.service',
    ]);
    expect(existsSync(policy())).toBe(false);
  });

  test(`an administrator's own policy is left as it is and has its say`, () => {
    write('usr/sbin/policy-rc.d', '#!/bin/sh\nexit 104\n', 0o755);
    expect(run('prosody')).toBe(0);
    expect(note().slice(0, 2)).toEqual(['prosody 104', 'prosody.service 104']);
    expect(readFileSync(policy(), 'utf8')).toBe('#!/bin/sh\nexit 104\n');
    // It is not enabled for all that.
    expect(note()).toContain('systemctl --quiet disable prosody.service');
  });

  test('one that a power cut left of ours goes', () => {
    write(
      'usr/sbin/policy-rc.d',
      '#!/bin/sh\n# Written by Parley for as long as it installs packages.\nexit 101\n',
      0o755,
    );
    expect(run('prosody')).toBe(0);
    expect(note().slice(2, 4)).toEqual(['cron 104', 'ssh.service 104']);
    expect(existsSync(policy())).toBe(false);
  });

  test('an optional package that does not exist costs only itself', () => {
    expect(run('prosody', '--', 'none-such', 'sip-tester')).toBe(0);
    expect(
      note()
        .filter((line) => line.startsWith('installed'))
        .map((line) => line.split(' ').at(-1)),
    ).toEqual(['prosody', 'sip-tester']);
    expect(existsSync(policy())).toBe(false);
  });

  test('where a required one cannot be had, what came is not enabled either', () => {
    expect(run('none-such', '--', 'prosody')).toBe(1);
    expect(note().at(-1)).toBe('systemctl --quiet disable prosody.service');
    expect(existsSync(policy())).toBe(false);
  });
});
