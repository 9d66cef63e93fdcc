import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { t } from '../../src-shared/words.ts';
import type { DeviceCallEvent } from './call-device.ts';
import type { CallAttention } from './call-attention.ts';
import type { CallEntries, CallEntry } from './call-entries.ts';
import type { CallSettings } from './call-settings.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import { featureCode } from './feature-codes.ts';
import { whoIs } from './who.ts';

export interface CallTransfersOptions {
  readonly clock: Clock;
  readonly entries: CallEntries;
  readonly settings: () => Pick<CallSettings, 'codes' | 'parkBy'>;
  readonly attention: CallAttention;
  /** Reads what was typed; throws AppError `invalid`. */
  readonly read: (typed: string) => DialTarget;
  /** Calls somebody about the held call of this id. */
  readonly consult: (
    target: DialTarget,
    name: string | undefined,
    consultsFor: string,
  ) => { readonly callId: string; readonly revision: number };
}

type TransferEvent = Extract<DeviceCallEvent, { type: 'transfer' | 'transferQuiet' | 'transferFailed' }>;
type TransferFailure = Extract<TransferEvent, { type: 'transferFailed' }>['reason'];

/** How long a far end has for taking us back before we do it from our side. */
const farEndFirstMs = 2_000;

/** Failures that say that a phone could not call as it was told, not that somebody did not want to talk. */
const incapable: readonly TransferFailure[] = ['failed', 'notAllowed', 'notFound', 'unavailable'];

/**
 * Transfers that this person asks for, as `Call.transfer`:
 *
 *   none --transfer | completeTransfer | park--> asking --far end took the order--> trying --180--> ringing
 *   asking | trying | ringing --the others talk--> the call ends as `transferred`
 *   asking | trying | ringing --refused | nobody answered--> failed, and the call comes back
 *   trying | ringing --nothing heard for a while--> as it was, `quiet`
 *   asking | trying --two calls to be joined, the phone cannot--> none, and asking of the other call
 *   failed --next transfer--> asking
 *
 * The call is held while it is being transferred, and taken back when that fails and nothing else is active.
 */
export class CallTransfers {
  readonly #options: CallTransfersOptions;
  /** Calls that are held only because they are being transferred. */
  readonly #heldForTransfer = new Set<string>();
  /** Whom to tell when the phone that was told to call somebody cannot, by the id of its call. */
  readonly #otherWay = new Map<string, CallEntry>();
  /** Calls that we take back once the far end, which held us to call somebody, has done so. */
  readonly #awaited = new Map<string, TimerHandle>();
  /** Whom calls were placed to, only to ask about another call; by the id of the call that asks. */
  readonly #asked = new Map<string, DialTarget>();

  constructor(options: CallTransfersOptions) {
    this.#options = options;
  }

  /** Resolves with the revision once the far end has taken the order; rejects with AppError and gives the call back. */
  async transfer(callId: string, typed: string, name: string | undefined): Promise<number> {
    const target = this.#options.read(typed);
    return await this.#send(callId, target, name ?? target.shown, 'transfer');
  }

  /**
   * Parking is a transfer to the code of the phone server (RFC 5359 section 2.11), or that code keyed in during the
   * call: the server then takes the far end away and ends this call. Rejects with AppError.
   */
  async park(callId: string, slot: string): Promise<number> {
    const { codes, parkBy } = this.#options.settings();
    const code = featureCode(codes, 'park', slot);
    if (parkBy === 'digits') return await this.#keyIn(callId, code);
    const target = this.#options.read(code);
    return await this.#send(callId, target, target.shown, 'park');
  }

  async #keyIn(callId: string, code: string): Promise<number> {
    const { entries, attention } = this.#options;
    const entry = entries.get(callId);
    entries.require(entry, 'park');
    if (!/^[0-9*#A-D]+$/.test(code)) {
      throw new AppError(
        'invalid',
        t('The code to park a call cannot be keyed in: it may have digits, * and # only.'),
        code,
      );
    }
    await attention.inTurn(async () => {
      // On hold the server hears no keys.
      if (entry.call.state === 'held') {
        await attention.free();
        await attention.resume(entry);
      }
      entries.require(entry, 'dtmf');
      await entry.device.dtmf(code);
    });
    entries.update(entry, {
      notice: t('The phone server was asked to park the call. Listen for the place where it waits.'),
    });
    return entries.publish();
  }

  /** Holds the call, and calls somebody about it. */
  async consult(
    callId: string,
    typed: string,
    name: string | undefined,
  ): Promise<{ readonly callId: string; readonly revision: number }> {
    const { entries, attention, consult } = this.#options;
    const entry = entries.get(callId);
    entries.require(entry, 'transfer');
    const target = this.#options.read(typed);
    return await attention.inTurn(async () => {
      await attention.hold(entry);
      const placed = consult(target, name, callId);
      this.#asked.set(placed.callId, target);
      return placed;
    });
  }

