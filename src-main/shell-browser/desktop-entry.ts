import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { linkSchemes } from '../../src-shared/text/link.ts';

const run = promisify(execFile);

/** Milliseconds for the desktop's own cache to be rebuilt; it is only faster look-up. */
const cacheTimeoutMs = 5_000;

export const desktopFileName = 'parley-browser-shell.desktop';
const mimeTypes = linkSchemes.map((scheme) => `x-scheme-handler/${scheme.slice(0, -1)}`);

export interface DesktopEntryOptions {
  /** `$XDG_DATA_HOME`, or its default in the home of the user. */
  readonly dataHome: string;
  /** `$XDG_CONFIG_HOME`, likewise. */
  readonly configHome: string;
  /** Program and arguments that start this copy of Parley; the link follows. */
  readonly command: readonly string[];
  /** Path of an image file. */
  readonly icon: string;
}

/**
 * The browser shell as a program of the Linux desktop (Desktop Entry Specification 1.5, MIME Applications
 * Specification 1.0): while it is installed, links of our schemes start it, and a copy that runs takes them over.
 * Everything lies in the user's own folders.
 */
export class DesktopEntry {
  readonly #options: DesktopEntryOptions;

  constructor(options: DesktopEntryOptions) {
    this.#options = options;
  }

  /** Installs it and makes it the default for our schemes. */
  async install(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#folder, desktopFileName), desktopEntryText(this.#options), { mode: 0o644 });
    await this.#changeDefaults((text) => withDefaults(text));
    await this.#refresh();
  }

  /** Undoes `install`; what somebody else made the default since then stays. */
  async remove(): Promise<void> {
    await rm(join(this.#folder, desktopFileName), { force: true });
    await this.#changeDefaults((text) => withoutDefaults(text));
    await this.#refresh();
  }

  get #folder(): string {
    return join(this.#options.dataHome, 'applications');
  }

  async #changeDefaults(change: (text: string) => string): Promise<void> {
    const file = join(this.#options.configHome, 'mimeapps.list');
    let before = '';
    try {
      before = await readFile(file, 'utf8');
    } catch (error) {
      // Not there is as good as empty; what cannot be read must not be written over.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    const after = change(before);
    if (after === before) return;
    await mkdir(this.#options.configHome, { recursive: true, mode: 0o700 });
    // In one step: other programs read it at any time.
    await writeFile(`${file}.parley`, after, { mode: 0o644 });
    await rename(`${file}.parley`, file);
  }

  async #refresh(): Promise<void> {
    // Missing on small desktops, which then read the files themselves.
    await run('update-desktop-database', [this.#folder], { timeout: cacheTimeoutMs }).catch(() => undefined);
  }
}

export function desktopEntryText(options: Pick<DesktopEntryOptions, 'command' | 'icon'>): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Parley',
    'Comment=Calls, chat and presence',
    `Exec=${options.command.map(quoted).join(' ')} %u`,
    `Icon=${escaped(options.icon)}`,
    'Terminal=false',
    'Categories=Network;Telephony;InstantMessaging;',
    `MimeType=${mimeTypes.join(';')};`,
    '',
  ].join('\n');
}

/**
 * An argument of Exec (section "The Exec key"): quoted where it must be, then escaped as a string of the file. Plain
 * ones stay plain: xdg-open of small desktops takes quotes for a part of the name.
 */
function quoted(argument: string): string {
  if (/^[\w@,.:/=+-]+$/.test(argument)) return argument;
  const inner = argument.replaceAll(/["`$\\]/g, (sign) => `\\${sign}`).replaceAll('%', '%%');
  return escaped(`"${inner}"`);
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

const section = '[Default Applications]';

/** `mimeapps.list` with ours first for each of our types; everything else as it was. */
export function withDefaults(text: string): string {
  const lines = withoutDefaults(text).split('\n');
  const ours = new Map(mimeTypes.map((type) => [type, `${type}=${desktopFileName};`]));
  let inSection = false;
  const merged = lines.map((line) => {
    if (line.startsWith('[')) inSection = line.trim() === section;
    const [type, rest] = splitLine(line);
    if (!inSection || rest === undefined || !ours.has(type)) return line;
    // Whoever had it stays behind ours, to come back when ours goes.
    const whole = `${ours.get(type) ?? ''}${rest}`;
    ours.delete(type);
    return whole;
  });
  const at = merged.findIndex((line) => line.trim() === section);
  if (at >= 0) merged.splice(at + 1, 0, ...ours.values());
  else {
    if (merged.at(-1) === '') merged.pop();
    merged.push(...(merged.length === 0 ? [] : ['']), section, ...ours.values(), '');
  }
  return merged.join('\n');
}

/** Without ours, wherever it stands. */
export function withoutDefaults(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const [type, rest] = splitLine(line);
      if (rest?.split(';').includes(desktopFileName) !== true) return [line];
      const others = rest.split(';').filter((one) => one !== desktopFileName && one.trim() !== '');
      return others.length === 0 ? [] : [`${type}=${others.join(';')};`];
    })
    .join('\n');
}

function splitLine(line: string): readonly [string, string | undefined] {
  const equals = line.indexOf('=');
  return equals < 0 ? [line, undefined] : [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
}
