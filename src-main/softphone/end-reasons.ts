import type { CallEndReason } from '../../src-shared/model/call.ts';

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
 * RFC 3326: a CANCEL whose Reason says that another phone took the call is no missed call.
 */
export function cancelReason(reasonHeader: string | undefined): CallEndReason {
  if (reasonHeader === undefined) return 'cancelled';
  const elsewhere =
    /^SIP[ \t]*;.*\bcause[ \t]*=[ \t]*200\b/i.test(reasonHeader) || /completed elsewhere/i.test(reasonHeader);
  return elsewhere ? 'answeredElsewhere' : 'cancelled';
}
