import { isAbsolute, join } from 'node:path';

/**
 * Whether a text says where a folder is wherever the program was started: an absolute path of this system, or one that
 * begins with `~`, the home folder. Anything else would mean another place at each start.
 */
export function isFullPath(text: string): boolean {
  return isAbsolute(text) || isBelowHome(text);
}

/** The path with the home folder in the place of a `~` at its beginning; `joined` where it is of another system. */
export function withHome(text: string, home: string, joined = join): string {
  return isBelowHome(text) ? joined(home, text.slice(1)) : text;
}

/** `~someone`, another user's home in a shell, is a name like any other here. */
function isBelowHome(text: string): boolean {
  return /^~(?:[/\\]|$)/.test(text);
}