  /** Holds the call, and takes another one that this person has back to ask there about it. */
  async consultOther(callId: string, otherId: string): Promise<number> {
    const { entries, attention } = this.#options;
    const entry = entries.get(callId);
    const other = entries.get(otherId);
    entries.require(entry, 'transfer');
    requireAnswered(other);
    const asked = new Set(entries.together(other));
    if (asked.has(entry)) {
      throw new AppError(
        'invalid',
        t('{name} is in that conversation already. Choose somebody else.', { name: nameOf(entry) }),
      );
    }
    return await attention.inTurn(async () => {
      await attention.free(asked);
      await attention.hold(entry);
      await Promise.all([...asked].map((one) => attention.resume(one)));
      for (const one of entries.running()) if (one.call.consultsFor === callId) entries.drop(one, 'consultsFor');
      entries.drop(entry, 'consultsFor');
      entries.update(other, { consultsFor: callId });
      // From now on it is a conversation of its own.
      this.#asked.delete(otherId);
      return entries.publish();
    });
  }

  /** Back to the call that this one asks about: a call that was placed only to ask is ended, any other one held. */
  async abandonConsult(callId: string): Promise<number> {
    const { entries, attention } = this.#options;
    const consulting = entries.get(callId);
    const { consultsFor } = consulting.call;
    const held = consultsFor === undefined ? undefined : entries.find(consultsFor);
    if (held === undefined || held.call.state === 'ended') {
      throw new AppError('notFound', t('The call that you were asking about is over.'));
    }
    return await attention.inTurn(async () => {
      const back = entries.together(held);
      const isOver = this.#asked.has(callId);
      if (isOver) await consulting.device.hangUp();
      await attention.free(new Set(isOver ? [...back, consulting] : back));
      entries.drop(consulting, 'consultsFor');
      await Promise.all(back.map((one) => attention.resume(one)));
      return entries.publish();
    });
  }

  /**
   * Joins the two calls of a consultation, of which either may be named; or this one with any other. Who was called to
   * be asked and has not answered is called by the far end instead.
   */
  async complete(callId: string, otherId?: string): Promise<number> {
    const { entries } = this.#options;
    const named = entries.get(callId);
    if (otherId !== undefined) return await this.join(named, entries.get(otherId));
    const consulting =
      named.call.consultsFor === undefined ? entries.running().find(({ call }) => call.consultsFor === callId) : named;
    const held = consulting?.call.consultsFor === undefined ? undefined : entries.find(consulting.call.consultsFor);
    if (consulting === undefined || held === undefined || held.call.state === 'ended') {
      throw new AppError('invalid', t('There is no second call to join this one with. Call somebody about it first.'));
    }
    const target = this.#asked.get(consulting.call.id);
    if (target === undefined || isAnswered(consulting)) return await this.join(held, consulting);
    entries.require(held, 'transfer');
    // There is no dialog yet that could be replaced (RFC 5589 section 7.6): our attempt makes room for theirs.
    await consulting.device.hangUp();
    this.#heldForTransfer.add(held.call.id);
    return await this.#send(held.call.id, target, nameOf(consulting), 'transfer');
  }

  /**
   * Joins the far ends of two calls to one another (RFC 5589 section 7): `moved` is told to call in place of `kept`. A
   * phone that cannot do that is called by the other one instead (section 7.4).
   */
  async join(moved: CallEntry, kept: CallEntry): Promise<number> {
    const { entries } = this.#options;
    entries.require(moved, 'transfer');
    requireAnswered(kept);
    this.#otherWay.set(moved.call.id, kept);
    return await this.#join(moved, kept);
  }

