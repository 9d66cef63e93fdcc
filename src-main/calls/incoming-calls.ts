import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { limits } from '../../src-shared/limits.ts';
import type { Call, CallParty } from '../../src-shared/model/call.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { CallHistory } from '../history/history.ts';
import type { CallAttention } from './call-attention.ts';
import type { IncomingCall } from './call-device.ts';
import type { CallEntries, CallEntry } from './call-entries.ts';
import type { CallParties, FarEnd } from './call-parties.ts';
import type { CallSettings } from './call-settings.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import { rulingOf } from './incoming-rules.ts';
import type { IncomingRuling, SendOn } from './incoming-rules.ts';
import { whoIs } from './who.ts';

export interface IncomingCallsOptions {
  readonly entries: CallEntries;
  readonly attention: CallAttention;
  readonly parties: CallParties;
  readonly clock: Clock;
  readonly log: Logger;
  readonly history: CallHistory;
  readonly isEmergency: (number: string) => boolean;
  readonly settings: () => CallSettings;
  /** Whether this person hears nothing of calls (`isQuiet`). */
  readonly isQuiet: () => boolean;
  /** The phone server sends calls of a busy line on, when it is told of one. */
  readonly serverSendsBusyOn: () => boolean;
  /** Reads a number of the settings; throws AppError `invalid`. */
  readonly read: (typed: string) => DialTarget;
}

/** Calls that come in: taken, refused or sent on by the person's rules, and those that continue another call. */
export class IncomingCalls {
  readonly #options: IncomingCallsOptions;
  readonly #sendOns = new Map<string, TimerHandle>();

  constructor(options: IncomingCallsOptions) {
    this.#options = options;
  }

