import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { AppError } from '../../src-shared/errors.ts';
import { systemClock } from '../core/clock.ts';
import { chooseLanguage } from '../core/language.ts';
import { userDataDirectory } from '../core/user-paths.ts';
import { lastingArguments, parseArguments, usage } from './arguments.ts';
import { BrowserShell } from './browser-shell.ts';
import { findChromium } from './chromium.ts';
import { gatewayEntry } from './gateway-entry.ts';
import { terminalLog } from '../core/terminal-log.ts';

/** Where the built window lies: beside the built main, or in `out` when main runs from source. */
function rendererDirectory(): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(fromSource ? '../../out/renderer/' : '../renderer/', import.meta.url));
}

/** Milliseconds in which a program that cannot go on may still say goodbye. */
const lostEndsWithinMs = 5_000;

// Who listened to what Parley prints may be gone; that is no fault.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const say = (words: string): void => {
  process.stderr.write(`${words}\n`);
};

async function run(): Promise<void> {
  // Chats, logs and archives are this user's alone, also in a folder that others may read.
  process.umask(0o077);
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  const { platform, env: environment } = process;
  if (!existsSync(rendererDirectory())) throw new AppError('invalid', 'The window is not built. Run: npm run build');
  const chromium = options.window ? (options.chromium ?? findChromium(platform, environment['PATH'] ?? '')) : undefined;
  if (options.chromium !== undefined && !existsSync(options.chromium))
    throw new AppError('invalid', `There is no ${options.chromium}.`);

  let stopping = false;
  const shell = new BrowserShell({
    version: manifest.version,
    dataDirectory: options.dataDirectory ?? userDataDirectory({ platform, environment, home: homedir() }),
    port: options.port,
    policyFile: options.policyFile,
    seedFile: options.seedFile,
    signInFile: options.signInFile,
    chromium,
    target: options.target ?? '',
    rendererDirectory: rendererDirectory(),
    gatewayEntry: gatewayEntry(import.meta.url),
    command: [process.execPath, fileURLToPath(import.meta.url), ...lastingArguments(options)],
    icon: fileURLToPath(new URL('../../assets/icon.png', import.meta.url)),
    locale: await chooseLanguage(environment),
    asRoot: process.getuid?.() === 0,
    clock: systemClock,
    log: terminalLog(say),
    createApp: async (host, notices) => {
      // The large part of the program; what Node compiled of it last time is kept.
      enableCompileCache(join(host.paths.data, 'code-cache'));
      const { createApp } = await import('../app.ts');
      return createApp(host, notices);
    },
    say,
    onWindowClosed: () => {
      end();
    },
    onLost: () => {
      process.exitCode = 1;
      end();
      // Whatever hangs, a process that cannot go on must not look as if it did.
      setTimeout(() => process.exit(), lostEndsWithinMs).unref();
    },
  });
  const end = (): void => {
    // A second Ctrl-C does not wait.
    if (stopping) process.exit(1);
    stopping = true;
    // Everything is saved and said by then; timers of finished SIP transactions would hold the process for 32 s more.
    void shell.stop().finally(() => process.exit());
  };
  process.on('unhandledRejection', (error) => {
    shell.rejected(error);
  });
  process.on('uncaughtException', (error) => {
    shell.thrown(error);
  });
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);

  const result = await shell.start();
  if (result.outcome === 'alreadyRunning') {
    const { copy } = result;
    say(`Parley already runs with this data directory (process ${copy.pid}); its window was asked to come forward.`);
    if (options.json)
      process.stdout.write(`${JSON.stringify({ ready: false, alreadyRunning: true, pid: copy.pid, url: copy.url })}\n`);
    process.exitCode = 0;
    // Listeners for signals keep nothing alive; nothing else was started.
    return;
  }
  const { url, launchFile } = result;
  if (options.json) process.stdout.write(`${JSON.stringify({ ready: true, url, launchFile, pid: process.pid })}\n`);
  else if (chromium === undefined)
    say(`Parley is ready at ${url}. Open ${launchFile} in Chromium, Chrome or Edge to come in.`);
  else say(`Parley is ready at ${url}. Ctrl-C ends it.`);
  if (options.window && chromium === undefined)
    say('No Chromium, Chrome or Edge was found; --chromium PATH names one.');
}

run().catch((error: unknown) => {
  say(error instanceof AppError ? error.message : `Parley could not start: ${String(error)}`);
  process.exitCode = 1;
});
