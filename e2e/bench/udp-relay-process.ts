/**
 * The least that any relay in Node does: a datagram that comes to one port leaves from another. The gateway is compared
 * with it in the same run. Its argument is the number of port pairs; it sends its parent `[near, far][]` and goes on
 * until the parent is gone.
 *
 *   near peer <--> [near port, far port] <--> far peer      a peer is where the last datagram came from
 */
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';

function bind(): Promise<Socket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      resolve(socket);
    });
  });
}

/** Sends what comes to `from` out of `to`, to whoever was heard there. */
function relay(from: Socket, to: Socket, peers: Map<Socket, number>): void {
  from.on('message', (packet, sender) => {
    peers.set(from, sender.port);
    const port = peers.get(to);
    if (port !== undefined) to.send(packet, port, '127.0.0.1');
  });
}

const sockets: Socket[] = [];
const ports: (readonly [number, number])[] = [];
for (let pair = 0; pair < Number(process.argv[2]); pair += 1) {
  const near = await bind();
  const far = await bind();
  const peers = new Map<Socket, number>();
  relay(near, far, peers);
  relay(far, near, peers);
  sockets.push(near, far);
  ports.push([near.address().port, far.address().port]);
}
process.once('disconnect', () => {
  for (const socket of sockets) socket.close();
});
process.send?.(ports);
