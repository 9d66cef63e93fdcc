import { MessageChannelMain, app, clipboard, ipcMain, nativeTheme, powerMonitor, shell } from 'electron';
import type { IpcMainEvent, WebContents } from 'electron';
import { join } from 'node:path';
import { isClientId } from '../../src-shared/rpc/handshake.ts';
import { t } from '../../src-shared/words.ts';
import type { CreateApp } from '../app-port.ts';
import { AppRunner } from '../app-runner.ts';
import { systemClock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { consumeSignInFile } from '../core/sign-in-file.ts';
import { policyFilePath } from '../core/user-paths.ts';
import type { DesktopListener, Host } from '../host.ts';
import { closedWords, endsCall, isFirstTime, toldOfClosingFile } from './closing.ts';
import { Badge } from './badge.ts';
import { openLinks } from './default-links.ts';
import { forkGateway } from './fork-gateway.ts';
import { GlobalKeys } from './global-keys.ts';
import { IncomingWindow } from './incoming-window.ts';
import { giveContextMenu, showProgramMenu } from './menus.ts';
import { guardNavigation } from './navigation.ts';
import { Notifications } from './notifications.ts';
import { isOwnUrl } from './origin.ts';
import { guardPermissions } from './permissions.ts';
import { portWire } from './port-wire.ts';
import { serveWindow } from './protocol.ts';
import { createSecretStore } from './secrets.ts';
import { StatusTray } from './status-tray.ts';
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
  /** What the windows are to speak; undefined: as ever. */
  readonly locale?: string | undefined;
  readonly log: Logger;
  readonly createApp: CreateApp;
  /** The program cannot go on; the process has to end. */
  readonly onLost: () => void;
}

