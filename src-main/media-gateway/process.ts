/**
 * Entry point of the media gateway process. Runs under Node's `fork` and under Electron's
 * `utilityProcess.fork`; the two differ only in how they speak to the parent.
 */
import * as nodeDataChannel from 'node-datachannel';
import { systemClock } from '../core/clock.ts';
import { chooseLanguage } from '../core/language.ts';
import { gatewayLimits } from './gateway-limits.ts';
import { GatewayProcess, type ParentPort } from './gateway-process.ts';
import { takePrecedence } from './precedence.ts';

/** Electron's `process.parentPort`, as far as it is used; its types would pull Electron into this room. */
interface ElectronParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  start(): void;
}

function isElectronParentPort(value: unknown): value is ElectronParentPort {
  return typeof value === 'object' && value !== null && 'postMessage' in value && 'on' in value;
}

/** The wire to the parent; `onGone` is called when the parent is no longer there. */
function findParent(onGone: () => void): ParentPort {
  const electronPort: unknown = Reflect.get(process, 'parentPort');
  if (isElectronParentPort(electronPort)) {
    electronPort.on('close', onGone);
    return {
      post: (message) => {
        electronPort.postMessage(message);
      },
      onMessage: (listener) => {
        electronPort.on('message', (event) => {
          listener(event.data);
        });
        electronPort.start();
      },
      // A utility process has no way to give its port back; the native module is at rest by now.
      close: () => {
        process.exit(0);
      },
    };
  }
  process.once('disconnect', onGone);
  return {
    post: (message) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage: (listener) => {
      process.on('message', listener);
    },
    close: () => {
      process.off('disconnect', onGone);
      if (process.connected) process.disconnect();
      // Node keeps listening for messages on a closed channel otherwise.
      process.removeAllListeners('message');
    },
  };
}

const gateway = new GatewayProcess({
  port: findParent(() => {
    end();
  }),
  native: nodeDataChannel,
  clock: systemClock,
  monotonicMs: () => performance.now(),
  usage: () => {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1_000, residentBytes: process.memoryUsage.rss() };
  },
});

/** Closes everything; if something still holds the process, it is ended hard, which no native module can stop. */
function end(): void {
  setTimeout(() => {
    process.kill(process.pid, 'SIGKILL');
  }, gatewayLimits.stopGraceMs).unref();
  void gateway.stop();
}

// A forgotten rejection is one step that did not happen: told, and the sound goes on.
process.on('unhandledRejection', (error) => {
  gateway.unexpected('rejection', error);
});
// What threw was left half-way, between sockets and native objects. The service process starts another one and offers
// the calls anew, which takes less than finding out what is still sound.
process.on('uncaughtException', (error) => {
  gateway.unexpected('exception', error);
  setTimeout(() => {
    process.kill(process.pid, 'SIGKILL');
  }, gatewayLimits.lastWordMs);
});

// The parent decides when calls end: Ctrl-C in a terminal reaches the whole group, and the parent says goodbye first.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', end);

takePrecedence();
await chooseLanguage(process.env);
gateway.start();
