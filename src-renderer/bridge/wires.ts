import type { Wire } from '../../src-shared/rpc/wire.ts';

/** The wire over a MessagePort, as the Electron shell hands one to its window. */
export function portWire(port: MessagePort): Wire {
  let onClose: (() => void) | undefined;
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    port.close();
    onClose?.();
  };
  // 'close' is sent by Chromium when the other end goes away.
  port.addEventListener('close', close);
  return {
    send(message) {
      port.postMessage(message);
    },
    onMessage(listener) {
      port.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (typeof event.data === 'string') listener(event.data);
      });
      port.start();
    },
    onClose(listener) {
      onClose = listener;
    },
    close,
  };
}

/** The wire over an open WebSocket. */
export function socketWire(socket: WebSocket): Wire {
  return {
    send(message) {
      // A closing socket throws nothing and delivers nothing; the close event tells the client.
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
    onMessage(listener) {
      socket.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (typeof event.data === 'string') listener(event.data);
      });
    },
    onClose(listener) {
      socket.addEventListener('close', listener, { once: true });
    },
    close() {
      socket.close();
    },
  };
}
