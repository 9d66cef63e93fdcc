import { expect, test } from 'vitest';
import { t } from '../../src-shared/words.ts';
import { offlineWords, registerFailure, wireFailure } from './connect-failures.ts';

const named = (code: string): Error => Object.assign(new Error('connect'), { code });

test.each([
  ['ENOTFOUND', /name of the phone server was not found/],
  ['EAI_AGAIN', /name of the phone server was not found/],
  ['ENODATA', /name of the phone server was not found/],
  ['EACCES', /does not let Parley reach/],
  ['EPERM', /does not let Parley reach/],
  ['ETIMEDOUT', /Nothing comes back/],
  ['ECONNREFUSED', /^Phone is offline/],
  ['ECONNRESET', /^Phone is offline/],
  ['EHOSTUNREACH', /^Phone is offline/],
  ['ENETUNREACH', /^Phone is offline/],
  ['ENETDOWN', /^Phone is offline/],
  ['EPIPE', /^Phone is offline/],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /certificate of this computer/],
  ['CERT_HAS_EXPIRED', /certificate/],
])('%s is told in words, with what to do', (code, words) => {
  const failure = wireFailure(named(code), 'sip.example.com');
  expect(failure.message).toMatch(words);
  // What happened, what Parley does, what the person can do.
  expect(failure.message.split('. ').length).toBeGreaterThanOrEqual(3);
  expect(failure.detail).toContain(code.startsWith('CERT') ? 'connect' : code);
  expect(failure.advice).toBe(/CERT|SSL/.test(code) ? 'never' : 'later');
});

test('what is no error of the network at all is offline, and keeps what it said', () => {
  expect(wireFailure('gone')).toMatchObject({ advice: 'later', message: t(offlineWords), detail: 'gone' });
  const refused = registerFailure(403, 'Forbidden');
  expect(wireFailure(refused)).toBe(refused);
});
