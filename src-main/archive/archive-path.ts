import { createHash } from 'node:crypto';
import { posix, win32 } from 'node:path';
import { withHome } from '../core/full-path.ts';

/** How a system names its folders and what it allows in a name. */
export type PathStyle = 'windowsXp' | 'windows' | 'macos' | 'linux';

export interface ArchiveFile {
  readonly style: PathStyle;
  /** The user's home folder; its usual documents folder is derived from it when `documents` is not given. */
  readonly home: string;
  /** The documents folder as the system names it (it may have been moved or translated). */
  readonly documents?: string;
  /** The folder from the settings; empty: `Parley/Archive` in the documents folder. */
  readonly folder?: string;
  /** Bare JIDs. */
  readonly own: string;
  readonly peer: string;
  readonly day: CalendarDay;
}

/** A day of the local calendar; months count from 1. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Windows XP is the last with "My Documents"; its kernel is NT 5. `release` as os.release() tells it. */
export function pathStyleOf(platform: NodeJS.Platform, release: string): PathStyle {
  if (platform === 'win32') return Number.parseInt(release, 10) < 6 ? 'windowsXp' : 'windows';
  return platform === 'darwin' ? 'macos' : 'linux';
}

/** The local day of a time. */
export function localDay(atMs: number): CalendarDay {
  const date = new Date(atMs);
  return { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() };
}

/**
 * The one file of a conversation and day: `<archive>/<own address>/<peer>/<yyyy-mm-dd>.txt`, absolute.
 * Two addresses never share a file, and no address leads out of the archive's folder.
 */
export function archivePath(file: ArchiveFile): string {
  const path = isWindows(file.style) ? win32 : posix;
  return path.join(
    archiveRoot(file),
    fileName(file.own, file.style),
    fileName(file.peer, file.style),
    `${dayName(file.day)}.txt`,
  );
}

/** The archive's folder, for the settings page and its "Open folder". A `~` at its beginning is the home folder. */
export function archiveRoot(place: Pick<ArchiveFile, 'style' | 'home' | 'documents' | 'folder'>): string {
  const path = isWindows(place.style) ? win32 : posix;
  const chosen = place.folder?.trim() ?? '';
  if (chosen !== '') return path.normalize(withHome(chosen, place.home, (...parts) => path.join(...parts)));
  const usual = path.join(place.home, place.style === 'windowsXp' ? 'My Documents' : 'Documents');
  return path.join(place.documents ?? usual, 'Parley', 'Archive');
}

/** ISO 8601, which sorts by time. */
export function dayName({ year, month, day }: CalendarDay): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function isWindows(style: PathStyle): boolean {
  return style === 'windows' || style === 'windowsXp';
}

/** Longest name in UTF-8 bytes: file systems allow 255, and Windows 260 characters for the whole path. */
const longestName = { windowsXp: 48, windows: 64, macos: 200, linux: 200 } as const satisfies Record<PathStyle, number>;

/** What Win32 refuses in names, and what would be invisible or turn the direction of the text on any system. */
const forbidden = {
  windows: /[<>:"/\\|?*\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
  others: /[/\\:\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
} as const;

/** Win32 devices, also with an extension: `con.smith@example.com` would be the console. */
const device = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$| )/i;

/** An address as a name of one file or folder. A name that had to be changed carries a mark of the original. */
function fileName(address: string, style: PathStyle): string {
  const windows = isWindows(style);
  let name = address.normalize('NFC').replace(windows ? forbidden.windows : forbidden.others, '_');
  // A leading dot hides a file or climbs; Windows drops dots and spaces at the end.
  name = name.replace(/^\.+/, '_').replace(/[. ]+$/, '_');
  if (windows && device.test(name)) name = `_${name}`;
  if (name === '') name = '_';
  const limit = longestName[style];
  if (name === address && Buffer.byteLength(name) <= limit) return name;
  const mark = `~${createHash('sha256').update(address).digest('hex').slice(0, 10)}`;
  return `${truncate(name, limit - mark.length)}${mark}`;
}

/** At most so many UTF-8 bytes, never half a character. */
function truncate(text: string, maxBytes: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept;
}
