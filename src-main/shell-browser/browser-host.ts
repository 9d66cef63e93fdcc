import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Host } from '../host.ts';
import { KeyFileSecrets } from '../core/key-file-secrets.ts';
import { documentsDirectory, policyFilePath } from '../core/user-paths.ts';
import { forkGatewayInNode } from '../media-gateway/node-channel.ts';
import type { Logger } from '../core/log.ts';
import { DesktopEntry } from './desktop-entry.ts';

export interface BrowserHostOptions {
  readonly version: string;
  readonly dataDirectory: string;
  readonly policyFile: string | undefined;
  readonly seedFile: string | undefined;
  readonly gatewayEntry: string;
  readonly log: Logger;
  readonly showWindow: () => void;
  /** Program and arguments that start this copy anew; a link follows them. */
  readonly command: readonly string[];
  /** The program's picture, a file. */
  readonly icon: string;
}

/** The host where no desktop shell is: a key file for secrets, no power events, notifications by the window. */
export function createBrowserHost(options: BrowserHostOptions): Host {
  const { platform, env: environment } = process;
  const home = homedir();
  return {
    shell: 'browser',
    version: options.version,
    platform,
    paths: {
      data: options.dataDirectory,
      logs: join(options.dataDirectory, 'logs'),
      home,
      documents: documentsDirectory({ platform, environment, home }),
      policyFile: options.policyFile ?? policyFilePath({ platform, environment }),
      seedFile: options.seedFile,
    },
    secrets: new KeyFileSecrets(options.dataDirectory),
    // A plain process is not told of sleep; the reconnector notices dead connections by its probes.
    power: { onSleep: () => undefined, onWake: () => undefined, onLock: () => undefined, onUnlock: () => undefined },
    // The window's title tells it.
    showStatus: () => undefined,
    forkGateway: () =>
      forkGatewayInNode(options.gatewayEntry, (text) => {
        options.log.warn('the media gateway says', { text });
      }),
    notify: () => false,
    showWindow: options.showWindow,
    // A browser's page stands over nothing and hears no keys of others.
    desktop: undefined,
    // A browser's dialog tells no paths.
    chooseFolder: undefined,
    showFile: undefined,
    openLinks: platform === 'linux' ? linksOfDesktop(options, home, environment) : undefined,
  };
}

/** Linux desktops find programs by files; on Windows and macOS only an installed program can open links. */
function linksOfDesktop(
  { command, icon }: Pick<BrowserHostOptions, 'command' | 'icon'>,
  home: string,
  environment: NodeJS.ProcessEnv,
): (on: boolean) => Promise<void> {
  const folder = (name: string, usual: string): string => {
    const given = environment[name];
    // A relative path is to be ignored (XDG Base Directory Specification).
    return given !== undefined && isAbsolute(given) ? given : join(home, usual);
  };
  const entry = new DesktopEntry({
    dataHome: folder('XDG_DATA_HOME', '.local/share'),
    configHome: folder('XDG_CONFIG_HOME', '.config'),
    command,
    icon,
  });
  return (on) => (on ? entry.install() : entry.remove());
}
