import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GatewayChannel } from '../host.ts';

/** The gateway's entry beside ours: built, or its source when we run from source. */
export function gatewayEntry(ownUrl: string): string {
  const fromSource = ownUrl.endsWith('.ts');
  return fileURLToPath(new URL(fromSource ? '../media-gateway/process.ts' : './media-gateway.js', ownUrl));
}

/** Starts the media gateway as a Node process of its own, with structured clone between the two. */
export function forkGateway(entry: string): GatewayChannel {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Ctrl-C at the terminal is ours to handle: the gateway ends after the calls that it carries.
    detached: process.platform !== 'win32',
  });
  // A channel that broke is told by `exit`; without a listener the error would end this process.
  child.on('error', () => undefined);
  return {
    pid: child.pid,
    post: (message) => {
      // Serializable is not in Node's types for structured clone; the gateway's protocol holds clonable data only.
      if (child.connected) child.send(message as Parameters<typeof child.send>[0]);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onExit: (listener) => {
      child.once('exit', listener);
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
