import { MessageChannelMain, app, ipcMain, powerMonitor } from 'electron';
import type { IpcMainEvent } from 'electron';
import { join } from 'node:path';
import { isClientId } from '../../src-shared/rpc/handshake.ts';
import type { AppPort } from '../app-port.ts';
import type { Logger } from '../core/log.ts';
import { consumeSignInFile } from '../core/sign-in-file.ts';
import { policyFilePath } from '../core/user-paths.ts';
import type { Host } from '../host.ts';
import { forkGateway } from './fork-gateway.ts';
import { guardNavigation } from './navigation.ts';
import { Notifications } from './notifications.ts';
import { isOwnUrl } from './origin.ts';
import { guardPermissions } from './permissions.ts';
import { portWire } from './port-wire.ts';
import { serveWindow } from './protocol.ts';
import { createSecretStore } from './secrets.ts';
import { MainWindow } from './window.ts';

export interface ElectronShellOptions {
  readonly version: string;
  readonly platform: NodeJS.Platform;
  readonly rendererDirectory: string;
  readonly preload: string;
  readonly gatewayEntry: string;
  readonly policyFile: string | undefined;
  readonly seedFile: string | undefined;
  readonly signInFile: string | undefined;
  /** A link of the command line; empty: none. */
  readonly target: string;
  readonly log: Logger;
  readonly createApp: (host: Host) => Promise<AppPort>;
}

/** The Electron shell once the program is ready: guards first, then the services, then the window. */
export class ElectronShell {
  readonly #options: ElectronShellOptions;
  readonly #window: MainWindow;
  readonly #notifications = new Notifications();
  #app: AppPort | undefined;

  constructor(options: ElectronShellOptions) {
    this.#options = options;
    this.#window = new MainWindow(options.preload, options.platform, (reason) => {
      options.log.error('the window died and is loaded again', { reason });
    });
  }

  async start(): Promise<void> {
    const { rendererDirectory, platform, log, signInFile, target } = this.#options;
    guardPermissions(platform);
    guardNavigation((address) => {
      log.warn('navigation refused', { address: address.slice(0, 200) });
    });
    serveWindow(rendererDirectory);
    const credentials = signInFile === undefined ? undefined : await consumeSignInFile(signInFile, platform);
    this.#app = await this.#options.createApp(await this.#host());
    await this.#app.start();
    ipcMain.on('parley-port-please', this.#givePort);
    this.#window.show();
    if (target !== '') this.open(target);
    // The window shows how it goes; servers may take seconds to answer.
    if (credentials !== undefined) await this.#app.signInOnce(credentials);
  }

  /** Comes forward, and goes to a link when there is one: a second start, a click on a link, the dock. */
  open(target: string): void {
    this.#window.show();
    if (target !== '') this.#app?.openTarget(target);
  }

  async stop(): Promise<void> {
    ipcMain.off('parley-port-please', this.#givePort);
    this.#window.close();
    const running = this.#app;
    this.#app = undefined;
    await running?.stop();
  }

  /** A fresh channel for the page that asks, if it is our own page in our own window. */
  readonly #givePort = (event: IpcMainEvent, clientId: unknown): void => {
    const frame = event.senderFrame;
    const own = frame?.parent === null && isOwnUrl(frame.url) && this.#window.owns(event.sender.id);
    if (!own || !isClientId(clientId) || this.#app === undefined) {
      this.#options.log.warn('a page that is not ours asked for the wire', { url: frame?.url.slice(0, 200) });
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    this.#app.attach(clientId, portWire(port1));
    event.sender.postMessage('parley-port', null, [port2]);
  };

  async #host(): Promise<Host> {
    const { version, platform, gatewayEntry, policyFile, seedFile, log } = this.#options;
    const data = app.getPath('userData');
    return {
      shell: 'electron',
      version,
      platform,
      paths: {
        data,
        logs: join(data, 'logs'),
        home: app.getPath('home'),
        documents: app.getPath('documents'),
        policyFile: policyFile ?? policyFilePath({ platform, environment: process.env }),
        seedFile,
      },
      secrets: await createSecretStore(data, platform),
      power: {
        onSleep: (listener) => powerMonitor.on('suspend', listener),
        onWake: (listener) => powerMonitor.on('resume', listener),
      },
      forkGateway: () =>
        forkGateway(gatewayEntry, (text) => {
          log.warn('the media gateway says', { text });
        }),
      notify: (notification) => this.#notifications.show(notification),
      showWindow: () => {
        this.#window.show();
      },
    };
  }
}
