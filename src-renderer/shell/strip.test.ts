import { expect, test } from 'vitest';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { splitFirstSentence, worstService } from './strip.ts';

const health = (service: ServiceHealth['service'], state: ServiceHealth['state']): ServiceHealth => ({
  service,
  state,
  message: '',
});

test('nothing is said while all is well, off, or starting', () => {
  expect(worstService([health('chat', 'ok'), health('phone', 'off'), health('directory', 'starting')])).toBeUndefined();
});
test('what failed for good comes before what reconnects by itself', () => {
  expect(worstService([health('phone', 'reconnecting'), health('directory', 'failed')])?.service).toBe('directory');
});
test('of several the one that a person misses first', () => {
  const both = [health('directory', 'reconnecting'), health('phone', 'reconnecting')];
  expect(worstService(both)?.service).toBe('phone');
});
test('the first sentence is set apart, also when it ends in an ellipsis', () => {
  expect(splitFirstSentence('Phone: reconnecting… Calls may take longer. Chat is fine.')).toEqual([
    'Phone: reconnecting…',
    'Calls may take longer. Chat is fine.',
  ]);
  expect(splitFirstSentence('No end')).toEqual(['No end', '']);
});
