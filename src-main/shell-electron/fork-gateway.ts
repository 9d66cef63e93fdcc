import { utilityProcess } from 'electron';
import type { GatewayChannel } from '../host.ts';

/** Starts the media gateway as a utility process: Node without a window, on its own. */
export function forkGateway(entry: string, onErrorOutput: (text: string) => void): GatewayChannel {
  const child = utilityProcess.fork(entry, [], {
    serviceName: 'Parley media gateway',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    onErrorOutput(chunk.toString('utf8').slice(0, 2_000));
  });
  return {
    // Known only once it has started.
    get pid() {
      return child.pid;
    },
    post: (message) => {
      child.postMessage(message);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onExit: (listener) => {
      child.once('exit', listener);
    },
    kill: () => {
      const { pid } = child;
      if (pid === undefined) {
        child.kill();
        return;
      }
      try {
        // child.kill() asks politely; a process that hangs would not listen.
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended in this very moment.
      }
    },
  };
}
