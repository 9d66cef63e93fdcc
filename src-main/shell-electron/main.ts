import { app } from 'electron';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { AppError } from '../../src-shared/errors.ts';
import { createApp } from '../app.ts';
import { chooseLanguage, localeOf } from '../core/language.ts';
import { terminalLog } from '../core/terminal-log.ts';
import { ElectronShell } from './electron-shell.ts';
import { linkIn } from './links.ts';
import { registerWindowScheme } from './protocol.ts';

/** Everything lies beside the built main. */
const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `--name=value` of the command line, as Chromium parses it. */
function argument(name: string): string | undefined {
  const value = app.commandLine.getSwitchValue(name);
  return value === '' ? undefined : resolve(value);
}

/** Milliseconds in which a program that cannot go on may still say goodbye. */
const lostEndsWithinMs = 5_000;

// Who listened to what Parley prints may be gone; that is no fault.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const say = (words: string): void => {
  process.stderr.write(`${words}\n`);
};

// Chats, logs and archives are this user's alone, also in a folder that others may read.
process.umask(0o077);
const dataDirectory = argument('data');
if (dataDirectory !== undefined) app.setPath('userData', dataDirectory);
// All pages, also those that a bug would open.
app.enableSandbox();
// The media gateway is on this computer: WebRTC must use 127.0.0.1 even where no network card is up.
app.commandLine.appendSwitch('allow-loopback-in-peer-connection');
registerWindowScheme();

const shell = new ElectronShell({
  version: manifest.version,
  platform: process.platform,
  rendererDirectory: beside('../renderer/'),
  preload: beside('../preload/preload.cjs'),
  gatewayEntry: beside('./media-gateway.js'),
  policyFile: argument('policy'),
  seedFile: argument('seed'),
  signInFile: argument('sign-in-file'),
  target: linkIn(process.argv),
  locale: localeOf(process.env),
  log: terminalLog(say),
  createApp,
  onLost: () => {
    process.exitCode = 1;
    shell.quit();
    // Whatever hangs, a program that cannot go on must not look as if it did.
    setTimeout(() => {
      app.exit(1);
    }, lostEndsWithinMs).unref();
  },
});

let stopping: Promise<void> | undefined;
let stopped = false;

process.on('unhandledRejection', (error) => {
  shell.rejected(error);
});
process.on('uncaughtException', (error) => {
  shell.thrown(error);
});

function run(): void {
  if (!app.requestSingleInstanceLock()) {
    // The first copy was told by Electron and comes forward.
    say('Parley already runs; its window comes forward.');
    app.quit();
    return;
  }
  app.on('second-instance', (_event, argv) => {
    shell.open(linkIn(argv));
  });
  app.on('open-url', (event, url) => {
    event.preventDefault();
    shell.open(linkIn([url]));
  });
  app.on('activate', () => {
    shell.open('');
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('will-quit', (event) => {
    if (stopped) return;
    // Calls are ended and the database closed before the process goes.
    event.preventDefault();
    stopping ??= shell.stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
  app
    .whenReady()
    .then(() => {
      // After Electron's own, which would ask somebody who may not be there.
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.on(signal, () => {
          shell.quit();
        });
      }
      return chooseLanguage(process.env);
    })
    .then(() => shell.start())
    .catch((error: unknown) => {
      say(error instanceof AppError ? error.message : `Parley could not start: ${String(error)}`);
      process.exitCode = 1;
      app.quit();
    });
}

run();
