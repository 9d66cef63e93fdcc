import { fork } from 'node:child_process';
import type { GatewayChannel } from '../host.ts';

/** What is kept of what the process writes to its error stream, for the log when it dies. */
const errorTailCharacters = 2_000;

/**
 * Starts the gateway process under plain Node. `entryPath` is `process.ts` (type stripping) or
 * the bundled file; `onErrorOutput` gets what the native module prints.
 */
export function forkGatewayInNode(entryPath: string, onErrorOutput: (text: string) => void): GatewayChannel {
  const child = fork(entryPath, [], {
    execArgv: [],
    // What belongs to the window's or test's Node must not reach the child.
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    onErrorOutput(text.slice(0, errorTailCharacters));
  });
  // A process that cannot be started tells so here; `exit` does not come then.
  let exited = false;
  const exitListeners: ((code: number | null) => void)[] = [];
  const ended = (code: number | null): void => {
    if (exited) return;
    exited = true;
    for (const listener of exitListeners) listener(code);
  };
  child.once('error', () => {
    ended(null);
  });
  child.once('exit', ended);
  return {
    pid: child.pid,
    post: (message) => {
      // A message to a process that just died is lost, and its exit tells why.
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onExit: (listener) => {
      exitListeners.push(listener);
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
