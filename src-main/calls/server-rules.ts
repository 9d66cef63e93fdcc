import { randomUUID } from 'node:crypto';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { callRules } from '../../src-shared/contract/calls.ts';
import type { CallForward, CallRule, ServerRule } from '../../src-shared/contract/calls.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { CallEndReason } from '../../src-shared/model/call.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import type { CallDevice, DeviceCall } from './call-device.ts';
import type { CallSettings, FeatureCodes } from './call-settings.ts';
import { featureCode } from './feature-codes.ts';

export interface ServerRulesOptions {
  readonly device: Pick<CallDevice, 'place' | 'line' | 'onLineChanged'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: () => CallSettings;
  /** Reads a number of the settings; throws AppError `invalid`. */
  readonly read: (typed: string) => DialTarget;
  readonly changed: () => void;
}

/** Names of the codes that switch each rule. */
const codesOf: Readonly<Record<CallRule, { readonly on: keyof FeatureCodes; readonly off: keyof FeatureCodes }>> = {
  doNotDisturb: { on: 'doNotDisturbOn', off: 'doNotDisturbOff' },
  always: { on: 'forwardAlwaysOn', off: 'forwardAlwaysOff' },
  busy: { on: 'forwardBusyOn', off: 'forwardBusyOff' },
  noAnswer: { on: 'forwardNoAnswerOn', off: 'forwardNoAnswerOff' },
};

/** Phone servers confirm by a word or a tone; then they hang up, or we do. */
const confirmationMs = 2_000;
/** A server that has not answered a code by then is not going to. */
const answerTimeoutMs = 15_000;

/** One rule as the phone server was told it. The target is '' for off. */
interface Told {
  readonly target: string;
  readonly state: ServerRule['state'];
  readonly atMs?: number;
  readonly message?: string;
}

/**
 * Rules for calls that the phone server keeps, told to it by the codes of the settings: it is called, as from any desk
 * phone, and whether it answers says whether it took the rule. For each rule:
 *
 *   none --the settings give it to the server--> asking
 *   none --Parley starts with it in the settings--> unknown     told in an earlier run; not dialled again by itself
 *   asking --answered--> done
 *   asking --refused | no answer--> refused                     Parley keeps the rule itself
 *   done | refused | unknown --changed | asked for--> asking
 *   any --the settings take it from the server--> none          switched off there first, where it was on
 */
export class ServerRules {
  readonly #options: ServerRulesOptions;
  readonly #told = new Map<CallRule, Told>();
  readonly #calls = new Map<DeviceCall, TimerHandle>();
  #last: Promise<unknown> = Promise.resolve();
  #undo: (() => void) | undefined;

  constructor(options: ServerRulesOptions) {
    this.#options = options;
  }

