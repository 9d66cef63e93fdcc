import { Core } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import type { Logger } from '../core/log.ts';

/** Between two looks at what SIP.js waits for (milliseconds): it tells nobody when the last answer came. */
const lookMs = 20;

/** Resolves when the requests under way have their answers, at the latest after this time. */
export function requestsSettled(core: Core.UserAgentCore, clock: Clock, timeoutMs: number): Promise<void> {
  const endMs = clock.now() + timeoutMs;
  return new Promise((resolve) => {
    const look = (): void => {
      const busy = [...core.userAgentClients.values()].some(
        (client) => client.transaction.state === Core.TransactionState.Trying,
      );
      if (!busy || clock.now() >= endMs) resolve();
      else clock.setTimeout(look, lookMs);
    };
    clock.setTimeout(look, lookMs);
  });
}

/** A dialog that SIP.js gave up while it was built is still in its list, and would make it throw when it stops. */
export function disposeDialogs(core: Core.UserAgentCore, log: Logger): void {
  for (const dialog of [...core.dialogs.values()]) {
    try {
      dialog.dispose();
    } catch (error) {
      log.debug('a dialog was never whole', { error });
    }
  }
}
