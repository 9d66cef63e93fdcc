import { expect, test } from 'vitest';
import { headerValue, parseSipMessage } from '../sip-message.ts';
import { withoutRegistrationParts } from './registration-only.ts';

const instance = '+sip.instance="<urn:uuid:4a5cc953-5d2d-4a3b-a836-36fd3cdc6f4f>"';

function contactAndSupported(method: string): readonly (string | undefined)[] {
  const message = parseSipMessage(
    [
      `${method} sip:6103@parley.test SIP/2.0`,
      `Contact: <sip:alice@127.0.0.1:5060;ob>;${instance};expires=600`,
      'Supported: outbound, 100rel, path, timer',
      '',
      '',
    ].join('\r\n'),
  );
  if (message === undefined) throw new Error('not SIP');
  const mended = withoutRegistrationParts(message);
  return [headerValue(mended, 'contact'), headerValue(mended, 'supported')];
}

test('an INVITE names neither the instance of this phone nor Path', () => {
  expect(contactAndSupported('INVITE')).toEqual([
    '<sip:alice@127.0.0.1:5060;ob>;expires=600',
    'outbound, 100rel, timer',
  ]);
});

test('a REGISTER keeps both', () => {
  expect(contactAndSupported('REGISTER')).toEqual([
    `<sip:alice@127.0.0.1:5060;ob>;${instance};expires=600`,
    'outbound, 100rel, path, timer',
  ]);
});
