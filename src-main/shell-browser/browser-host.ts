import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import { KeyFileSecrets } from '../core/key-file-secrets.ts';
import { documentsDirectory, policyFilePath } from '../core/user-paths.ts';
import { forkGatewayInNode } from '../media-gateway/node-channel.ts';
import type { Logger } from '../core/log.ts';

export interface BrowserHostOptions {
  readonly version: string;
  readonly dataDirectory: string;
  readonly policyFile: string | undefined;
  readonly seedFile: string | undefined;
  readonly gatewayEntry: string;
  readonly log: Logger;
  readonly showWindow: () => void;
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
    power: { onSleep: () => undefined, onWake: () => undefined },
    forkGateway: () =>
      forkGatewayInNode(options.gatewayEntry, (text) => {
        options.log.warn('the media gateway says', { text });
      }),
    notify: () => false,
    showWindow: options.showWindow,
  };
}
