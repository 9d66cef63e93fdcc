import { expect, test } from 'vitest';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { remedyOf, splitFirstSentence, stillHidden, worstService } from './strip.ts';

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
test('what is hidden makes room for the next trouble, also for a lesser one', () => {
  const directory = { ...health('directory', 'failed'), message: 'The directory refused the password.' };
  const phone = health('phone', 'reconnecting');
  expect(worstService([directory, phone], [directory])?.service).toBe('phone');
  expect(worstService([directory, phone], [directory, phone])).toBeUndefined();
  const changed = { ...directory, message: 'The directory does not answer.' };
  expect(worstService([changed, phone], [directory])).toBe(changed);
});
test('a trouble that was hidden is told anew when it comes another time', () => {
  const directory = health('directory', 'failed');
  const chat = health('chat', 'reconnecting');
  const hidden = [directory, chat];
  expect(stillHidden(hidden, [directory, chat])).toBe(hidden);
  // A try in between is no recovery, and neither is a service that is not heard of.
  expect(stillHidden(hidden, [health('directory', 'starting')])).toBe(hidden);
  expect(stillHidden(hidden, [health('directory', 'ok'), chat])).toEqual([chat]);
  expect(stillHidden(hidden, [directory, health('chat', 'off')])).toEqual([directory]);
});
test('the way out of a trouble leads where it can be mended, and no try is offered that changes nothing', () => {
  expect(remedyOf(health('archive', 'failed'))).toEqual({ canRetry: true, page: 'archive' });
  expect(remedyOf(health('phone', 'failed'))).toEqual({ canRetry: true, page: 'diagnostics' });
  expect(remedyOf({ ...health('store', 'failed'), cannotRetry: true }).canRetry).toBe(false);
});
test('the first sentence is set apart, also when it ends in an ellipsis', () => {
  expect(splitFirstSentence('Phone: reconnecting… Calls may take longer. Chat is fine.')).toEqual([
    'Phone: reconnecting…',
    'Calls may take longer. Chat is fine.',
  ]);
  expect(splitFirstSentence('No end')).toEqual(['No end', '']);
});