/** The Electron shell once the program is ready: guards first, then the services, then the window. */
export class ElectronShell {
  readonly #options: ElectronShellOptions;
  readonly #window: MainWindow;
  readonly #incoming: IncomingWindow;
  readonly #badge: Badge;
  readonly #notifications = new Notifications();
  readonly #tray = new StatusTray({
    open: () => {
      this.open('');
    },
    quit: () => {
      app.quit();
    },
    choosePresence: (state) => this.#listener?.presence(state),
  });
  readonly #keys = new GlobalKeys({
    pressed: (name) => this.#listener?.key(name),
    refused: (name, combination) => {
      this.#options.log.warn('another program holds a key', { name, combination });
    },
  });
  readonly #runner: AppRunner;
  /** The pages that have a wire, by the name that each gave itself. */
  readonly #pages = new Map<string, WebContents>();
  #stopping = false;
  /** The program ends: its windows close for good. */
  #quitting = false;
  #inCall = false;
  #isAsking = false;
  /** The end is meant: nobody is asked any more. */
  #unasked = false;
  #listener: DesktopListener | undefined;
  #incomingWanted = false;

  constructor(options: ElectronShellOptions) {
    this.#options = options;
    const { preload, platform, log } = options;
    const onGone = (reason: string): void => {
      log.error('a window died and is loaded again', { reason });
    };
    this.#window = new MainWindow({
      preload,
      platform,
      locale: options.locale,
      onGone,
      onFocus: () => {
        this.#updateIncoming();
      },
      staysWhenClosed: () => !this.#quitting,
      onHidden: () => {
        this.#windowHidden();
      },
      onClosed: () => {
        this.#mainWindowClosed();
      },
    });
    this.#incoming = new IncomingWindow({ preload, platform, locale: options.locale, onGone });
    this.#runner = new AppRunner({
      build: async (notices) => options.createApp(await this.#host(), notices),
      clock: systemClock,
      log,
      renewed: () => {
        log.warn('the program had a fault of its own and began anew');
        // The old wires are closed, and a page cannot ask for another one by itself.
        for (const [clientId, page] of this.#pages) if (!page.isDestroyed()) this.#connect(clientId, page);
      },
      lost: (why) => {
        log.error('the program had a fault of its own and ends', { why });
        options.onLost();
      },
    });
    this.#badge = new Badge({
      platform,
      overlay: (image, words) => {
        this.#window.overlay(image, words);
      },
    });
  }

  async start(): Promise<void> {
    const { rendererDirectory, platform, log, signInFile, target } = this.#options;
    guardPermissions(platform);
    guardNavigation((address) => {
      log.warn('navigation refused', { address: address.slice(0, 200) });
    });
    app.on('web-contents-created', (_event, contents) => {
      giveContextMenu(contents);
    });
    showProgramMenu(platform, () => {
      app.quit();
    });
    serveWindow(rendererDirectory);
    app.on('before-quit', this.#beforeQuit);
    powerMonitor.on('shutdown', this.#systemEnds);
    const credentials = signInFile === undefined ? undefined : await consumeSignInFile(signInFile, platform);
    await this.#runner.start();
    ipcMain.on('parley-port-please', this.#givePort);
    ipcMain.on('parley-incoming-height', this.#fitIncoming);
    ipcMain.on('parley-incoming-typing', this.#typeIncoming);
    this.#window.show();
    if (target !== '') this.open(target);
    // The window shows how it goes; servers may take seconds to answer.
    if (credentials !== undefined) await this.#runner.signInOnce(credentials);
  }

  /** Comes forward, and goes to a link when there is one: a second start, a click on a link, the dock. */
  open(target: string): void {
    this.#window.show();
    if (target !== '') this.#runner.openTarget(target);
  }

  /** A promise was rejected and nobody looked after it: logged, and all goes on. */
  rejected(error: unknown): void {
    this.#runner.rejected(error);
  }

  /** Code threw where nobody catches: the program begins anew; before it stands there is nothing to go on with. */
  thrown(error: unknown): void {
    this.#runner.thrown(error);
    if (!this.#runner.isUp && !this.#stopping) this.#options.onLost();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#quitting = true;
    app.off('before-quit', this.#beforeQuit);
    powerMonitor.off('shutdown', this.#systemEnds);
    ipcMain.off('parley-port-please', this.#givePort);
    ipcMain.off('parley-incoming-height', this.#fitIncoming);
    ipcMain.off('parley-incoming-typing', this.#typeIncoming);
    this.#keys.close();
    this.#tray.close();
    this.#incoming.close();
    this.#window.close();
    this.#pages.clear();
    await this.#runner.stop();
  }

  /** Ends the program whatever goes on: a signal, or a program that cannot go on. */
  quit(): void {
    this.#unasked = true;
    app.quit();
  }

  /** Whichever way the person ends the program (our menus, the Dock): where that would end a call, they are asked. */
  readonly #beforeQuit = (event: Pick<Event, 'preventDefault'>): void => {
    if (this.#inCall && !this.#unasked) {
      event.preventDefault();
      this.#askAndQuit();
      return;
    }
    this.#quitting = true;
  };

  #askAndQuit(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void endsCall()
      .catch((error: unknown) => {
        this.#options.log.warn('nobody could be asked', { error });
        return true;
      })
      .then((isMeant) => {
        this.#isAsking = false;
        if (isMeant) this.quit();
      });
  }

  /** The computer shuts down: who chose that was asked by the system. */
  readonly #systemEnds = (): void => {
    this.#unasked = true;
  };

  /** The first time it is said that this is not the end. */
  #windowHidden(): void {
    if (!isFirstTime(join(app.getPath('userData'), toldOfClosingFile))) return;
    const { platform } = this.#options;
    this.#notifications.show({
      title: t('Parley goes on running'),
      body: closedWords(platform),
      tag: 'closed',
      onClick: () => {
        this.open('');
      },
    });
  }

  /** A fresh channel for the page that asks, if it is our own page in one of our own windows. */
  readonly #givePort = (event: IpcMainEvent, clientId: unknown): void => {
    const ours = this.#window.owns(event.sender.id) || this.#incoming.owns(event.sender.id);
    if (!ours || !isOwnPage(event) || !isClientId(clientId) || !this.#runner.isUp) {
      const url = event.senderFrame?.url.slice(0, 200);
      this.#options.log.warn('a page that is not ours asked for the wire', { url });
      return;
    }
    this.#pages.set(clientId, event.sender);
    this.#connect(clientId, event.sender);
  };

  #connect(clientId: string, page: WebContents): void {
    const { port1, port2 } = new MessageChannelMain();
    this.#runner.attach(clientId, portWire(port1));
    page.postMessage('parley-port', null, [port2]);
  }

  /** The page of incoming calls tells how high it is drawn. */
  readonly #fitIncoming = (event: IpcMainEvent, height: unknown): void => {
    if (typeof height === 'number' && this.#incoming.owns(event.sender.id) && isOwnPage(event))
      this.#incoming.fit(height);
  };

  /** The person clicked into a text field of the window that takes no focus. */
  readonly #typeIncoming = (event: IpcMainEvent): void => {
    if (this.#incoming.owns(event.sender.id) && isOwnPage(event)) this.#incoming.takeKeyboard();
  };

  /** Who looks at the window sees the banner there. */
  #updateIncoming(): void {
    // Its microphone answers the call, and its speakers ring, also where only the icon in the dock is left of it.
    if (this.#incomingWanted && !this.#stopping) this.#window.prepare();
    this.#incoming.show(this.#incomingWanted && !this.#window.focused);
  }

  #mainWindowClosed(): void {
    if (this.#options.platform === 'darwin') {
      this.#updateIncoming();
      return;
    }
    // The program ends with its window: nothing may be left that keeps it.
    this.#incomingWanted = false;
    this.#incoming.close();
  }

  async #host(): Promise<Host> {
    const { version, platform, gatewayEntry, policyFile, seedFile, log } = this.#options;
    const data = app.getPath('userData');
    // Those of a program that ended.
    for (const name of ['suspend', 'resume', 'lock-screen', 'unlock-screen']) powerMonitor.removeAllListeners(name);
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
        onLock: (listener) => powerMonitor.on('lock-screen', listener),
        onUnlock: (listener) => powerMonitor.on('unlock-screen', listener),
      },
      forkGateway: () =>
        forkGateway(gatewayEntry, (text) => {
          log.warn('the media gateway says', { text });
        }),
      showStatus: (status) => {
        this.#inCall = status.inCall;
        // Somebody may have stopped the computer from shutting down: the next call is asked about again.
        if (!status.inCall) this.#unasked = false;
        this.#tray.show(status);
        this.#badge.show(status);
      },
      notify: (notification) => this.#notifications.show(notification),
      showWindow: () => {
        this.#window.show();
      },
      openLinks,
      chooseFolder: (beginAt) => this.#window.chooseFolder(beginAt),
      showFile: (path) => {
        shell.showItemInFolder(path);
      },
      desktop: {
        showIncoming: (wanted) => {
          this.#incomingWanted = wanted;
          this.#updateIncoming();
        },
        setTheme: (theme) => {
          // Tells the windows, whose caption buttons and backgrounds follow it.
          nativeTheme.themeSource = theme;
        },
        setKeys: (keys) => {
          this.#keys.set(keys);
        },
        takenKeys: (keys) => this.#keys.taken(keys),
        clipboardText: () => clipboard.readText(),
        listen: (listener) => {
          this.#listener = listener;
        },
      },
    };
  }
}

/** Our own page itself, not a frame inside it or another page. */
function isOwnPage({ senderFrame }: IpcMainEvent): boolean {
  return senderFrame?.parent === null && isOwnUrl(senderFrame.url);
}
