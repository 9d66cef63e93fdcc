import { beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import type { PhoneConfig, ServerAddress } from '../account/account-config.ts';
import type { NameService } from '../core/name-service.ts';
import type { SrvRecord } from '../core/server-list.ts';
import { fakePhoneConfig } from './fake-phone.test-support.ts';
import { findServers, inOrder } from './find-servers.ts';
import { signallingLimits } from './signalling-limits.ts';

let clock: TestClock;
let srv: Record<string, readonly SrvRecord[]>;
let addresses: Record<string, readonly string[]>;

beforeEach(() => {
  clock = new TestClock();
  srv = {};
  addresses = {};
});

const none = (): Promise<never> => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
const names: NameService = {
  srv: (name) => (srv[name] === undefined ? none() : Promise.resolve(srv[name])),
  naptr: none,
  addresses: (host) => (addresses[host] === undefined ? none() : Promise.resolve(addresses[host])),
};

function find(config: Partial<PhoneConfig>, by: NameService | undefined = names): Promise<readonly ServerAddress[]> {
  return findServers({ ...fakePhoneConfig('alice', 'tcp'), ...config }, by, () => 0.5, clock);
}

describe('the servers of an account (RFC 3263)', () => {
  test('are the targets of SRV by priority, each with all its addresses', async () => {
    srv['_sip._tcp.example.com'] = [
      { priority: 20, weight: 0, name: 'two.example.com', port: 5070 },
      { priority: 10, weight: 0, name: 'one.example.com', port: 5060 },
    ];
    addresses = { 'one.example.com': ['192.0.2.1', '192.0.2.2'], 'two.example.com': ['192.0.2.3'] };
    expect(await find({ servers: [] })).toEqual([
      { host: 'one.example.com', port: 5060, address: '192.0.2.1' },
      { host: 'one.example.com', port: 5060, address: '192.0.2.2' },
      { host: 'two.example.com', port: 5070, address: '192.0.2.3' },
    ]);
  });

  test('are found under the name that NAPTR gave, and at the domain itself where there is no SRV', async () => {
    srv['_sip._tcp.pbx.example.com'] = [{ priority: 1, weight: 0, name: 'pbx', port: 5061 }];
    expect(await find({ servers: [], srvName: '_sip._tcp.pbx.example.com' })).toEqual([{ host: 'pbx', port: 5061 }]);
    expect(await find({ servers: [], transport: 'tls' })).toEqual([{ host: 'example.com', port: 5061 }]);
  });

  test('stay the configured names when DNS does not answer in time', async () => {
    const silent: NameService = { ...names, addresses: () => new Promise(() => undefined) };
    const found = find({ servers: [{ host: 'pbx', port: 5060 }] }, silent);
    await clock.run(signallingLimits.lookUpTimeoutMs);
    expect(await found).toEqual([{ host: 'pbx', port: 5060 }]);
  });

  test('of the wrong family only are none, in words', async () => {
    addresses['pbx'] = ['192.0.2.1'];
    await expect(find({ servers: [{ host: 'pbx', port: 5060 }], addressFamily: 'ipv6' })).rejects.toMatchObject({
      advice: 'later',
      message: expect.stringContaining('IPv4 and IPv6') as unknown,
    });
  });
});

test('families take turns, beginning with the one that comes first (RFC 8305)', () => {
  const six = ['2001:db8::1', '2001:db8::2', '2001:db8::3'];
  expect(inOrder([...six, '192.0.2.1'], 'both')).toEqual([six[0], '192.0.2.1', six[1], six[2]]);
  expect(inOrder(['192.0.2.1', '192.0.2.2', ...six], 'both')).toEqual([
    '192.0.2.1',
    six[0],
    '192.0.2.2',
    six[1],
    six[2],
  ]);
  expect(inOrder(['192.0.2.1', ...six], 'ipv4')).toEqual(['192.0.2.1']);
  expect(inOrder(['192.0.2.1', ...six], 'ipv6')).toEqual(six);
});
