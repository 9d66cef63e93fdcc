import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import koffi from 'koffi';
import { markSocket } from './dscp.ts';

const onLinux = process.platform === 'linux';
const sockets: Socket[] = [];

async function bound(type: 'udp4' | 'udp6'): Promise<Socket> {
  const socket = createSocket(type);
  sockets.push(socket);
  await new Promise<void>((resolve) => {
    socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::', resolve);
  });
  return socket;
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

test.skipIf(!onLinux)('marks a socket so that the system itself says 46 in the upper six bits', async () => {
  // Every descriptor of this process is asked, since Node does not tell which one is the socket's.
  const getsockopt = koffi
    .load('libc.so.6')
    .func('int getsockopt(int fd, int level, int name, _Out_ int *value, _Inout_ uint32_t *bytes)');
  const marked = (): number => {
    let count = 0;
    for (let fd = 3; fd < 256; fd += 1) {
      const value = [0];
      if (getsockopt(fd, 0, 1, value, [4]) === 0 && value[0] === 46 << 2) count += 1;
    }
    return count;
  };
  const socket = await bound('udp4');
  expect(marked()).toBe(0);
  expect(markSocket(socket, 46, false)).toBe(true);
  expect(marked()).toBe(1);
});

test('a closed socket, a value of 0 and a thing that is no socket are not marked, and nothing breaks', async () => {
  const socket = await bound('udp4');
  expect(markSocket(socket, 0, false)).toBe(false);
  sockets.pop();
  socket.close();
  expect(markSocket(socket, 46, false)).toBe(false);
  expect(markSocket({}, 46, false)).toBe(false);
});

test.skipIf(!onLinux)('marks a TCP connection as well', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = connect(address.port, '127.0.0.1');
  await once(client, 'connect');
  expect(markSocket(client, 24, false)).toBe(true);
  client.destroy();
  server.close();
});
