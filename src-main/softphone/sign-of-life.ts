import { randomBytes } from 'node:crypto';
import { URI } from 'sip.js';
import type { UserAgent } from 'sip.js';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { wireFailure } from './connect-failures.ts';
import { domainOf } from './make-wire.ts';
import { timerT1Ms } from './retransmissions.ts';
import { parseSipMessage, statusCode } from './sip-message.ts';
import { signallingLimits } from './signalling-limits.ts';
import { formatAddress } from './via-identity.ts';
import type { Wire } from './wire.ts';

/** OPTIONS to the server in use (RFC 3261 section 11); whatever comes back is a sign of life. */
export function sendOptions(userAgent: UserAgent): void {
  const aor = userAgent.configuration.uri;
  const core = userAgent.userAgentCore;
  const server = new URI('sip', '', aor.host, aor.port);
  // The question is for the server itself, not for what stands behind it.
  core.request(core.makeOutgoingRequestMessage('OPTIONS', server, aor, aor, { routeSet: [] }));
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
  let again: TimerHandle | undefined;
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const local = await wire.open({
      message: (text) => {
        const message = parseSipMessage(text);
        if (message !== undefined && statusCode(message) > 0) answered?.();
      },
      pong: () => undefined,
      // Nobody listens there (ICMP).
      dropped: (why) => refused?.(new Error(why)),
      closed: (error) => refused?.(error),
    });
    const host = wire.addressed ? formatAddress(local) : `${token}.invalid`;
    const question = [
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
    ].join('\r\n');
    await wire.send(question);
    // Timer E (RFC 3261 section 17.1.2.2): the question or its answer may be lost.
    const repeat = (pauseMs: number): void => {
      again = clock.setTimeout(() => {
        wire.send(question).catch(() => undefined);
        repeat(2 * pauseMs);
      }, pauseMs);
    };
    if (wire.unreliable) repeat(timerT1Ms);
    await answer;
  } catch (error) {
    throw wireFailure(error);
  } finally {
    clock.clearTimeout(timer);
    if (again !== undefined) clock.clearTimeout(again);
    signal.removeEventListener('abort', giveUp);
    await wire.close();
  }
}