  async #join(moved: CallEntry, kept: CallEntry): Promise<number> {
    const { entries } = this.#options;
    entries.update(moved, { transfer: { kind: 'attended', target: nameOf(kept), state: 'asking' } });
    entries.publish();
    try {
      await moved.device.transferTo(kept.device);
    } catch (error) {
      const other = this.#turnRound(moved, 'failed');
      if (other !== undefined) return await this.#join(other, moved);
      this.#failed(moved, 'failed');
      throw error;
    }
    return entries.revision;
  }

  /** Whom to tell instead, once, when it was no person who refused; undefined: it has failed. */
  #turnRound(moved: CallEntry, reason: TransferFailure): CallEntry | undefined {
    const other = this.#otherWay.get(moved.call.id);
    this.#otherWay.delete(moved.call.id);
    if (other === undefined || !incapable.includes(reason)) return undefined;
    if (moved.call.state === 'ended' || !other.call.capabilities.includes('transfer')) return undefined;
    this.#options.entries.drop(moved, 'transfer');
    return other;
  }

  /** A call is over. */
  ended({ id }: Pick<Call, 'id'>): void {
    this.#asked.delete(id);
    this.#heldForTransfer.delete(id);
    this.#otherWay.delete(id);
    this.#stopWaiting(id);
  }

  /** The far end holds no more. */
  farEndIsBack(entry: CallEntry): void {
    if (this.#awaited.has(entry.call.id)) this.#takeBack(entry);
  }

  /** What the device tells of a transfer. */
  heard(entry: CallEntry, event: TransferEvent): void {
    const { transfer } = entry.call;
    if (transfer === undefined || transfer.state === 'failed') return;
    if (event.type === 'transferFailed') {
      const other = this.#turnRound(entry, event.reason);
      if (other === undefined) this.#failed(entry, event.reason);
      // What it comes to is told as what becomes of that call.
      else this.#join(other, entry).catch(() => undefined);
      return;
    }
    if (event.type === 'transferQuiet') {
      this.#options.entries.update(entry, { transfer: { ...transfer, quiet: true } });
      return;
    }
    const { message: _old, quiet: _quiet, ...rest } = transfer;
    this.#options.entries.update(entry, { transfer: { ...rest, state: event.state } });
  }

  async #send(callId: string, target: DialTarget, shown: string, capability: 'transfer' | 'park'): Promise<number> {
    const { entries, attention } = this.#options;
    const entry = entries.get(callId);
    entries.require(entry, capability);
    if (entry.call.transfer !== undefined && entry.call.transfer.state !== 'failed') {
      throw new AppError('invalid', t('This call is being transferred already. Wait until that has worked or failed.'));
    }
    entries.update(entry, { transfer: { kind: 'blind', target: shown, state: 'asking' } });
    entries.publish();
    try {
      if (entry.call.state === 'connected') {
        await attention.inTurn(() => attention.hold(entry));
        this.#heldForTransfer.add(callId);
      }
      await entry.device.transfer(target);
    } catch (error) {
      this.#failed(entry, 'failed');
      throw error;
    }
    return entries.revision;
  }

  /** Says why, and gives the call back to the person unless they talk to somebody else. */
  #failed(entry: CallEntry, reason: TransferFailure): void {
    const { entries, clock } = this.#options;
    const { state, id } = entry.call;
    if (entry.call.transfer === undefined || state === 'ended') return;
    const { quiet: _quiet, ...transfer } = entry.call.transfer;
    const comesBack = this.#heldForTransfer.delete(id) && entries.attended().length === 0;
    const message = [failureWords(reason, transfer.target), whereNow(nameOf(entry), state, comesBack)].join(' ');
    entries.update(entry, { transfer: { ...transfer, state: 'failed', message }, notice: message });
    entries.publish();
    if (!comesBack) return;
    // Who held us to call somebody takes us back now. Two such requests that cross are refused on both sides (RFC 3261
    // section 14.2), and liblinphone does not try again: we would stay on hold there.
    if (entry.call.farHolds) {
      const giveUp = (): void => {
        this.#takeBack(entry);
      };
      this.#awaited.set(id, clock.setTimeout(giveUp, farEndFirstMs));
    } else this.#takeBack(entry);
  }

  #takeBack(entry: CallEntry): void {
    const { entries, attention } = this.#options;
    this.#stopWaiting(entry.call.id);
    const resume = async (): Promise<void> => {
      if (entries.attended().length === 0) await attention.resume(entry);
    };
    attention.inTurn(resume).catch(() => {
      // It stays on hold, as the view shows, and the person can take it back.
    });
  }

  #stopWaiting(id: string): void {
    const timer = this.#awaited.get(id);
    if (timer !== undefined) this.#options.clock.clearTimeout(timer);
    this.#awaited.delete(id);
  }
}

function isAnswered({ call }: CallEntry): boolean {
  return call.state === 'connected' || call.state === 'held';
}

function requireAnswered(entry: CallEntry): void {
  if (isAnswered(entry)) return;
  throw new AppError(
    'invalid',
    t('{name} has not answered yet. Wait for the answer, or cancel that call and transfer without asking.', {
      name: nameOf(entry),
    }),
  );
}

function nameOf({ call }: CallEntry): string {
  return whoIs(call.party);
}

function whereNow(name: string, state: Call['state'], comesBack: boolean): string {
  if (comesBack) return t('{name} is back with you.', { name });
  return state === 'held' ? t('{name} waits on hold.', { name }) : t('{name} is still with you.', { name });
}

/** Why a transfer came to nothing, in words. */
function failureWords(reason: TransferFailure, target: string): string {
  switch (reason) {
    case 'unknown':
      return t('The other side did not say how the transfer to {target} went.', { target });
    case 'noAnswer':
    case 'cancelled':
      return t('Nobody answered the transfer.');
    case 'busy':
      return t('{target} is busy.', { target });
    case 'declined':
      return t('{target} declined the transfer.', { target });
    case 'notFound':
      return t('{target} does not exist here.', { target });
    case 'unavailable':
      return t('{target} cannot be reached now.', { target });
    case 'notAllowed':
      return t('The phone server does not allow the transfer to {target}.', { target });
    default:
      return t('The transfer did not work.');
  }
}
