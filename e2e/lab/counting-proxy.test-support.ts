import { connect as connectTcp, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ServerAddress } from '../../src-main/account/account-config.ts';

/** Passes bytes on to a server and counts how often somebody connects. */
export async function countingProxy(
  target: ServerAddress,
): Promise<{ readonly address: ServerAddress; count(): number; close(): void }> {
  let count = 0;
  const server = createServer((incoming) => {
    count += 1;
    const outgoing = connectTcp(target.port, target.host);
    incoming.pipe(outgoing).pipe(incoming);
    for (const socket of [incoming, outgoing]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: { host: '127.0.0.1', port }, count: () => count, close: () => server.close() };
}
