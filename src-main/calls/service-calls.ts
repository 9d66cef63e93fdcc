import { AppError } from '../../src-shared/errors.ts';
import type { CallEndReason } from '../../src-shared/model/call.ts';
import { t } from '../../src-shared/words.ts';
import type { KnownParty, ReverseLookup } from '../directory/reverse-lookup.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import type { RingingCall } from '../line-state/dialog-info.ts';
import type { PlacedCall } from './call-placing.ts';
import type { CallSettings } from './call-settings.ts';
import { featureCode } from './feature-codes.ts';

/** How a call is placed that is not meant for whoever is dialled; `takes` as CallDevice has it. */
export interface ServicePlacing {
  readonly takes?: string;
}

export interface ServiceCallsOptions {
  readonly settings: () => Pick<CallSettings, 'codes' | 'takesRinging'>;
  /** Reads what was typed; throws AppError `invalid`. */
  readonly read: (typed: string) => DialTarget;
  /** Calls, holding what is active first. */
  readonly place: (typed: string, name: string | undefined, service: ServicePlacing) => Promise<PlacedCall>;
  readonly lookup: ReverseLookup;
  /** The call that rings at a contact, where the phone server tells enough of it to take it. */
  readonly ringingAt: (jid: string) => RingingCall | undefined;
}

/** Who is to be picked up: a number that was typed, or a contact by bare JID. */
export interface PickUpFrom {
  readonly target?: string | undefined;
  readonly jid?: string | undefined;
}

type Asked = { readonly kind: 'retrieve'; readonly slot: string } | { readonly kind: 'pickUp'; readonly whose: string };

/**
 * Calls that are no calls to somebody but for a call that others have: one that is parked, or that rings at a
 * colleague. It remembers what each of them was for, so that one that fails says that and not "no such number".
 */
export class ServiceCalls {
  readonly #options: ServiceCallsOptions;
  readonly #asked = new Map<string, Asked>();

  constructor(options: ServiceCallsOptions) {
    this.#options = options;
  }

  async retrieve(slot: string): Promise<PlacedCall> {
    const code = featureCode(this.#options.settings().codes, 'retrieve', slot);
    return await this.#note({ kind: 'retrieve', slot }, this.#options.place(code, undefined, {}));
  }

  /**
   * Takes a call that rings at a colleague, or in the own group: by the phone server's code where there is one, else
   * from the caller (RFC 3891). Rejects with AppError: `unsupported` without a way to do it, `notFound` when it does
   * not ring there any more.
   */
  async pickUp({ target, jid }: PickUpFrom): Promise<PlacedCall> {
    const { place, settings, lookup, ringingAt } = this.#options;
    const { codes, takesRinging } = settings();
    if (target === undefined && jid === undefined) {
      const code = featureCode(codes, 'groupPickUp', '');
      return await this.#note({ kind: 'pickUp', whose: '' }, place(code, undefined, {}));
    }
    const known = jid === undefined ? this.#owner(target) : lookup.byJid(jid);
    const colleague = jid ?? known?.jid;
    const number = target ?? known?.e164;
    const whose = known?.name ?? target ?? jid ?? '';
    const ringing = colleague === undefined || !takesRinging ? undefined : ringingAt(colleague);
    if (codes.pickUp !== '' && number !== undefined) {
      const code = featureCode(codes, 'pickUp', this.#dialled(number));
      return await this.#note({ kind: 'pickUp', whose }, place(code, ringing?.name, {}));
    }
    if (colleague === undefined || !takesRinging) throw unsupported(codes.pickUp === '' ? undefined : whose);
    if (ringing === undefined) throw new AppError('notFound', t('No call rings at {whose} any more.', { whose }));
    const { address, name, reference } = ringing;
    return await this.#note({ kind: 'pickUp', whose }, place(address, name, { takes: reference }));
  }

  /** What to say of a call that ended before it was answered; undefined for one that was placed to talk to somebody. */
  noticeOf(callId: string, reason: CallEndReason): string | undefined {
    const asked = this.#asked.get(callId);
    this.#asked.delete(callId);
    if (asked === undefined || reason === 'hungUp' || reason === 'mediaFailed' || reason === 'network')
      return undefined;
    if (reason === 'notAllowed') return t('The phone server does not allow that. Ask your administrator.');
    if (asked.kind === 'retrieve') {
      return asked.slot === ''
        ? t('No call was given back. It may have been taken already, or its caller hung up.')
        : t('No call was given back for {slot}. It may have been taken already, or its caller hung up.', {
            slot: asked.slot,
          });
    }
    const { whose } = asked;
    return whose === ''
      ? t('There was no call in your group to pick up. It may have been answered already, or its caller hung up.')
      : t('There was no call at {whose} to pick up. It may have been answered already, or its caller hung up.', {
          whose,
        });
  }

  /** The call was answered. */
  answered(callId: string): void {
    this.#asked.delete(callId);
  }

  async #note(asked: Asked, placing: Promise<PlacedCall>): Promise<PlacedCall> {
    const placed = await placing;
    this.#asked.set(placed.callId, asked);
    return placed;
  }

  /** Whose number was typed, as far as the directory knows. Throws AppError `invalid` for what is no number. */
  #owner(typed: string | undefined): KnownParty | undefined {
    if (typed === undefined) return undefined;
    const { lookup, read } = this.#options;
    const target = read(typed);
    if (target.kind === 'uri') return lookup.byJid(target.shown.toLowerCase());
    return lookup.byNumber(target.lookedUp ?? target.dialled) ?? lookup.byNumber(target.dialled);
  }

  #dialled(number: string): string {
    const target = this.#options.read(number);
    return target.kind === 'number' ? target.dialled : number;
  }
}

function unsupported(whose: string | undefined): AppError {
  return new AppError(
    'unsupported',
    whose === undefined
      ? t(
          'Picking up a colleague’s call is not set up. Your administrator can enter the code of the phone server in Settings, Calls.',
        )
      : t('No telephone number of {whose} is known, which the phone server needs to pick a call up.', { whose }),
    'pickUp',
  );
}
