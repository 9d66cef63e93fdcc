import type { CallEndReason } from '../../../src-shared/model/call.ts';
import { addressParameters, splitHeaderList } from '../header-list.ts';

/** One value of a Reason header (RFC 3326). */
export interface Reason {
  /** `SIP`, `Q.850` and others, upper case. */
  readonly protocol: string;
  readonly cause?: number;
  readonly text?: string;
}

/** All values of the Reason headers; what cannot be read is left out. */
export function parseReasons(headers: readonly string[]): readonly Reason[] {
  return headers.flatMap(splitHeaderList).flatMap((value) => {
    const protocol = /^[^\s;]+/.exec(value)?.[0]?.toUpperCase();
    if (protocol === undefined) return [];
    const parameters = addressParameters(value);
    const cause = Number(parameters.get('cause') ?? NaN);
    const text = parameters.get('text');
    return [{ protocol, ...(Number.isInteger(cause) ? { cause } : {}), ...(text === undefined ? {} : { text }) }];
  });
}

/** The cause of the telephone network (ITU-T Q.850) for people; undefined where it says no more than the status does. */
export function endReasonOfCause(cause: number): CallEndReason | undefined {
  switch (cause) {
    case 1:
    case 2:
    case 3:
    case 22:
    case 28:
      return 'notFound';
    case 17:
      return 'busy';
    case 18:
    case 19:
      return 'noAnswer';
    case 20:
    case 27:
      return 'unavailable';
    case 21:
      return 'declined';
    case 34:
    case 38:
    case 41:
    case 42:
    case 44:
    case 47:
      return 'network';
    case 50:
    case 55:
    case 57:
    case 87:
      return 'notAllowed';
    case 58:
    case 65:
    case 88:
      return 'mediaFailed';
    default:
      return undefined;
  }
}

/** Statuses that gateways use for everything; a cause of the telephone network says more. */
const vagueReasons: readonly CallEndReason[] = ['failed', 'network', 'unavailable', 'notFound', 'noAnswer'];

/** What a refusal means, its Reason headers taken into account. */
export function refinedEndReason(ofStatus: CallEndReason, reasons: readonly Reason[]): CallEndReason {
  if (!vagueReasons.includes(ofStatus)) return ofStatus;
  const cause = reasons.find(({ protocol }) => protocol === 'Q.850')?.cause;
  return (cause === undefined ? undefined : endReasonOfCause(cause)) ?? ofStatus;
}

/** Words of the network for the diagnostics, as `Q.850 31 "Normal, unspecified"`; undefined without any. */
export function reasonDetail(reasons: readonly Reason[]): string | undefined {
  const words = reasons.map(({ protocol, cause, text }) =>
    [protocol, cause === undefined ? '' : String(cause), text === undefined ? '' : `"${text}"`]
      .filter((part) => part !== '')
      .join(' '),
  );
  return words.length === 0 ? undefined : words.join(', ');
}

/** The Reason header of a BYE or CANCEL of ours; plain hanging up needs none. */
export function reasonHeader(reason: CallEndReason): string | undefined {
  switch (reason) {
    case 'mediaFailed':
      return 'Reason: SIP;cause=488;text="No media"';
    case 'network':
      return 'Reason: SIP;cause=408;text="No answer in the dialog"';
    default:
      return undefined;
  }
}
