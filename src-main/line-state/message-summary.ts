import type { WaitingMessages } from '../../src-shared/model/line-state.ts';

/**
 * Reads a `simple-message-summary` (RFC 3842 section 5.2): `Messages-Waiting: yes` and `Voice-Message: 2/8 (0/2)`,
 * new and old, urgent in brackets. Undefined when it is none. Never throws.
 */
export function parseMessageSummary(body: string): WaitingMessages | undefined {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'im').exec(body)?.[1]?.trim();
  const waiting = field('Messages-Waiting')?.toLowerCase();
  if (waiting !== 'yes' && waiting !== 'no') return undefined;
  const counts = /^(\d{1,6})\/(\d{1,6})/.exec(field('Voice-Message') ?? '');
  return {
    waiting: waiting === 'yes',
    ...(counts === null ? {} : { newCount: Number(counts[1]), oldCount: Number(counts[2]) }),
  };
}
