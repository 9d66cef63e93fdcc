import { xml } from '@xmpp/client';
import type { Element } from '@xmpp/xml';
import { describe, expect, test } from 'vitest';
import { namespaces } from './namespaces.ts';
import { RedirectFailure, connectFailure, saslFailure, streamErrorFailure } from './stream-failures.ts';

function streamError(condition: string, ...children: string[]): Element {
  return xml('stream:error', null, xml(condition, { xmlns: namespaces.streamErrors }, ...children));
}

test.each([
  ['conflict', 'never', false],
  ['host-unknown', 'never', false],
  ['not-authorized', 'never', true],
  ['reset', 'now', false],
  ['connection-timeout', 'now', false],
  ['system-shutdown', 'later', false],
  ['policy-violation', 'later', false],
  ['resource-constraint', 'later', false],
  ['something-new', 'later', false],
])('stream error %s says: try again %s', (condition, advice, credentialRefused) => {
  expect(streamErrorFailure(streamError(condition))).toMatchObject({ advice, credentialRefused });
});

describe('see-other-host', () => {
  test.each([
    ['two.example.com', 'two.example.com', 5222],
    ['two.example.com:9000', 'two.example.com', 9000],
    ['[2001:db8::1]:9000', '2001:db8::1', 9000],
    ['192.0.2.1', '192.0.2.1', 5222],
  ])('%s is followed', (text, host, port) => {
    const failure = streamErrorFailure(streamError('see-other-host', text));
    expect(failure).toBeInstanceOf(RedirectFailure);
    expect(failure).toMatchObject({ advice: 'now', target: { host, port } });
  });

  test.each(['', 'two:99999', 'not a host'])('%j is an error like others', (text) => {
    expect(streamErrorFailure(streamError('see-other-host', text))).toMatchObject({ advice: 'later' });
  });
});

test.each([
  ['not-authorized', 'never', true],
  ['account-disabled', 'never', true],
  ['credentials-expired', 'never', true],
  ['temporary-auth-failure', 'later', false],
  ['mechanism-too-weak', 'never', false],
])('SASL failure %s says: try again %s', (condition, advice, credentialRefused) => {
  const failure = saslFailure(xml('failure', { xmlns: namespaces.sasl }, xml(condition)));
  expect(failure).toMatchObject({ advice, credentialRefused });
});

test('a certificate that is not believed is said in its own words and not tried again', () => {
  const expired = Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' });
  expect(connectFailure(expired, 'chat.example.com')).toMatchObject({
    advice: 'never',
    message: expect.stringContaining('The certificate of chat.example.com has expired.') as string,
  });
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(connectFailure(new AggregateError([refused]), 'x')).toMatchObject({
    advice: 'later',
    detail: expect.stringContaining('ECONNREFUSED') as string,
  });
});
