import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import koffi from 'koffi';
import { WebSocketServer } from 'ws';
import type { PhoneConfig, SipTransportKind, TrustConfig } from '../account/account-config.ts';
import { wireFailure } from './connect-failures.ts';
import { makeWire } from './make-wire.ts';
import type { Wire } from './wire.ts';

const message = 'MESSAGE sip:b@h SIP/2.0\r\nContent-Length: 2\r\n\r\nhi';
const undo: (() => unknown)[] = [];
let certificate = { key: '', cert: '' };

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'parley-wires-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=sip.example.com', '-addext', 'subjectAltName=DNS:sip.example.com'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      .concat(subject)
      .concat(['-keyout', key, '-out', cert]),
    { stdio: 'ignore' },
  );
  certificate = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(directory, { recursive: true });
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface Heard {
  readonly messages: string[];
  pongs: number;
  readonly dropped: string[];
  readonly closed: Error[];
}

async function open(wire: Wire): Promise<Heard> {
  const heard: Heard = { messages: [], pongs: 0, dropped: [], closed: [] };
  undo.push(() => wire.close());
  const local = await wire.open({
    message: (text) => heard.messages.push(text),
    pong: () => (heard.pongs += 1),
    dropped: (why) => heard.dropped.push(why),
    closed: (error) => heard.closed.push(error),
  });
  expect(local.address).toBe('127.0.0.1');
  expect(local.port).toBeGreaterThan(0);
  return heard;
}

function wireTo(port: number, transport: SipTransportKind, tlsName = '', trust: Partial<TrustConfig> = {}): Wire {
  const config: PhoneConfig = {
    aor: 'sip:alice@example.com',
    displayName: '',
    authUser: 'alice',
    transport,
    servers: [{ host: '127.0.0.1', port }],
    registerExpiresS: 600,
    mediaEncryption: 'never',
    dscpSignalling: 24,
    addressFamily: 'both',
    keepAlive: 'usual',
    digits: 'auto',
    iceServers: [],
    relayOnly: false,
    ...(tlsName === '' ? {} : { tlsName }),
  };
  const trusted = { extraCa: [], useSystemStore: false, ...trust };
  return makeWire(config, trusted, { host: '127.0.0.1', port });
}

