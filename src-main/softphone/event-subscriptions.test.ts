import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventEnd, EventListener } from '../line-state/event-source.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer } from './fake-sip-server.test-support.ts';
import { formatSipMessage, headerKey, headerValue, isResponse, methodOf, parseSipMessage } from './sip-message.ts';
import type { SipHeader, SipMessage } from './sip-message.ts';
import type { Wire } from './wire.ts';

let server: FakeSipServer;
let alice: FakePhone;
/** What came to the notifier, in order. */
let requests: SipMessage[];
let notifier: Wire;
let bodies: string[];
let granted: number[];
let ends: EventEnd[];

const listener: EventListener = {
  notified: (body) => bodies.push(body),
  accepted: (expiresS) => granted.push(expiresS),
  ended: (end) => ends.push(end),
};
const watch = {
  target: 'sip:bob@example.com',
  event: 'dialog',
  accept: 'application/dialog-info+xml',
  expiresS: 600,
};

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeSipServer();
  [requests, bodies, granted, ends] = [[], [], [], []];
  notifier = server.wireOf('bob');
  await notifier.open({
    message: (text) => {
      const message = parseSipMessage(text);
      if (message !== undefined) requests.push(message);
    },
    closed: () => undefined,
    pong: () => undefined,
    dropped: () => undefined,
  });
  alice = new FakePhone(server, 'alice');
  await alice.softphone.start();
  await alice.softphone.connect('secret');
  await vi.advanceTimersByTimeAsync(100);
});

afterEach(async () => {
  const stopped = alice.softphone.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  await stopped;
  vi.useRealTimers();
});

function lastRequest(method: string): SipMessage {
  const found = requests.findLast((message) => !isResponse(message) && methodOf(message) === method);
  if (found === undefined) throw new Error(`no ${method}`);
  return found;
}

async function answer(request: SipMessage, status: number, headers: readonly SipHeader[] = []): Promise<void> {
  const copied = request.headers
    .filter(({ name }) => ['via', 'from', 'to', 'call-id', 'cseq'].includes(headerKey(name)))
    .map((header) =>
      headerKey(header.name) === 'to' && !header.value.includes(';tag=')
        ? { name: 'To', value: `${header.value};tag=bobs` }
        : header,
    );
  await notifier.send(
    formatSipMessage({
      startLine: `SIP/2.0 ${String(status)} Whatever`,
      headers: [...copied, ...headers, { name: 'Content-Length', value: '0' }],
      body: '',
    }),
  );
  await vi.advanceTimersByTimeAsync(10);
}

let cseq = 1;
async function notify(
  subscribe: SipMessage,
  state: string,
  body: string,
  more: Partial<{ toTag: string; event: string }> = {},
): Promise<void> {
  const from = headerValue(subscribe, 'from') ?? '';
  const contact = /<([^>]+)>/.exec(headerValue(subscribe, 'contact') ?? '')?.[1] ?? '';
  const to = more.toTag === undefined ? from : from.replace(/;tag=.*/, more.toTag === '' ? '' : `;tag=${more.toTag}`);
  cseq += 1;
  await notifier.send(
    formatSipMessage({
      startLine: `NOTIFY ${contact} SIP/2.0`,
      headers: [
        { name: 'Via', value: `SIP/2.0/TCP 192.0.2.9:5060;branch=z9hG4bKn${String(cseq)}` },
        { name: 'From', value: `${(headerValue(subscribe, 'to') ?? '').replace(/;tag=.*/, '')};tag=bobs` },
        { name: 'To', value: to },
        {
          name: 'Call-ID',
          value: more.toTag === undefined ? (headerValue(subscribe, 'call-id') ?? '') : `own-${String(cseq)}`,
        },
        { name: 'CSeq', value: `${String(cseq)} NOTIFY` },
        { name: 'Contact', value: '<sip:notifier@192.0.2.9>' },
        { name: 'Max-Forwards', value: '70' },
        { name: 'Event', value: more.event ?? 'dialog' },
        { name: 'Subscription-State', value: state },
        ...(body === '' ? [] : [{ name: 'Content-Type', value: 'application/dialog-info+xml' }]),
        { name: 'Content-Length', value: String(Buffer.byteLength(body)) },
      ],
      body,
    }),
  );
  await vi.advanceTimersByTimeAsync(10);
}

/** What alice answered to the NOTIFY sent last. */
function answered(): string {
  const found = requests.findLast((message) => isResponse(message) && methodOf(message) === 'NOTIFY');
  return found?.startLine ?? '';
}

async function subscribed(): Promise<SipMessage> {
  alice.softphone.subscribe(watch, listener);
  await vi.advanceTimersByTimeAsync(10);
  const request = lastRequest('SUBSCRIBE');
  await answer(request, 200, [{ name: 'Expires', value: '300' }]);
  await notify(request, 'active;expires=300', '<one/>');
  return request;
}

