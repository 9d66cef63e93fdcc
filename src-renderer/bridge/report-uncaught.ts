import type { ContractClient } from '../../src-shared/rpc/client.ts';

/** As much of a stack as the contract takes. */
const longestMessage = 4_000;

/** Sends a bug of the window to the log. A report that fails is dropped: there is nowhere left to tell. */
export function reportUncaught(client: ContractClient, component: string, error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  client.call('app.logError', { component, message: message.slice(0, longestMessage) }).catch(() => undefined);
}