async function udpServer(): Promise<{ socket: UdpSocket; port: number; got: string[] }> {
  const socket = createSocket('udp4');
  const got: string[] = [];
  socket.on('message', (datagram, from) => {
    got.push(datagram.toString());
    socket.send(message, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  undo.push(() => {
    socket.close();
  });
  return { socket, port: socket.address().port, got };
}

async function streamServer(secure: boolean, onSocket: (socket: Socket) => void): Promise<number> {
  const server = secure ? createTlsServer(certificate, onSocket) : createTcpServer(onSocket);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers everything that comes with one message. */
function echo(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.on('data', () => socket.write(message));
}

async function failureOf(wire: Wire) {
  undo.push(() => wire.close());
  try {
    await wire.open({
      message: () => undefined,
      pong: () => undefined,
      dropped: () => undefined,
      closed: () => undefined,
    });
  } catch (error) {
    return wireFailure(error, 'sip.example.com');
  }
  throw new Error('the wire opened');
}

describe('UDP', () => {
  test('carries messages and lives through the refusal of a datagram', async () => {
    const server = await udpServer();
    const heard = await open(wireTo(server.port, 'udp'));
    const wire = wireTo(server.port, 'udp');
    const other = await open(wire);
    await wire.send(message);
    await vi.waitFor(() => {
      expect(other.messages).toEqual([message]);
    });
    expect(heard.messages).toEqual([]);

    const gone = createSocket('udp4');
    await new Promise<void>((resolve) => gone.bind(0, '127.0.0.1', resolve));
    const { port } = gone.address();
    await new Promise<void>((resolve) => gone.close(resolve));
    const refused = wireTo(port, 'udp');
    const told = await open(refused);
    await refused.send(message);
    await vi.waitFor(() => {
      expect(told.dropped).toContain('ECONNREFUSED');
    });
    expect(told.closed).toEqual([]);
    await refused.send(message);
  });

  test('takes keep-alives for no messages', async () => {
    const server = await udpServer();
    const wire = wireTo(server.port, 'udp');
    const heard = await open(wire);
    server.socket.removeAllListeners('message').on('message', (_datagram, from) => {
      server.socket.send('\r\n\r\n', from.port, from.address);
      server.socket.send(message, from.port, from.address);
    });
    await wire.send(message);
    await vi.waitFor(() => {
      expect(heard.messages).toEqual([message]);
    });
  });
});

describe.each(['tcp', 'tls'] as const)('%s', (transport) => {
  const secure = transport === 'tls';
  const wireOf = (port: number): Wire => wireTo(port, transport, 'sip.example.com', { extraCa: [certificate.cert] });

  test('carries messages and tells when the server goes', async () => {
    let socket: Socket | undefined;
    const port = await streamServer(secure, (accepted) => {
      socket = accepted;
      echo(accepted);
    });
    const wire = wireOf(port);
    const heard = await open(wire);
    await wire.send(message);
    await vi.waitFor(() => {
      expect(heard.messages).toEqual([message]);
    });
    socket?.destroy();
    await vi.waitFor(() => {
      expect(heard.closed).toHaveLength(1);
    });
  });

  test('answers a ping of the server, and tells its pong (RFC 5626)', async () => {
    let got = '';
    const port = await streamServer(secure, (accepted) => {
      accepted.on('error', () => undefined);
      accepted.on('data', (chunk) => {
        got += chunk.toString();
        if (chunk.toString() === '\r\n\r\n') accepted.write('\r\n');
      });
      accepted.write('\r\n\r\n');
    });
    const wire = wireOf(port);
    const heard = await open(wire);
    await vi.waitFor(() => {
      expect(got).toBe('\r\n');
    });
    wire.ping?.();
    await vi.waitFor(() => {
      expect(heard.pongs).toBe(1);
    });
  });

  test('closes a connection that carries no SIP', async () => {
    const port = await streamServer(secure, (accepted) => {
      accepted.on('error', () => undefined);
      accepted.write('HTTP/1.1 400 Bad Request\r\nContent-Length: -4\r\n\r\n');
    });
    const heard = await open(wireOf(port));
    await vi.waitFor(() => {
      expect(heard.closed[0]?.message).toContain('no SIP');
    });
    expect(heard.dropped).toEqual(['bad Content-Length']);
  });

  test('tells nothing after it was closed', async () => {
    const port = await streamServer(secure, echo);
    const wire = wireOf(port);
    const heard = await open(wire);
    await wire.close();
    expect(heard.closed).toEqual([]);
    await expect(wire.send(message)).rejects.toThrow('closed');
  });
});

describe('the packets of every wire', () => {
  test.skipIf(process.platform !== 'linux')('carry CS3 (24), as the system itself says', async () => {
    const udp = await udpServer();
    const tcpPort = await streamServer(false, echo);
    const tlsPort = await streamServer(true, echo);
    const webSockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    undo.push(() => {
      for (const client of webSockets.clients) client.terminate();
      webSockets.close();
    });
    await new Promise<void>((resolve) => {
      webSockets.once('listening', resolve);
    });
    const believed = { extraCa: [certificate.cert] };
    const before = marked(24);
    await open(wireTo(udp.port, 'udp'));
    await open(wireTo(tcpPort, 'tcp'));
    await open(wireTo(tlsPort, 'tls', 'sip.example.com', believed));
    await open(wireTo((webSockets.address() as AddressInfo).port, 'ws'));
    expect(marked(24) - before).toBe(4);
  });
});

/** How many sockets of this process the system marks with this DSCP value. Node does not tell which descriptor is whose. */
function marked(dscp: number): number {
  const getsockopt = koffi
    .load('libc.so.6')
    .func('int getsockopt(int fd, int level, int name, _Out_ int *value, _Inout_ uint32_t *bytes)');
  let count = 0;
  for (let fd = 3; fd < 512; fd += 1) {
    const value = [0];
    if (getsockopt(fd, 0, 1, value, [4]) === 0 && value[0] === dscp << 2) count += 1;
  }
  return count;
}

describe('the certificate', () => {
  test.each(['tls', 'wss'] as const)(
    'of an unknown authority or for another name ends %s for good, in words',
    async (transport) => {
      const port = await streamServer(true, echo);
      const unknown = await failureOf(wireTo(port, transport, 'sip.example.com'));
      expect(unknown.advice).toBe('never');
      expect(unknown.message).toMatch(/authority this computer does not know.*Calls are off/);
      const wrongName = await failureOf(wireTo(port, transport, 'other.example.com', { extraCa: [certificate.cert] }));
      expect(wrongName.advice).toBe('never');
      expect(wrongName.message).toMatch(/another name/);
    },
  );
});

describe('a server that is not there', () => {
  test.each(['tcp', 'tls', 'ws', 'wss'] as const)('over %s is tried again later', async (transport) => {
    const port = await streamServer(false, echo);
    for (const step of undo.splice(0)) await step();
    const failure = await failureOf(wireTo(port, transport));
    expect(failure.advice).toBe('later');
    expect(failure.detail).toContain('ECONNREFUSED');
  });
});

describe('WebSocket', () => {
  test('speaks the sip subprotocol (RFC 7118) and puts one message in a frame', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    undo.push(() => {
      server.close();
    });
    await new Promise<void>((resolve) => {
      server.once('listening', resolve);
    });
    const protocols: string[] = [];
    server.on('connection', (socket) => {
      protocols.push(socket.protocol);
      socket.on('message', () => {
        socket.send(message);
        socket.send('\r\n');
        socket.send(Buffer.from(message));
      });
    });
    const wire = wireTo((server.address() as AddressInfo).port, 'ws');
    const heard = await open(wire);
    await wire.send(message);
    await vi.waitFor(() => {
      expect(heard.messages).toEqual([message, message]);
    });
    expect(protocols).toEqual(['sip']);
    for (const client of server.clients) client.terminate();
    await vi.waitFor(() => {
      expect(heard.closed).toHaveLength(1);
    });
  });
});
