import { readFileSync } from 'node:fs';
import { posix, win32 } from 'node:path';

export interface UserPathsInput {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** Where this user's data lies by the custom of the platform. */
export function userDataDirectory({ platform, environment, home }: UserPathsInput): string {
  if (platform === 'win32')
    return win32.join(environment['APPDATA'] ?? win32.join(home, 'AppData', 'Roaming'), 'Parley');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Parley');
  // XDG Base Directory Specification: a relative path there is to be ignored.
  const xdg = environment['XDG_DATA_HOME'];
  return posix.join(xdg?.startsWith('/') === true ? xdg : posix.join(home, '.local', 'share'), 'parley');
}

/** The administrator's policy file: a place that only an administrator may write. It need not exist. */
export function policyFilePath({ platform, environment }: Omit<UserPathsInput, 'home'>): string {
  if (platform === 'win32') return win32.join(environment['ProgramData'] ?? 'C:\\ProgramData', 'Parley', 'policy.json');
  if (platform === 'darwin') return '/Library/Application Support/Parley/policy.json';
  return '/etc/parley/policy.json';
}

/** The documents folder as the system names it; on Linux from xdg-user-dirs, which translates it. */
export function documentsDirectory({ platform, environment, home }: UserPathsInput): string {
  if (platform === 'win32') return win32.join(home, 'Documents');
  if (platform === 'darwin') return posix.join(home, 'Documents');
  const configHome = environment['XDG_CONFIG_HOME'] ?? posix.join(home, '.config');
  let file = '';
  try {
    file = readFileSync(posix.join(configHome, 'user-dirs.dirs'), 'utf8');
  } catch {
    // No such file: the default holds.
  }
  return documentsFromUserDirs(file, home) ?? posix.join(home, 'Documents');
}

/** `XDG_DOCUMENTS_DIR="$HOME/Dokumente"` of user-dirs.dirs; undefined when the file does not name one. */
export function documentsFromUserDirs(file: string, home: string): string | undefined {
  const value = /^\s*XDG_DOCUMENTS_DIR="([^"]+)"/m.exec(file)?.[1];
  if (value === undefined) return undefined;
  const path = value.replace(/^\$HOME(?=\/|$)/, home);
  return path.startsWith('/') ? path : undefined;
}