  /** What the settings say was told in an earlier run, if at all. */
  start(): void {
    for (const rule of callRules) {
      const target = this.#wanted(rule);
      if (this.#isServers(rule) && target !== '') this.#told.set(rule, { target, state: 'unknown' });
    }
    // What was to be told while there was no line.
    this.#undo ??= this.#options.device.onLineChanged(() => {
      this.settingsChanged();
    });
  }

  stop(): void {
    this.#undo?.();
    this.#undo = undefined;
    for (const [call, timer] of [...this.#calls]) this.#drop(call, timer);
    this.#told.clear();
  }

  /** What the windows show. */
  get all(): readonly ServerRule[] {
    return callRules.flatMap((rule) => {
      const told = this.#told.get(rule);
      if (told === undefined || !this.#isServers(rule)) return [];
      const { target, ...rest } = told;
      // Off and known to be off: nothing to show.
      if (target === '' && told.state === 'done') return [];
      const shown = rule === 'doNotDisturb' ? '' : target;
      return [{ rule, ...rest, ...(target === '' ? {} : { target: shown }) }];
    });
  }

  /** Whether this program has to do nothing for the rule, as the phone server does it. */
  isKept(rule: CallRule): boolean {
    const state = this.#told.get(rule)?.state;
    return this.#isServers(rule) && state !== undefined && state !== 'refused';
  }

  /** Whether the phone server sends calls of a busy line on, so that it has to be told of one. */
  get sendsBusyOn(): boolean {
    return this.isKept('busy') && this.#told.get('busy')?.target !== '';
  }

  /** What remains for this program to do of what the settings say. */
  get own(): Pick<CallSettings, 'forward' | 'doNotDisturb'> {
    const { forward, doNotDisturb } = this.#options.settings();
    const { always, busy, noAnswer } = forward;
    const rest: CallForward = {
      ...(always === undefined || this.isKept('always') ? {} : { always }),
      ...(busy === undefined || this.isKept('busy') ? {} : { busy }),
      ...(noAnswer === undefined || this.isKept('noAnswer') ? {} : { noAnswer }),
    };
    return { forward: rest, doNotDisturb: doNotDisturb && !this.isKept('doNotDisturb') };
  }

  /** Tells the server what is other than what it was told last. */
  settingsChanged(): void {
    if (this.#options.device.line().state !== 'registered') return;
    for (const rule of callRules) {
      const before = this.#told.get(rule);
      if (!this.#isServers(rule)) {
        if (before === undefined) continue;
        this.#told.delete(rule);
        // It would go on doing there what is done here now.
        if (before.target !== '' && before.state !== 'refused') void this.#switch(rule, '').catch(() => undefined);
        continue;
      }
      if (this.#wanted(rule) !== (before?.target ?? '')) this.#tell(rule);
    }
  }

  /** Tells the server once more. Throws AppError `invalid` for a rule that it does not keep. */
  tell(rule: CallRule): void {
    if (!this.#isServers(rule)) throw new AppError('invalid', t('The phone server does not do that for you.'), rule);
    this.#tell(rule);
  }

  #isServers(rule: CallRule): boolean {
    const { rulesBy, codes } = this.#options.settings();
    return rulesBy === 'server' && codes[codesOf[rule].on] !== '' && codes[codesOf[rule].off] !== '';
  }

  /** '' for off. */
  #wanted(rule: CallRule): string {
    const { forward, doNotDisturb } = this.#options.settings();
    switch (rule) {
      case 'doNotDisturb':
        return doNotDisturb ? 'on' : '';
      case 'always':
        return forward.always ?? '';
      case 'busy':
        return forward.busy ?? '';
      case 'noAnswer':
        return forward.noAnswer?.target ?? '';
    }
  }

  #tell(rule: CallRule): void {
    const { clock, log, changed } = this.#options;
    const target = this.#wanted(rule);
    this.#told.set(rule, { target, state: 'asking' });
    changed();
    const answered = (told: Omit<Told, 'target'>): void => {
      // Changed once more meanwhile: that answer comes.
      const now = this.#told.get(rule);
      if (now?.target !== target || now.state !== 'asking') return;
      this.#told.set(rule, { target, atMs: clock.now(), ...told });
      changed();
    };
    this.#switch(rule, target).then(
      () => {
        answered({ state: 'done' });
      },
      (error: unknown) => {
        if (!(error instanceof AppError)) log.warn('the phone server was not told of a rule', { rule, error });
        answered({ state: 'refused', message: error instanceof AppError ? error.message : t(refusedWords) });
      },
    );
  }

  /** Dials the code. One after the other: a server may take two at a time for one. */
  #switch(rule: CallRule, target: string): Promise<void> {
    const dialling = this.#last.then(async () => {
      const { settings, read } = this.#options;
      const { codes } = settings();
      const { on, off } = codesOf[rule];
      if (target === '') await this.#dial(featureCode(codes, off, ''));
      else if (rule === 'doNotDisturb') await this.#dial(featureCode(codes, on, ''));
      else {
        const to = read(target);
        await this.#dial(featureCode(codes, on, to.kind === 'number' ? to.dialled : target));
      }
    });
    this.#last = dialling.catch(() => undefined);
    return dialling;
  }

  #dial(code: string): Promise<void> {
    const { device, read, log } = this.#options;
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      const call = device.place(randomUUID(), read(code), (event) => {
        if (event.type === 'established' && !isAnswered) {
          isAnswered = true;
          this.#hangUpIn(call, confirmationMs);
          resolve();
        }
        if (event.type !== 'end') return;
        this.#forget(call);
        reject(new AppError('unsupported', wordsOf(event.reason), event.detail));
      });
      // Nothing of the room goes to the server.
      call.mute(true).catch((error: unknown) => {
        log.info('a service call is not mute', { error });
      });
      this.#hangUpIn(call, answerTimeoutMs, () => {
        reject(new AppError('timeout', t('The phone server did not answer its code.'), code));
      });
    });
  }

  #hangUpIn(call: DeviceCall, afterMs: number, before: () => void = () => undefined): void {
    this.#forget(call);
    const timer = this.#options.clock.setTimeout(() => {
      before();
      this.#drop(call, timer);
    }, afterMs);
    this.#calls.set(call, timer);
  }

  #forget(call: DeviceCall): void {
    const timer = this.#calls.get(call);
    if (timer !== undefined) this.#options.clock.clearTimeout(timer);
    this.#calls.delete(call);
  }

  #drop(call: DeviceCall, timer: TimerHandle): void {
    this.#options.clock.clearTimeout(timer);
    this.#calls.delete(call);
    call.hangUp().catch((error: unknown) => {
      this.#options.log.info('a service call was not ended', { error });
    });
  }
}

const refusedWords = msg('The phone server did not take it.');

function wordsOf(reason: CallEndReason): string {
  switch (reason) {
    case 'notFound':
      return t('The phone server does not know this code, or the number that calls are to go to.');
    case 'busy':
    case 'unavailable':
    case 'declined':
      return t('The phone server refused it.');
    case 'notAllowed':
      return t('The phone server does not allow it. Ask your administrator.');
    case 'network':
    case 'noAnswer':
      return t('The phone server did not answer its code.');
    default:
      return t(refusedWords);
  }
}
