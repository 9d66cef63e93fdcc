import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { SrvRecord } from '../core/server-list.ts';
import { TcpTransport, findServers } from './transport.ts';

const noRecord = Object.assign(new Error('querySrv ENOTFOUND'), { code: 'ENOTFOUND' });

function resolver(records: Readonly<Record<string, readonly SrvRecord[]>>) {
  return (name: string): Promise<readonly SrvRecord[]> => {
    const found = records[name];
    return found === undefined ? Promise.reject(noRecord) : Promise.resolve(found);
  };
}

const srv = (name: string, port: number, priority: number): SrvRecord => ({ name, port, priority, weight: 0 });
const middle = (): number => 0.5;

describe('the servers of a domain', () => {
  test('stand in the order of their SRV records, those with direct TLS among them (XEP-0368)', async () => {
    const resolve = resolver({
      '_xmpp-client._tcp.example.com': [srv('a.example.com.', 5222, 10), srv('b.example.com', 5222, 30)],
      '_xmpps-client._tcp.example.com': [srv('a.example.com', 443, 20)],
    });
    expect(await findServers('example.com', false, resolve, middle)).toEqual([
      { host: 'a.example.com', port: 5222, directTls: false },
      { host: 'a.example.com', port: 443, directTls: true },
      { host: 'b.example.com', port: 5222, directTls: false },
    ]);
    expect(await findServers('example.com', true, resolve, middle)).toEqual([
      { host: 'a.example.com', port: 443, directTls: true },
    ]);
  });

  test('are the domain itself when there are no records (RFC 6120 section 3.2.2)', async () => {
    expect(await findServers('example.com', false, resolver({}), middle)).toEqual([
      { host: 'example.com', port: 5222, directTls: false },
    ]);
    expect(await findServers('example.com', true, resolver({}), middle)).toEqual([
      { host: 'example.com', port: 5223, directTls: true },
    ]);
  });

  test('are none when the domain says so', async () => {
    const resolve = resolver({ '_xmpp-client._tcp.example.com': [srv('.', 0, 0)] });
    await expect(findServers('example.com', false, resolve, middle)).rejects.toMatchObject({ advice: 'never' });
  });

  test('are asked for again later when the name service does not answer', async () => {
    const broken = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('queryServfail'), { code: 'ESERVFAIL' }));
    await expect(findServers('example.com', false, broken, middle)).rejects.toMatchObject({ advice: 'later' });
  });
});

describe('an attempt that is given up', () => {
  const attempt = async (aborts: 'before' | 'after'): Promise<string> => {
    const heard = Promise.withResolvers<string>();
    const server = createServer((peer: Socket) => {
      let text = '';
      peer.setEncoding('utf8').on('data', (data: string) => (text += data));
      peer.on('close', () => {
        heard.resolve(text);
      });
      peer.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const abort = new AbortController();
    const transport = new TcpTransport({ extraCa: [], useSystemStore: false });
    try {
      if (aborts === 'before') abort.abort();
      const socket = await transport.connect({ host: '127.0.0.1', port }, abort.signal);
      abort.abort();
      socket.end('</stream:stream>');
      return await heard.promise;
    } finally {
      server.close();
    }
  };

  test('before the socket is open ends it', async () => {
    await expect(attempt('before')).rejects.toThrow();
  });

  test('once it is open leaves it to whoever says goodbye on it', async () => {
    expect(await attempt('after')).toBe('</stream:stream>');
  });
});
