import { expect, test } from 'vitest';
import { createConnector } from './connect.ts';

/** As much of a window as the connector looks at, in the Electron shell. */
function pageWithPorts() {
  const stored = new Map<string, string>();
  const listeners: ((event: unknown) => void)[] = [];
  const page = {
    parley: { platform: 'linux' },
    sessionStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
    },
    addEventListener: (_name: string, listener: (event: unknown) => void) => listeners.push(listener),
  };
  return {
    page: page as unknown as Window,
    /** What the preload does. */
    post: (port: MessagePort) => {
      for (const listener of listeners) listener({ source: page, data: 'parley-port', ports: [port] });
    },
  };
}

test('a second port ends the wire to the program before, and the next attempt takes it', async () => {
  const { page, post } = pageWithPorts();
  const { connect } = createConnector(page);
  const [first, second] = [new MessageChannel(), new MessageChannel()];
  const connecting = connect();
  post(first.port1);
  const wire = await connecting;
  let ended = 0;
  wire.onClose(() => (ended += 1));
  post(second.port1);
  expect(ended).toBe(1);
  const heard = new Promise((resolve) => {
    second.port2.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      resolve(data);
    });
    second.port2.start();
  });
  const next = await connect();
  next.send('to the one that began anew');
  expect(await heard).toBe('to the one that began anew');
  next.close();
  second.port2.close();
  first.port2.close();
});
