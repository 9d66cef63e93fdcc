import { beforeEach, describe, expect, test } from 'vitest';
import { DigestMemory } from './digest-memory.ts';
import { headerValue } from './sip-message.ts';
import type { SipHeader, SipMessage } from './sip-message.ts';

let memory: DigestMemory;
let nextCall: number;
beforeEach(() => {
  memory = new DigestMemory({ username: 'alice', password: 'secret' });
  nextCall = 1;
});

function request(method = 'INVITE', more: readonly SipHeader[] = []): SipMessage {
  return {
    startLine: `${method} sip:bob@example.com SIP/2.0`,
    headers: [
      { name: 'To', value: '<sip:bob@example.com>' },
      { name: 'Call-ID', value: `call-${nextCall++}` },
      { name: 'CSeq', value: `1 ${method}` },
      ...more,
    ],
    body: '',
  };
}

function answer(to: SipMessage, status: number, more: readonly SipHeader[] = []): SipMessage {
  const copied = to.headers.filter(({ name }) => name === 'Call-ID' || name === 'CSeq');
  return { startLine: `SIP/2.0 ${status} Answer`, headers: [...copied, ...more], body: '' };
}

function challenged(to: SipMessage, nonce: string, more = '', status = 407): void {
  const name = status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate';
  memory.learn(answer(to, status, [{ name, value: `Digest realm="r", nonce="${nonce}", qop="auth"${more}` }]));
}

/** nonce and count of the credentials that a request got; undefined when it got none. */
function credentials(message: SipMessage, key = 'proxy-authorization'): string | undefined {
  const value = headerValue(message, key);
  if (value === undefined) return undefined;
  return `${/nonce="([^"]*)"/.exec(value)?.[1] ?? ''} ${/nc=([0-9a-f]+)/.exec(value)?.[1] ?? ''}`;
}

describe('a request', () => {
  test('before any challenge goes out as it is', () => {
    const invite = request();
    expect(memory.ahead(invite)).toBe(invite);
  });

  test('after a challenge carries its credentials at once, each with a higher count (RFC 7616 section 3.4)', () => {
    challenged(request(), 'n1');
    // SIP.js answered the challenge itself.
    expect(memory.count('n1')).toBe(1);
    expect(credentials(memory.ahead(request()))).toBe('n1 00000002');
    expect(credentials(memory.ahead(request()))).toBe('n1 00000003');
  });

  test('whoever made credentials before can tell that they are no longer good', () => {
    let { uses } = memory;
    const hasRisen = (): boolean => {
      const rose = memory.uses > uses;
      ({ uses } = memory);
      return rose;
    };
    challenged(request(), 'n1');
    expect(hasRisen()).toBe(true);
    const invite = memory.ahead(request());
    expect(hasRisen()).toBe(true);
    memory.ahead(request('MESSAGE'));
    memory.learn(answer(invite, 180));
    expect(hasRisen()).toBe(false);
    memory.learn(answer(invite, 200, [{ name: 'Proxy-Authentication-Info', value: 'nextnonce="n2"' }]));
    expect(hasRisen()).toBe(true);
    memory.forget();
    expect(hasRisen()).toBe(true);
  });

  test('answers 401 with Authorization and 407 with Proxy-Authorization', () => {
    challenged(request('REGISTER'), 'n1', '', 401);
    expect(credentials(memory.ahead(request('REGISTER')), 'authorization')).toBe('n1 00000001');
    expect(credentials(memory.ahead(request('REGISTER')))).toBeUndefined();
  });

  test('of a method that was never challenged tells nothing', () => {
    challenged(request('REGISTER'), 'n1', '', 401);
    const options = request('OPTIONS');
    expect(memory.ahead(options)).toBe(options);
  });

  test('that has credentials, or belongs to a dialog, is left alone', () => {
    challenged(request(), 'n1');
    const answered = request('INVITE', [{ name: 'Proxy-Authorization', value: 'Digest' }]);
    expect(memory.ahead(answered)).toBe(answered);
    const within: SipMessage = { ...request(), headers: [{ name: 'To', value: '<sip:bob@example.com>;tag=7' }] };
    expect(memory.ahead(within)).toBe(within);
  });

  test('over another connection tells nothing that the last server asked', () => {
    challenged(request(), 'n1');
    memory.forget();
    expect(credentials(memory.ahead(request()))).toBeUndefined();
  });
});

describe('a nonce', () => {
  test('that is stale is replaced by the one that the server gives', () => {
    challenged(request(), 'old');
    const invite = memory.ahead(request());
    expect(credentials(invite)).toBe('old 00000001');
    challenged(invite, 'new', ', stale=true');
    expect(credentials(memory.ahead(request()))).toBe('new 00000001');
  });

  test('is replaced by the nextnonce of an answer, and counted anew (RFC 7616 section 3.5)', () => {
    challenged(request(), 'n1');
    const invite = memory.ahead(request());
    memory.learn(answer(invite, 200, [{ name: 'Proxy-Authentication-Info', value: 'qop=auth, nextnonce="n2"' }]));
    expect(credentials(memory.ahead(request()))).toBe('n2 00000001');
  });

  test('of a server that takes each only once is not tried for ever', () => {
    challenged(request(), 'n1');
    for (const nonce of ['n2', 'n3']) challenged(memory.ahead(request()), nonce);
    expect(credentials(memory.ahead(request()))).toBeUndefined();
  });

  test('that was taken in between is tried on', () => {
    challenged(request(), 'n1');
    challenged(memory.ahead(request()), 'n2');
    const taken = memory.ahead(request());
    memory.learn(answer(taken, 100));
    memory.learn(answer(taken, 180));
    challenged(memory.ahead(request()), 'n3');
    expect(credentials(memory.ahead(request()))).toBe('n3 00000001');
  });

  test('of a session algorithm is used for the request that was challenged only (RFC 7616 section 3.4.2)', () => {
    challenged(request(), 'n1', ', algorithm=SHA-256-sess');
    expect(credentials(memory.ahead(request()))).toBeUndefined();
  });

  test('of a challenge that cannot be answered is not kept', () => {
    challenged(request(), 'n1', ', algorithm=SHA3-512');
    expect(credentials(memory.ahead(request()))).toBeUndefined();
  });
});