describe('a subscription', () => {
  test('is asked for, granted and told', async () => {
    const request = await subscribed();
    expect(headerValue(request, 'event')).toBe('dialog');
    expect(headerValue(request, 'accept')).toBe('application/dialog-info+xml');
    expect(granted).toEqual([300]);
    expect(bodies).toEqual(['<one/>']);
    expect(answered()).toBe('SIP/2.0 200 OK');
    await notify(request, 'active;expires=290', '<two/>');
    expect(bodies).toEqual(['<one/>', '<two/>']);
  });

  test('is told before it is granted, when the NOTIFY overtakes the 200', async () => {
    alice.softphone.subscribe(watch, listener);
    await vi.advanceTimersByTimeAsync(10);
    const request = lastRequest('SUBSCRIBE');
    await notify(request, 'active;expires=300', '<early/>');
    await answer(request, 200, [{ name: 'Expires', value: '300' }]);
    expect(bodies).toEqual(['<early/>']);
    expect(granted).toEqual([300]);
  });

  test('tells nothing of an empty pending one, and that there is nothing of an empty active one', async () => {
    alice.softphone.subscribe(watch, listener);
    await vi.advanceTimersByTimeAsync(10);
    const request = lastRequest('SUBSCRIBE');
    await answer(request, 202, [{ name: 'Expires', value: '300' }]);
    await notify(request, 'pending;expires=300', '');
    expect(bodies).toEqual([]);
    await notify(request, 'active;expires=300', '');
    expect(bodies).toEqual(['']);
  });

  test('is renewed in its dialog', async () => {
    alice.softphone.subscribe(watch, listener);
    await vi.advanceTimersByTimeAsync(10);
    const request = lastRequest('SUBSCRIBE');
    await answer(request, 200, [{ name: 'Expires', value: '300' }]);
    await notify(request, 'active;expires=300', '<one/>');
    const subscription = alice.softphone.subscribe({ ...watch, target: 'sip:carol@example.com' }, listener);
    await vi.advanceTimersByTimeAsync(10);
    const second = lastRequest('SUBSCRIBE');
    await answer(second, 200, [{ name: 'Expires', value: '300' }]);
    await notify(second, 'active;expires=300', '<one/>');
    subscription?.refresh();
    await vi.advanceTimersByTimeAsync(10);
    const renewal = lastRequest('SUBSCRIBE');
    expect(headerValue(renewal, 'call-id')).toBe(headerValue(second, 'call-id'));
    expect(headerValue(renewal, 'to')).toContain(';tag=bobs');
    await answer(renewal, 481);
    // The dialog is gone at the server, which is what ending it means.
    expect(ends).toEqual([{ status: 0 }]);
  });

  test.each([404, 489, 503])('refused with %i is over once', async (status) => {
    alice.softphone.subscribe(watch, listener);
    await vi.advanceTimersByTimeAsync(10);
    await answer(lastRequest('SUBSCRIBE'), status, [{ name: 'Retry-After', value: '17 (busy)' }]);
    expect(ends).toEqual([{ status, retryAfterS: 17 }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ends).toHaveLength(1);
  });

  test('without an answer is over', async () => {
    alice.softphone.subscribe(watch, listener);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(ends).toEqual([{ status: 408 }]);
  });

  test('granted without a NOTIFY is over', async () => {
    alice.softphone.subscribe(watch, listener);
    await vi.advanceTimersByTimeAsync(10);
    await answer(lastRequest('SUBSCRIBE'), 200, [{ name: 'Expires', value: '300' }]);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(ends).toEqual([{ status: 408 }]);
  });

  test('ended by the server says why', async () => {
    const request = await subscribed();
    await notify(request, 'terminated;reason=deactivated;retry-after=5', '');
    expect(ends).toEqual([{ status: 0, retryAfterS: 5, reason: 'deactivated' }]);
  });

  test('given up is unsubscribed, and tells nothing more', async () => {
    const subscription = alice.softphone.subscribe(watch, listener);
    await vi.advanceTimersByTimeAsync(10);
    const request = lastRequest('SUBSCRIBE');
    await answer(request, 200, [{ name: 'Expires', value: '300' }]);
    await notify(request, 'active;expires=300', '<one/>');
    subscription?.stop();
    await vi.advanceTimersByTimeAsync(10);
    expect(headerValue(lastRequest('SUBSCRIBE'), 'expires')).toBe('0');
    await notify(request, 'terminated;reason=timeout', '<last/>');
    expect(bodies).toEqual(['<one/>']);
    expect(ends).toEqual([]);
  });

  test('goes with its connection without a word', async () => {
    await subscribed();
    const before = requests.length;
    server.isUp = false;
    server.disconnect('alice');
    await vi.advanceTimersByTimeAsync(10);
    expect(alice.softphone.connection).toBeUndefined();
    expect(alice.softphone.subscribe(watch, listener)).toBeUndefined();
    expect(ends).toEqual([]);
    expect(requests).toHaveLength(before);
  });
});

describe('what nobody asked for', () => {
  test('of waiting messages is told, of anything else refused', async () => {
    const told: string[][] = [];
    alice.softphone.onUnsolicited((event, body) => told.push([event, body]));
    const request = await subscribed();
    await notify(request, 'active', 'Messages-Waiting: yes', { toTag: '', event: 'message-summary' });
    expect(told).toEqual([['message-summary', 'Messages-Waiting: yes']]);
    await notify(request, 'active', '<x/>', { toTag: 'other', event: 'dialog' });
    expect(answered()).toMatch(/^SIP\/2.0 481/);
    expect(told).toHaveLength(1);
  });
});
