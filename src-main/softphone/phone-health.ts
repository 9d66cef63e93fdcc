import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { assertNever } from '../../src-shared/assert-never.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { LineStatus } from '../calls/call-device.ts';
import type { ReconnectorStatus } from '../core/reconnector-options.ts';
import { failedHealth } from '../core/failure-words.ts';
import { formatServer } from '../core/server-list.ts';

const reconnecting = msg('Phone: reconnecting… Calls may take a few seconds longer. Chat is not affected.');

/** Health of the phone in the words of the interface. */
export function phoneHealth(status: ReconnectorStatus): ServiceHealth {
  switch (status.state) {
    case 'stopped':
      return { service: 'phone', state: 'off', message: '' };
    case 'up':
      return { service: 'phone', state: 'ok', message: '', server: formatServer(status.server) };
    case 'connecting':
      return {
        service: 'phone',
        state: status.everUp ? 'reconnecting' : 'starting',
        message: status.everUp ? t(reconnecting) : '',
        ...(status.server === undefined ? {} : { server: formatServer(status.server) }),
        ...(status.failure?.detail === undefined ? {} : { detail: status.failure.detail }),
      };
    case 'waiting':
      return {
        service: 'phone',
        state: 'reconnecting',
        message: status.failure.message,
        ...(status.failure.detail === undefined ? {} : { detail: status.failure.detail }),
      };
    case 'failed':
      return failedHealth('phone', status.failure);
    default:
      return assertNever(status);
  }
}

/** The same for the topic `calls`: whether a call can be placed now. */
export function lineWords(status: ReconnectorStatus): LineStatus {
  switch (status.state) {
    case 'stopped':
      return { state: 'off', message: '' };
    case 'up':
      return { state: 'registered', message: '' };
    case 'connecting':
      return {
        state: 'registering',
        message: status.everUp ? t(reconnecting) : t('Phone is signing in. Try again in a moment.'),
      };
    case 'waiting':
      return { state: 'registering', message: status.failure.message };
    case 'failed':
      return { state: 'failed', message: status.failure.message };
    default:
      return assertNever(status);
  }
}
