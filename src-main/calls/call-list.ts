import { randomUUID } from 'node:crypto';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { CallList as CallListSnapshot } from '../../src-shared/contract/calls.ts';
import { AppError } from '../../src-shared/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import type { Call, CallEndReason, CallParty } from '../../src-shared/model/call.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { Logger } from '../core/log.ts';
import type { KnownParty, ReverseLookup } from '../directory/reverse-lookup.ts';
import type { CallHistory } from '../history/history.ts';
import type { CallDevice, DeviceCall, DeviceCallEvent, DeviceCallListener, IncomingCall } from './call-device.ts';
import { firstState, nextState } from './call-machine.ts';
import type { CallTransition } from './call-machine.ts';
import { parseDialString, toE164 } from './dial-string.ts';
import type { DialTarget } from './dial-string.ts';

/** The view has this much of a call that is not ended. */
interface Entry {
  call: Call;
  readonly device: DeviceCall;
  linger: TimerHandle | undefined;
}

export interface CallListOptions {
  readonly device: CallDevice;
  readonly hub: TopicHub;
  readonly clock: Clock;
  readonly log: Logger;
  readonly history: CallHistory;
  readonly lookup: ReverseLookup;
  /** ISO 3166 region that national numbers are read in; undefined when none is set. */
  readonly region: () => string | undefined;
}

/** All calls of this person at this program, as topic `calls`. Runs every call's state machine. */
export class CallList {
  readonly #options: CallListOptions;
  readonly #entries = new Map<string, Entry>();
  #undo: (() => void) | undefined;

