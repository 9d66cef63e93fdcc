import { expect, test } from 'vitest';
import { chatHealth } from '../im/chat-health.ts';
import { phoneHealth } from '../softphone/phone-health.ts';
import { ConnectFailure } from './connect-failure.ts';
import { healthOfStatus } from './failure-words.ts';
import type { ReconnectorStatus } from './reconnector-options.ts';

const failed = (credentialRefused: boolean): ReconnectorStatus => ({
  state: 'failed',
  failure: new ConnectFailure('never', 'It did not accept that.', { credentialRefused }),
});

test.each([
  ['chat', chatHealth],
  ['phone', phoneHealth],
  ['voicemail', (status: ReconnectorStatus) => healthOfStatus('voicemail', status)],
] as const)('health of %s says when another password would help, and only then', (_, healthOf) => {
  expect(healthOf(failed(true))).toMatchObject({ state: 'failed', needsPassword: true });
  expect(healthOf(failed(false)).needsPassword).toBeUndefined();
});