  /** Whether the call is in the list now; otherwise the device refuses it, unless it was sent on. */
  take(incoming: IncomingCall): boolean {
    const { entries, parties, clock, isEmergency, settings, isQuiet, serverSendsBusyOn } = this.#options;
    const caller = parties.caller(incoming);
    if (incoming.continues !== undefined) {
      this.#continue(incoming, caller, incoming.continues);
      return true;
    }
    const { autoAnswer, doNotDisturb, forward } = settings();
    const fromEmergency = incoming.isEmergencyCallBack === true || isEmergency(incoming.number);
    const ruling = rulingOf({
      doNotDisturb,
      forward,
      autoAnswer,
      quiet: isQuiet(),
      wantsAnswer: incoming.wantsAnswer ?? false,
      busy: entries.attended().length > 0,
      serverSendsBusyOn: serverSendsBusyOn(),
      full: entries.running().length >= limits.calls,
      fromEmergency,
      expectsCallBack: () => this.#expectsCallBack(),
    });
    if (ruling.kind === 'refuse' || ruling.kind === 'divert') {
      this.#turnAway(incoming, caller, ruling);
      return false;
    }
    const entry = entries.begin(incoming.callId, 'in', caller.party, incoming.call, {
      ...caller.onTheWire,
      ...(incoming.diverted === undefined ? {} : { diverted: incoming.diverted }),
      ...(ruling.kind === 'answer' ? { autoAnswered: true } : {}),
      ...(fromEmergency || this.#expectsCallBack() ? { fromEmergency: true } : {}),
    });
    entries.publish();
    if (ruling.kind === 'answer') {
      // The window announces it: nobody is to speak into a microphone that opened without a sign.
      clock.setTimeout(() => {
        if (entry.call.state !== 'ringing') return;
        if (entries.attended().length > 0 || isQuiet()) {
          // The person began another call meanwhile, or chose not to be disturbed: this one rings.
          entries.update(entry, { autoAnswered: false });
          entries.publish();
          return;
        }
        this.answer(entry).catch((error: unknown) => {
          this.#options.log.info('a call that asked for it was not answered', { id: incoming.callId, error });
        });
      }, limits.autoAnswerNoticeMs);
    } else if (ruling.sendOn !== undefined) this.#sendOnLater(entry, ruling.sendOn);
    return true;
  }

  async answer(entry: CallEntry): Promise<number> {
    const { entries } = this.#options;
    this.stopSendOn(entry.call.id);
    // The view shows at once that the call is being answered; a refusal of the device ends it in words.
    entries.move(entry, 'answerHere');
    try {
      await entry.device.answer();
    } catch (error) {
      // Refused before anything was begun, for want of a window: the call rings on. A call that ended stays so.
      entries.move(entry, 'answerRefused');
      throw error;
    }
    return entries.revision;
  }

  /** A call is over. One that was to take another's place and never came about gives that other call back. */
  ended({ id, replaces, connectedAtMs }: Call): void {
    const { entries, attention, log } = this.#options;
    this.stopSendOn(id);
    const old = replaces === undefined || connectedAtMs !== undefined ? undefined : entries.find(replaces);
    if (old === undefined || old.call.state !== 'held' || entries.attended().length > 0) return;
    entries.update(old, {
      notice: t('The transfer did not work. You are back with {name}.', { name: whoIs(old.call.party) }),
    });
    attention
      .inTurn(() => attention.resume(old))
      .catch((error: unknown) => {
        log.info('a call was not taken back', { id: old.call.id, error });
      });
  }

  stop(): void {
    for (const callId of [...this.#sendOns.keys()]) this.stopSendOn(callId);
  }

  stopSendOn(callId: string): void {
    const timer = this.#sendOns.get(callId);
    if (timer === undefined) return;
    this.#options.clock.clearTimeout(timer);
    this.#sendOns.delete(callId);
  }

  /** The history knows it after the program began anew, too. */
  #expectsCallBack(): boolean {
    const { clock, history, isEmergency } = this.#options;
    const sinceMs = clock.now() - limits.emergencyCallBackMs;
    return history
      .snapshot()
      .calls.some(
        ({ direction, number, dialled, startedAtMs, endedAtMs }) =>
          direction === 'out' && isEmergency(dialled ?? number) && (endedAtMs ?? startedAtMs) > sinceMs,
      );
  }

  /** Refused or sent on by the person's own rules: it never rang, and stands in the history. */
  #turnAway(
    incoming: IncomingCall,
    { party, onTheWire }: FarEnd,
    ruling: Extract<IncomingRuling, { kind: 'refuse' | 'divert' }>,
  ): void {
    const { clock, history, log, read } = this.#options;
    const { callId, diverted } = incoming;
    const startedAtMs = clock.now();
    const sentHere = diverted === undefined ? {} : { diverted };
    history.callStarted({ id: callId, direction: 'in', startedAtMs, ...party, ...onTheWire, ...sentHere });
    const isRefused = ruling.kind === 'refuse' && ruling.isSentOn !== true;
    history.callEnded(callId, {
      endedAtMs: startedAtMs,
      endReason: isRefused ? 'busy' : 'diverted',
      missed: isRefused,
    });
    if (ruling.kind === 'refuse') return;
    try {
      incoming.call.divert(read(ruling.target), ruling.reason).catch((error: unknown) => {
        log.warn('a call was not sent on', { callId, error });
      });
    } catch (error) {
      log.warn('calls are sent on to a number that cannot be called', { error });
    }
  }

  #sendOnLater(entry: CallEntry, { target, afterS }: SendOn): void {
    const { clock, log, read } = this.#options;
    const { id } = entry.call;
    const sendOn = async (): Promise<void> => {
      if (entry.call.state === 'ringing') await entry.device.divert(read(target), 'no-answer');
    };
    const timer = clock.setTimeout(() => {
      this.#sendOns.delete(id);
      sendOn().catch((error: unknown) => {
        log.warn('an unanswered call was not sent on', { id, error });
      });
    }, afterS * 1_000);
    this.#sendOns.set(id, timer);
  }

  /** The far end transferred this person: the new call takes the place of the old one, without asking. */
  #continue(
    { callId, call }: IncomingCall,
    { party, onTheWire }: FarEnd,
    { callId: oldId, direction, isPickUp }: NonNullable<IncomingCall['continues']>,
  ): void {
    const { entries, attention, log } = this.#options;
    const old = entries.find(oldId);
    const notice = continuingWords(old?.call.party, party, direction, isPickUp === true);
    const entry = entries.begin(callId, direction, party, call, { ...onTheWire, notice, replaces: oldId });
    entries.publish();
    const takeOver = async (): Promise<void> => {
      // The microphone goes to one of the two only. A call that cannot be held is ended soon enough.
      if (old !== undefined) await attention.hold(old).catch(() => undefined);
      if (direction === 'in') await this.answer(entry);
    };
    attention.inTurn(takeOver).catch((error: unknown) => {
      log.warn('a call that takes the place of another was not answered', { callId, error });
    });
  }
}

/** What became of a call whose place another one takes, with the names that the directory knows. */
function continuingWords(
  before: CallParty | undefined,
  now: CallParty,
  direction: 'in' | 'out',
  isPickUp: boolean,
): string {
  const who = whoIs(now);
  if (isPickUp) return t('{who} picked up your call.', { who });
  if (direction === 'in' || before === undefined) return t('You were transferred to {who}.', { who });
  return t('{name} transferred you to {who}.', { name: whoIs(before), who });
}
