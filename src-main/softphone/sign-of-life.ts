import { randomBytes } from 'node:crypto';
import { URI } from 'sip.js';
import type { UserAgent } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { offlineWords, wireFailure } from './connect-failures.ts';
import { domainOf } from './make-wire.ts';
import { parseSipMessage, statusCode } from './sip-message.ts';
import { signallingLimits } from './signalling-limits.ts';
import { formatAddress } from './via-identity.ts';
import type { Wire } from './wire.ts';

/** OPTIONS to the server in use (RFC 3261 section 11). Any answer counts as life; rejects with a ConnectFailure. */
export function askOptions(userAgent: UserAgent, clock: Clock, timeoutMs: number): Promise<void> {
  const aor = userAgent.configuration.uri;
  const core = userAgent.userAgentCore;
  const request = core.makeOutgoingRequestMessage('OPTIONS', new URI('sip', '', aor.host, aor.port), aor, aor, {});
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      reject(new ConnectFailure('later', offlineWords, { detail: 'OPTIONS: no answer' }));
    }, timeoutMs);
    const done = (): void => {
      clock.clearTimeout(timer);
      resolve();
    };
    core.request(request, { onAccept: done, onReject: done, onRedirect: done });
  });
}

/**
 * Asks a server that is not in use whether it lives: opens a wire of its own, sends one OPTIONS and waits for any
 * answer. Rejects with a ConnectFailure.
 */
export async function knockAt(wire: Wire, aor: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const token = randomBytes(8).toString('hex');
  let answered: (() => void) | undefined;
  let refused: ((error: Error) => void) | undefined;
  const answer = new Promise<void>((resolve, reject) => {
    answered = resolve;
    refused = reject;
  });
  // It may reject before anybody waits for it.
  answer.catch(() => undefined);
  const giveUp = (): void => refused?.(new Error('given up'));
  const timer = clock.setTimeout(giveUp, signallingLimits.optionsTimeoutMs);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const local = await wire.open({
      message: (text) => {
        const message = parseSipMessage(text);
        if (message !== undefined && statusCode(message) > 0) answered?.();
      },
      dropped: () => undefined,
      closed: (error) => refused?.(error),
    });
    const host = wire.addressed ? formatAddress(local) : `${token}.invalid`;
    await wire.send(
      [
        `OPTIONS sip:${domainOf(aor)} SIP/2.0`,
        `Via: SIP/2.0/${wire.protocol} ${host};branch=z9hG4bK${token}${wire.unreliable ? ';rport' : ''}`,
        `From: <${aor}>;tag=${token}`,
        `To: <${aor}>`,
        `Call-ID: ${token}`,
        'CSeq: 1 OPTIONS',
        'Max-Forwards: 70',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
    await answer;
  } catch (error) {
    throw wireFailure(error);
  } finally {
    clock.clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    await wire.close();
  }
}
