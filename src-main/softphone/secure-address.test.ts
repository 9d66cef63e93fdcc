import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PhoneConfig } from '../account/account-config.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePeer } from './fake-peer.test-support.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer } from './fake-sip-server.test-support.ts';
import { fakeSdp } from './fake-window.test-support.ts';
import { headerValue, statusCode } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function phoneOver(transport: PhoneConfig['transport']) {
  const server = new FakeSipServer(transport === 'tls' ? 'TLS' : 'TCP');
  const phone = new FakePhone(server, 'alice', { transport });
  await phone.softphone.start();
  await phone.softphone.connect('secret');
  await eventually(() => {
    expect(phone.softphone.line().state).toBe('registered');
  });
  return { phone, peer: new FakePeer(server, 'alice') };
}

describe('a sips: address (RFC 5630)', () => {
  test('is called as such over TLS, and told one of the same kind', async () => {
    const { phone, peer } = await phoneOver('tls');
    phone.place('sips:peer@example.com');
    const invite = await peer.request('INVITE');
    expect(invite.startLine).toMatch(/^INVITE sips:peer@example\.com[; ]/);
    expect(headerValue(invite, 'contact')).toMatch(/^<sips:/);
    peer.reply(invite, 200, {}, fakeSdp);
    await peer.request('ACK');
    peer.ask('BYE');
    expect(statusCode(await peer.answer('BYE'))).toBe(200);
  });

  test('is not called over anything else, in words', async () => {
    const { phone, peer } = await phoneOver('tcp');
    expect(() => phone.place('sips:peer@example.com')).toThrow(/only called over an encrypted connection/);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peer.requests('INVITE')).toEqual([]);
  });

  test('to which we are transferred is refused over anything else', async () => {
    const { phone, peer } = await phoneOver('tcp');
    phone.place('sip:peer@example.com');
    peer.reply(await peer.request('INVITE'), 200, {}, fakeSdp);
    await peer.request('ACK');
    peer.ask('REFER', { 'Refer-To': '<sips:grace@example.com>' });
    expect(statusCode(await peer.answer('REFER'))).toBe(416);
  });

  test('beside it sip: stays what it is', async () => {
    const { phone, peer } = await phoneOver('tls');
    phone.place('sip:peer@example.com');
    const invite = await peer.request('INVITE');
    expect(invite.startLine).toMatch(/^INVITE sip:peer@example\.com[; ]/);
    expect(headerValue(invite, 'contact')).toMatch(/^<sip:/);
  });
});