  constructor(options: CallListOptions) {
    this.#options = options;
    options.device.handleIncoming((incoming) => this.#incoming(incoming));
  }

  start(): void {
    this.#undo ??= this.#options.device.onLineChanged(() => {
      this.#publish();
    });
    this.#publish();
  }

  /** Ends what runs, so that the history knows it. */
  stop(): void {
    this.#undo?.();
    this.#undo = undefined;
    for (const { call, device } of this.#running()) {
      device.hangUp().catch((error: unknown) => {
        this.#options.log.info('a call was not ended', { id: call.id, error });
      });
    }
    for (const entry of this.#entries.values()) {
      if (entry.linger !== undefined) this.#options.clock.clearTimeout(entry.linger);
    }
    this.#entries.clear();
    this.#publish();
  }

  /** True while a call is not over; reconnection and updates wait for that. */
  get busy(): boolean {
    return this.#running().length > 0;
  }

  /** Dials what was typed. Throws AppError `invalid`, `limit`, `offline` or `media`. */
  place(typed: string, name: string | undefined): { callId: string; revision: number } {
    const region = this.#options.region();
    const target = parseDialString(typed, region);
    if (this.#running().length >= limits.calls) {
      throw new AppError('limit', `${limits.calls} calls are the most at one time. End one of them first.`);
    }
    if (this.#active() !== undefined) {
      throw new AppError('invalid', 'You are already in a call. End it before you place another one.');
    }
    const callId = randomUUID();
    const party = this.#party(target, name, region);
    const device = this.#options.device.place(callId, target, this.#listener(callId));
    this.#begin(callId, 'out', party, device);
    return { callId, revision: this.#publish() };
  }

  async answer(callId: string): Promise<number> {
    const entry = this.#entry(callId);
    this.#require(entry, 'answer');
    if (this.#active() !== undefined) {
      throw new AppError('invalid', 'You are in another call. End that call before you answer this one.');
    }
    // The view shows at once that the call is being answered; a refusal of the device ends it in words.
    this.#move(entry, 'answerHere');
    try {
      await entry.device.answer();
    } catch (error) {
      // Refused before anything was begun, for want of a window: the call rings on. A call that ended stays so.
      this.#move(entry, 'answerRefused');
      throw error;
    }
    return this.#options.hub.revision('calls');
  }

  async decline(callId: string): Promise<number> {
    const entry = this.#entry(callId);
    this.#require(entry, 'decline');
    await entry.device.decline();
    return this.#options.hub.revision('calls');
  }

  async hangUp(callId: string): Promise<number> {
    const entry = this.#entry(callId);
    // Ended meanwhile: what the person wants is so.
    if (entry.call.state !== 'ended') {
      this.#require(entry, 'hangUp');
      await entry.device.hangUp();
    }
    return this.#options.hub.revision('calls');
  }

  async mute(callId: string, muted: boolean): Promise<number> {
    const entry = this.#entry(callId);
    this.#require(entry, 'mute');
    await entry.device.mute(muted);
    entry.call = { ...entry.call, muted };
    return this.#publish();
  }

  async dtmf(callId: string, digits: string): Promise<number> {
    const entry = this.#entry(callId);
    this.#require(entry, 'dtmf');
    await entry.device.dtmf(digits);
    return this.#options.hub.revision('calls');
  }

  #entry(callId: string): Entry {
    const entry = this.#entries.get(callId);
    if (entry === undefined) throw new AppError('notFound', 'This call is over.');
    return entry;
  }

  #require(entry: Entry, capability: Call['capabilities'][number]): void {
    if (entry.call.state === 'ended') throw new AppError('notFound', 'This call is over.');
    if (!entry.call.capabilities.includes(capability)) {
      throw new AppError('unsupported', 'That cannot be done with this call now.', capability);
    }
  }

  /** The call that has this person's attention. There is one at a time until calls can be held. */
  #active(): Entry | undefined {
    return this.#running().find((entry) => entry.call.direction === 'out' || entry.call.state !== 'ringing');
  }

  #running(): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.call.state !== 'ended');
  }

  #incoming(incoming: IncomingCall): DeviceCallListener | undefined {
    if (this.#running().length >= limits.calls) return undefined;
    const e164 = toE164(incoming.number, this.#options.region());
    const known = this.#known(incoming.number, e164);
    const name = incoming.name ?? known?.name;
    const party: CallParty = {
      number: incoming.number,
      ...(e164 === undefined ? {} : { e164 }),
      ...(name === undefined ? {} : { name }),
      ...(known?.jid === undefined ? {} : { jid: known.jid }),
    };
    this.#begin(incoming.callId, 'in', party, incoming.call);
    this.#publish();
    return this.#listener(incoming.callId);
  }

  #party(target: DialTarget, name: string | undefined, region: string | undefined): CallParty {
    const number = target.kind === 'uri' ? target.shown : target.dialled;
    const e164 = target.kind === 'number' ? (target.lookedUp ?? toE164(target.dialled, region)) : undefined;
    const known = this.#known(number, e164);
    const shownName = name ?? known?.name;
    return {
      number,
      ...(e164 === undefined ? {} : { e164 }),
      ...(shownName === undefined ? {} : { name: shownName }),
      ...(known?.jid === undefined ? {} : { jid: known.jid }),
    };
  }

  #known(number: string, e164: string | undefined): KnownParty | undefined {
    const { lookup } = this.#options;
    if (number.includes('@')) return lookup.byJid(number.toLowerCase()) ?? lookup.byNumber(number);
    return (e164 === undefined ? undefined : lookup.byNumber(e164)) ?? lookup.byNumber(number);
  }

  #begin(id: string, direction: 'in' | 'out', party: CallParty, device: DeviceCall): void {
    const state = firstState(direction);
    const startedAtMs = this.#options.clock.now();
    this.#entries.set(id, {
      device,
      linger: undefined,
      call: {
        id,
        deviceId: this.#options.device.id,
        direction,
        state,
        party,
        capabilities: state === 'ended' ? [] : device.capabilities(state),
        startedAtMs,
        muted: false,
        encrypted: false,
      },
    });
    this.#options.history.callStarted({ id, direction, startedAtMs, ...party });
  }

  #listener(callId: string): DeviceCallListener {
    return (event) => {
      const entry = this.#entries.get(callId);
      if (entry !== undefined) this.#heard(entry, event);
    };
  }

  #heard(entry: Entry, event: DeviceCallEvent): void {
    switch (event.type) {
      case 'farEndRings':
        this.#move(entry, 'farEndRings');
        break;
      case 'established':
        if (!this.#move(entry, 'established')) return;
        entry.call = { ...entry.call, connectedAtMs: this.#options.clock.now() };
        this.#agreed(entry, event);
        this.#options.history.callConnected(entry.call.id, this.#options.clock.now());
        break;
      case 'media':
        if (entry.call.state === 'connected') this.#agreed(entry, event);
        break;
      case 'notice': {
        if (entry.call.state === 'ended') return;
        const { notice: _old, ...rest } = entry.call;
        entry.call = event.notice === undefined ? rest : { ...rest, notice: event.notice };
        break;
      }
      case 'end':
        this.#ended(entry, event.reason, event.notice);
        break;
    }
    this.#publish();
  }

  #agreed(entry: Entry, media: { readonly encrypted: boolean; readonly codec?: string }): void {
    const capabilities = entry.device.capabilities('connected');
    entry.call = {
      ...entry.call,
      capabilities,
      encrypted: media.encrypted,
      ...(media.codec === undefined ? {} : { codec: media.codec }),
    };
  }

  #ended(entry: Entry, reason: CallEndReason, notice: string | undefined): void {
    const before = entry.call;
    if (!this.#move(entry, 'end')) return;
    const endedAtMs = this.#options.clock.now();
    entry.call = { ...entry.call, endedAtMs, endReason: reason, ...(notice === undefined ? {} : { notice }) };
    const answered = before.connectedAtMs !== undefined;
    const wasMissed = before.direction === 'in' && !answered && isMissed(reason);
    this.#options.history.callEnded(before.id, { endedAtMs, endReason: reason, missed: wasMissed });
    entry.linger = this.#options.clock.setTimeout(() => {
      this.#entries.delete(before.id);
      this.#publish();
    }, limits.endedCallLingerMs);
  }

  /** False when the call machine refuses: too late, or out of place. */
  #move(entry: Entry, transition: CallTransition): boolean {
    const { direction, state, id } = entry.call;
    const next = nextState(direction, state, transition);
    if (next === undefined) {
      this.#options.log.debug('a call event was ignored', { id, state, transition });
      return false;
    }
    const capabilities = next === 'ended' ? [] : entry.device.capabilities(next);
    entry.call = { ...entry.call, state: next, capabilities };
    this.#publish();
    return true;
  }

  #publish(): number {
    const snapshot: CallListSnapshot = {
      calls: [...this.#entries.values()].map((entry) => entry.call),
      line: this.#options.device.line(),
    };
    return this.#options.hub.publish('calls', snapshot);
  }
}

/** Declined here or taken elsewhere is not missed; nor is what ended while it was being answered. */
function isMissed(reason: CallEndReason): boolean {
  return reason !== 'declined' && reason !== 'answeredElsewhere' && reason !== 'hungUp' && reason !== 'mediaFailed';
}
