import type { CallEndReason } from '../../src-shared/model/call.ts';
import type { Reason } from './dialogs/reason.ts';

/** What a final answer to our INVITE means for people (RFC 3261 section 21). */
export function endReasonOf(status: number): CallEndReason {
  switch (status) {
    case 486:
    case 600:
      return 'busy';
    case 603:
    case 607:
    case 608:
      return 'declined';
    case 408:
      return 'noAnswer';
    case 480:
      return 'unavailable';
    case 404:
    case 410:
    case 484:
    case 485:
    case 604:
      return 'notFound';
    case 401:
    case 402:
    case 403:
    case 407:
      return 'notAllowed';
    case 487:
      return 'cancelled';
    case 415:
    case 488:
    case 606:
      return 'mediaFailed';
    case 500:
    case 502:
    case 503:
    case 504:
      return 'network';
    default:
      return 'failed';
  }
}

/**
 * Why a call stopped ringing here (RFC 3326): one that another phone of this person took or refused is no missed call.
 * Several Reasons may stand there; Q.850 26 (non-selected user clearing) is how gateways tell of another phone.
 */
export function cancelReason(reasons: readonly Reason[]): CallEndReason {
  const isTaken = reasons.some(
    ({ protocol, cause, text = '' }) =>
      (protocol === 'SIP' && cause === 200) ||
      (protocol === 'Q.850' && cause === 26) ||
      /(completed|answered) elsewhere/i.test(text),
  );
  if (isTaken) return 'answeredElsewhere';
  const isRefused = reasons.some(({ protocol, cause }) => protocol === 'SIP' && (cause === 600 || cause === 603));
  return isRefused ? 'declined' : 'cancelled';
}
