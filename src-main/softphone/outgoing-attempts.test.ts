import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeviceCall } from '../calls/call-device.ts';
import { eventually } from './eventually.test-support.ts';
import { phoneAndPeer } from './fake-peer.test-support.ts';
import type { FakePeer } from './fake-peer.test-support.ts';
import type { FakePhone } from './fake-phone.test-support.ts';
import { fakeSdp } from './fake-window.test-support.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const twoAddresses = { Contact: '<sip:desk@example.com>;q=0.3, "Bob" <sip:mobile@elsewhere.example>;q=0.9' };

function addresses(peer: FakePeer): readonly (string | undefined)[] {
  return peer.requests('INVITE').map(({ startLine }) => startLine.split(' ')[1]);
}

/** The call was sent to two addresses, and the better one is called. */
async function redirected(): Promise<{ phone: FakePhone; peer: FakePeer; call: DeviceCall }> {
  const { phone, peer } = await phoneAndPeer();
  const call = phone.place('sip:peer@example.com');
  peer.reply(await peer.request('INVITE'), 302, twoAddresses);
  await peer.request('INVITE', 2);
  return { phone, peer, call };
}

describe('a call that a 302 sends on', () => {
  test('goes to the best address', async () => {
    const { phone, peer } = await redirected();
    expect(addresses(peer)).toEqual(['sip:peer@example.com', 'sip:mobile@elsewhere.example']);
    peer.reply(await peer.request('INVITE', 2), 200, {}, fakeSdp);
    await eventually(() => {
      expect(phone.told).toContain('established');
    });
    expect(phone.end).toBeUndefined();
  });

  test('goes to the next address when the best one refuses, and ends when no one is left', async () => {
    const { phone, peer } = await redirected();
    peer.reply(await peer.request('INVITE', 2), 480);
    peer.reply(await peer.request('INVITE', 3), 486);
    await eventually(() => {
      expect(phone.end?.reason).toBe('busy');
    });
    expect(addresses(peer)).toEqual(['sip:peer@example.com', 'sip:mobile@elsewhere.example', 'sip:desk@example.com']);
  });

  test('that everybody declined goes to no other address (RFC 3261 section 21.6)', async () => {
    const { phone, peer } = await redirected();
    peer.reply(await peer.request('INVITE', 2), 603);
    await eventually(() => {
      expect(phone.end?.reason).toBe('declined');
    });
    expect(addresses(peer)).toHaveLength(2);
  });

  test('goes nowhere any more once it was hung up', async () => {
    const { phone, peer, call } = await redirected();
    const invite = await peer.request('INVITE', 2);
    peer.reply(invite, 180);
    await eventually(() => {
      expect(phone.told).toContain('farEndRings');
    });
    await call.hangUp();
    peer.reply(await peer.request('CANCEL'), 200);
    peer.reply(invite, 487);
    await peer.request('ACK', 2);
    expect(phone.end?.reason).toBe('hungUp');
    expect(addresses(peer)).toHaveLength(2);
  });

  test('for ever ends', async () => {
    const { phone, peer } = await phoneAndPeer();
    phone.place('sip:peer@example.com');
    for (let count = 1; count <= 6; count += 1) {
      peer.reply(await peer.request('INVITE', count), 302, { Contact: '<sip:peer@example.com>' });
    }
    await eventually(() => {
      expect(phone.end).toMatchObject({ reason: 'failed', detail: '302 Answer' });
    });
    expect(addresses(peer)).toHaveLength(6);
  });
});
