import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ContactPlace } from './contact-place.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer } from './fake-sip-server.test-support.ts';
import { headerValue, headerValues, methodOf } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const nat = { address: '203.0.113.9', port: 40_001 };

/** A phone that is registered at a server which sees it there. */
async function behindNat(server: FakeSipServer): Promise<FakePhone> {
  const phone = new FakePhone(server, 'alice');
  void phone.softphone.start();
  void phone.softphone.connect('secret');
  await eventually(() => {
    expect(phone.softphone.line().state).toBe('registered');
  });
  return phone;
}

/** Hosts and times of the Contacts of each REGISTER. */
function contacts(server: FakeSipServer): readonly (readonly string[])[] {
  return server.passages
    .filter(({ from, message }) => from === 'alice' && methodOf(message) === 'REGISTER')
    .map(({ message }) =>
      headerValues(message, 'contact').map((value) => {
        const [, host, expires] = /@([^;>]+).*;expires=(\d+)/.exec(value) ?? [];
        return `${host ?? ''} ${expires ?? ''}`;
      }),
    );
}

function contactOf(server: FakeSipServer, method: string): string | undefined {
  const found = server.passages.find(({ message }) => message.startLine.startsWith(`${method} `));
  return found === undefined ? undefined : headerValue(found.message, 'contact');
}

describe('behind a NAT', () => {
  test.each(['UDP', 'TCP', 'TLS'] as const)(
    'Contact over %s names where the server sees us, and the old one is taken off in the same request',
    async (protocol) => {
      const server = new FakeSipServer(protocol);
      server.seesAt = nat;
      const phone = await behindNat(server);
      expect(contacts(server)).toEqual([['192.0.2.7:5070 600'], ['203.0.113.9:40001 600', '192.0.2.7:5070 0']]);
      phone.place('sip:bob@example.com');
      await vi.advanceTimersByTimeAsync(10);
      expect(contactOf(server, 'INVITE')).toContain('@203.0.113.9:40001;');
      // Via still names the socket: the server answers where the request came from.
      expect(headerValue(server.passages.at(-1)?.message ?? empty, 'via')).toContain('192.0.2.7:5070');
    },
  );

  test('a new mapping is registered as soon as an answer shows it, and once for a while', async () => {
    const server = new FakeSipServer('UDP');
    server.seesAt = nat;
    await behindNat(server);
    await vi.advanceTimersByTimeAsync(20_000);
    const before = contacts(server).length;
    server.seesAt = { ...nat, port: 40_002 };
    await vi.advanceTimersByTimeAsync(31_000);
    expect(contacts(server).slice(before)).toEqual([['203.0.113.9:40002 600', '203.0.113.9:40001 0']]);
  });

  test('a NAT that changes its mind with every packet is no reason to flood the server', async () => {
    const server = new FakeSipServer('UDP');
    let port = 41_000;
    Object.defineProperty(server, 'seesAt', { get: () => ({ address: nat.address, port: port++ }) });
    const phone = await behindNat(server);
    phone.place('sip:bob@example.com');
    const before = contacts(server).length;
    await vi.advanceTimersByTimeAsync(30_000);
    // Each of three followed moves is one REGISTER and one more, as its own answer shows another place again.
    expect(contacts(server).length - before).toBeLessThanOrEqual(8);
  });

  test('a registrar that knows flows (RFC 5626) reaches us over the flow: Contact stays', async () => {
    const server = new FakeSipServer('TCP');
    server.seesAt = nat;
    server.registrar = () => ({ status: 200, reason: 'OK', headers: [{ name: 'Require', value: 'outbound' }] });
    const phone = await behindNat(server);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(contacts(server)).toEqual([['192.0.2.7:5070 600']]);
    phone.place('sip:bob@example.com');
    await vi.advanceTimersByTimeAsync(10);
    expect(contactOf(server, 'INVITE')).toContain('@192.0.2.7:5070;');
  });

  test('and a place behind the NAT that was named before is taken back', () => {
    const own = { address: '192.0.2.7', port: 5070 };
    const place = new ContactPlace();
    place.connected(own);
    const via = `SIP/2.0/TCP 192.0.2.7:5070;branch=z;received=${nat.address};rport=${String(nat.port)}`;
    place.learn({ startLine: 'SIP/2.0 200 OK', headers: [{ name: 'Via', value: via }], body: '' });
    place.move();
    expect(place.address).toEqual(nat);
    place.keepsFlows(true);
    expect(place.address).toEqual(own);
    expect(place.isElsewhere).toBe(false);
  });

  test.each([0, 70_000])('an answer with rport %i is not believed', async (port) => {
    const server = new FakeSipServer('UDP');
    server.seesAt = { address: '203.0.113.9', port };
    await behindNat(server);
    expect(contacts(server)).toEqual([['192.0.2.7:5070 600']]);
  });
});

const empty = { startLine: '', headers: [], body: '' };
