import type { MessagePortMain } from 'electron';
import type { Wire } from '../../src-shared/rpc/wire.ts';

/** The service's end of a window's MessagePort. */
export function portWire(port: MessagePortMain): Wire {
  const onClose: (() => void)[] = [];
  let closed = false;
  const ended = (): void => {
    if (closed) return;
    closed = true;
    for (const listener of onClose.splice(0)) listener();
  };
  port.on('close', ended);
  return {
    send: (message) => {
      if (!closed) port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', ({ data }: { readonly data: unknown }) => {
        if (!closed && typeof data === 'string') listener(data);
      });
      port.start();
    },
    onClose: (listener) => {
      if (closed) listener();
      else onClose.push(listener);
    },
    close: () => {
      port.close();
      ended();
    },
  };
}
