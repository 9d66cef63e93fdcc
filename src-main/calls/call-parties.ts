import type { Call, CallParty } from '../../src-shared/model/call.ts';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import type { DialPlan } from '../dial-plan/dial-plan.ts';
import type { KnownParty, ReverseLookup } from '../directory/reverse-lookup.ts';
import type { IncomingCall } from './call-device.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';

/** Who is at the far end, and beside it what the wire says where that is another number. */
export interface FarEnd {
  readonly party: CallParty;
  readonly onTheWire: Pick<Call, 'dialled'>;
}

/** Who is at the far end of a call, as the directory knows them. */
export class CallParties {
  readonly #lookup: ReverseLookup;
  readonly #dialPlan: Pick<DialPlan, 'inbound'>;

  readonly #domain: string;

  /** `domain`: our own, whose people are known by the part before the @. */
  constructor(lookup: ReverseLookup, dialPlan: Pick<DialPlan, 'inbound'>, domain: string) {
    this.#lookup = lookup;
    this.#dialPlan = dialPlan;
    this.#domain = domain;
  }

  /** The name that the caller sends goes before that of the directory. Who withholds the number is not looked for. */
  caller({ number, name }: Pick<IncomingCall, 'number' | 'name'>): FarEnd {
    if (hidesNumber({ number })) return { party: partyOf(number, undefined, name, undefined), onTheWire: {} };
    const { shown, lookedUp } = this.#dialPlan.inbound(number);
    const known = this.#known(shown, lookedUp);
    return farEnd(partyOf(shown, lookedUp, name ?? known?.name, known), number);
  }

  called(target: DialTarget, name: string | undefined): FarEnd {
    const lookedUp = target.kind === 'number' ? target.lookedUp : undefined;
    const known = this.#known(target.shown, lookedUp);
    return farEnd(partyOf(target.shown, lookedUp, name ?? known?.name, known), target.dialled);
  }

  #known(number: string, e164: string | undefined): KnownParty | undefined {
    const address = addressOf(number, this.#domain);
    if (address !== undefined) return this.#lookup.byJid(address) ?? this.#lookup.byNumber(number);
    return (e164 === undefined ? undefined : this.#lookup.byNumber(e164)) ?? this.#lookup.byNumber(number);
  }
}

function farEnd(party: CallParty, onTheWire: string): FarEnd {
  return { party, onTheWire: plain(party.number) === plain(onTheWire) ? {} : { dialled: onTheWire } };
}

/** Without what is written around digits, and without the scheme of an address: so far two ways of writing are one number. */
function plain(number: string): string {
  return number.includes('@') ? number.replace(/^sips?:/i, '') : number.replace(/[^+0-9*#A-Za-z]/g, '');
}

/** `sip:Bob@example.com` and, in our own domain, `bob`: the address by which chat and directory know a person. */
function addressOf(number: string, domain: string): string | undefined {
  const plainAddress = number.replace(/^sips?:/i, '').toLowerCase();
  if (plainAddress.includes('@')) return plainAddress;
  return domain !== '' && /^\p{L}[^\s/:]*$/u.test(plainAddress) ? `${plainAddress}@${domain}` : undefined;
}

function partyOf(
  number: string,
  e164: string | undefined,
  name: string | undefined,
  known: KnownParty | undefined,
): CallParty {
  return {
    number,
    ...(e164 === undefined ? {} : { e164 }),
    ...(name === undefined ? {} : { name }),
    ...(known?.jid === undefined ? {} : { jid: known.jid }),
  };
}
