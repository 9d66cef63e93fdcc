import { AppError } from '../../src-shared/errors.ts';
import type { CallEndReason } from '../../src-shared/model/call.ts';
import type { DeviceCallEvent } from './call-device.ts';
import type { CallAttention } from './call-attention.ts';
import type { CallEntries, CallEntry } from './call-entries.ts';
import type { CallSettings } from './call-settings.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import { featureCode } from './feature-codes.ts';

export interface CallTransfersOptions {
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

type TransferEvent = Extract<DeviceCallEvent, { type: 'transfer' | 'transferFailed' }>;

/**
 * Transfers that this person asks for, as `Call.transfer`:
 *
 *   none --transfer | completeTransfer | park--> asking --far end took the order--> trying --180--> ringing
 *   asking | trying | ringing --the others talk--> the call ends as `transferred`
 *   asking | trying | ringing --refused | nobody answered--> failed, and the call comes back
 *   failed --next transfer--> asking
 *
 * The call is held while it is being transferred, and taken back when that fails and nothing else is active.
 */
export class CallTransfers {
  readonly #options: CallTransfersOptions;
  /** Calls that are held only because they are being transferred. */
  readonly #heldForTransfer = new Set<string>();

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
        'The code to park a call cannot be keyed in: it may have digits, * and # only.',
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
      notice: 'The phone server was asked to park the call. Listen for the place where it waits.',
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
      return consult(target, name, callId);
    });
  }

  /** Joins the two calls of a consultation, of which either may be named; or this one with any other. */
  async complete(callId: string, otherId?: string): Promise<number> {
    const { entries } = this.#options;
    const named = entries.get(callId);
    if (otherId !== undefined) return await this.join(named, entries.get(otherId));
    const consulting =
      named.call.consultsFor === undefined ? entries.running().find(({ call }) => call.consultsFor === callId) : named;
    const held = consulting?.call.consultsFor === undefined ? undefined : entries.find(consulting.call.consultsFor);
    if (consulting === undefined || held === undefined || held.call.state === 'ended') {
      throw new AppError('invalid', 'There is no second call to join this one with. Call somebody about it first.');
    }
    return await this.join(held, consulting);
  }

  /** Joins the far ends of two calls to one another (RFC 5589 section 7): `moved` is told to call in place of `kept`. */
  async join(moved: CallEntry, kept: CallEntry): Promise<number> {
    const { entries } = this.#options;
    entries.require(moved, 'transfer');
    if (kept.call.state !== 'connected' && kept.call.state !== 'held') {
      const who = nameOf(kept);
      throw new AppError(
        'invalid',
        `${who} has not answered yet. Wait for the answer, or cancel that call and transfer without asking.`,
      );
    }
    entries.update(moved, { transfer: { kind: 'attended', target: nameOf(kept), state: 'asking' } });
    entries.publish();
    try {
      await moved.device.transferTo(kept.device);
    } catch (error) {
      this.#failed(moved, 'failed');
      throw error;
    }
    return entries.revision;
  }

  /** What the device tells of a transfer. */
  heard(entry: CallEntry, event: TransferEvent): void {
    const { transfer } = entry.call;
    if (transfer === undefined || transfer.state === 'failed') return;
    if (event.type === 'transferFailed') {
      this.#failed(entry, event.reason);
      return;
    }
    const { message: _old, ...rest } = transfer;
    this.#options.entries.update(entry, { transfer: { ...rest, state: event.state } });
  }

  async #send(callId: string, target: DialTarget, shown: string, capability: 'transfer' | 'park'): Promise<number> {
    const { entries, attention } = this.#options;
    const entry = entries.get(callId);
    entries.require(entry, capability);
    if (entry.call.transfer !== undefined && entry.call.transfer.state !== 'failed') {
      throw new AppError('invalid', 'This call is being transferred already. Wait until that has worked or failed.');
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
  #failed(entry: CallEntry, reason: CallEndReason): void {
    const { entries, attention } = this.#options;
    const { transfer, state, id } = entry.call;
    if (transfer === undefined || state === 'ended') return;
    const comesBack = this.#heldForTransfer.delete(id) && entries.attended().length === 0;
    const others = entries.attended().some((other) => other !== entry);
    const where = comesBack || !others ? `${nameOf(entry)} is back with you.` : `${nameOf(entry)} waits on hold.`;
    const message = `${failureWords(reason, transfer.target)} ${where}`;
    entries.update(entry, { transfer: { ...transfer, state: 'failed', message }, notice: message });
    entries.publish();
    if (!comesBack) return;
    attention
      .inTurn(() => attention.resume(entry))
      .catch(() => {
        // It stays on hold, as the view shows, and the person can take it back.
      });
  }
}

function nameOf({ call }: CallEntry): string {
  return call.party.name ?? call.party.number;
}

/** Why a transfer came to nothing, in words. */
function failureWords(reason: CallEndReason, target: string): string {
  switch (reason) {
    case 'noAnswer':
    case 'cancelled':
      return 'Nobody answered the transfer.';
    case 'busy':
      return `${target} is busy.`;
    case 'declined':
      return `${target} declined the transfer.`;
    case 'notFound':
      return `${target} does not exist here.`;
    case 'unavailable':
      return `${target} cannot be reached now.`;
    case 'notAllowed':
      return `The phone server does not allow the transfer to ${target}.`;
    default:
      return 'The transfer did not work.';
  }
}
