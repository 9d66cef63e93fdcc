import type { CallEndReason } from '../../src-shared/model/call.ts';
import type { DeviceCallEvent } from '../calls/call-device.ts';
import type { IncomingRefer } from './dialogs/refer.ts';

/** Tells who transferred us how the call goes that we placed for it (RFC 3515 section 2.4.4). */
export function tellReferrer(refer: IncomingRefer, event: DeviceCallEvent): void {
  if (event.type === 'farEndRings') refer.progress(180, 'Ringing');
  if (event.type === 'established') refer.progress(200, 'OK');
  if (event.type === 'end') refer.progress(...answerOf(event.reason));
}

/** The answer that a failed call would have had. */
function answerOf(reason: CallEndReason): readonly [status: number, phrase: string] {
  switch (reason) {
    case 'busy':
      return [486, 'Busy Here'];
    case 'declined':
      return [603, 'Decline'];
    case 'noAnswer':
      return [408, 'Request Timeout'];
    case 'notFound':
      return [404, 'Not Found'];
    case 'notAllowed':
      return [403, 'Forbidden'];
    case 'cancelled':
    case 'hungUp':
      return [487, 'Request Terminated'];
    case 'mediaFailed':
      return [488, 'Not Acceptable Here'];
    default:
      return [480, 'Temporarily Unavailable'];
  }
}
