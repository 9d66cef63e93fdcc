import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { calledPeer } from '../fake-peer.test-support.ts';
import { FakePeer, phoneAndPeer } from '../fake-peer.test-support.ts';
import { headerValue, statusCode } from '../sip-message.ts';
import { digitMap, parseKpmlRequest } from './kpml-patterns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function asks(persist: string, map = 'x'): string {
  return `<?xml version="1.0"?><kpml-request xmlns="urn:ietf:params:xml:ns:kpml-request" version="1.0"><pattern persist="${persist}"><regex tag="dtmf">${map}</regex></pattern></kpml-request>`;
}

const kpml = { Event: 'kpml', Expires: '600', 'Content-Type': 'application/kpml-request+xml' };

describe('a digit map', () => {
  test.each([
    ['x', '5', true],
    ['x', '*', false],
    ['[x*#ABCD]', '#', true],
    ['[2-9]xx', '234', true],
    ['[2-9]xx', '134', false],
    ['0{2}x{1,3}', '0049', true],
    ['*67x', '*675', true],
    ['L*', '*', true],
    ['[^0-4]', '7', true],
  ])('%s and the keys %s: %s', (map, keys, fits) => {
    expect(digitMap(map)?.(keys)).toBe(fits);
  });

  test.each(['', '(x+)+', 'x|y', 'a.*b', 'x{999}', '[', 'x'.repeat(200)])('"%s" is refused', (map) => {
    expect(digitMap(map)).toBeUndefined();
  });

  test.each(['', '<x/>', '<kpml-request/>', '<kpml-request><regex>(</regex></kpml-request>'])(
    '"%s" asks for nothing',
    (xml) => {
      expect(parseKpmlRequest(xml)).toBeUndefined();
    },
  );
});

describe('keys that are pressed (RFC 4730)', () => {
  test('are reported in the dialog of the call to who subscribed there', async () => {
    const { peer, call } = await calledPeer();
    peer.ask('SUBSCRIBE', kpml, asks('persist'));
    const ok = await peer.answer('SUBSCRIBE');
    expect([statusCode(ok), headerValue(ok, 'expires')]).toEqual([200, '600']);
    const first = await peer.request('NOTIFY');
    expect(headerValue(first, 'subscription-state')).toBe('active;expires=600');
    peer.reply(first, 200);
    await call.dtmf('5#');
    const second = await peer.request('NOTIFY', 2);
    expect(second.body).toContain('code="200" text="OK" digits="5" tag="dtmf"');
    expect(headerValue(second, 'call-id')).toBe(peer.callId);
    await vi.advanceTimersByTimeAsync(500);
    expect(peer.requests('NOTIFY').filter(({ body }) => body.includes('digits'))).toHaveLength(1);
  });

  test('are reported outside of it to who names the call, once for a one-shot', async () => {
    const { peer, call } = await calledPeer();
    const server = new FakePeer(peer.server, 'alice');
    server.callId = 'subscription-1';
    server.tag = 'application';
    const event = `kpml;call-id="${peer.callId}";remote-tag=peer;local-tag=x`;
    server.ask('SUBSCRIBE', { ...kpml, Event: event }, asks('one-shot', 'xx'), 'sip:alice@example.com');
    expect(statusCode(await server.answer('SUBSCRIBE'))).toBe(200);
    server.reply(await server.request('NOTIFY'), 200);
    await call.dtmf('123');
    const report = await server.request('NOTIFY', 2);
    expect(headerValue(report, 'call-id')).toBe('subscription-1');
    expect(headerValue(report, 'subscription-state')).toMatch(/^terminated/);
    expect(report.body).toContain('digits="12"');
    await call.dtmf('45');
    await vi.advanceTimersByTimeAsync(500);
    expect(server.requests('NOTIFY').filter(({ body }) => body.includes('digits'))).toHaveLength(1);
  });

  test('are no longer reported when the time is over or the call is', async () => {
    const { peer, call } = await calledPeer();
    peer.ask('SUBSCRIBE', { ...kpml, Expires: '10' }, asks('persist'));
    await peer.answer('SUBSCRIBE');
    peer.reply(await peer.request('NOTIFY'), 200);
    await vi.advanceTimersByTimeAsync(11_000);
    const over = await peer.request('NOTIFY', 2);
    expect(over.body).toContain('code="487"');
    peer.reply(over, 200);
    await call.dtmf('5');
    await vi.advanceTimersByTimeAsync(500);
    expect(peer.requests('NOTIFY').filter(({ body }) => body.includes('digits'))).toHaveLength(0);
  });

  test.each([
    ['another event', { ...kpml, Event: 'dialog' }, asks('persist'), 489],
    ['nothing that can be read', kpml, 'nonsense', 400],
  ])('and %s is refused', async (_what, headers, body, status) => {
    const { peer } = await calledPeer();
    peer.ask('SUBSCRIBE', headers, body);
    expect(statusCode(await peer.answer('SUBSCRIBE'))).toBe(status);
  });

  test('of no call are refused with 481', async () => {
    const { peer } = await phoneAndPeer();
    peer.ask('SUBSCRIBE', kpml, asks('persist'), 'sip:alice@example.com');
    expect(statusCode(await peer.answer('SUBSCRIBE'))).toBe(481);
  });
});
