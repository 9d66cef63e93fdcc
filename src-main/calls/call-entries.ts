import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { CallList as CallListSnapshot } from '../../src-shared/contract/calls.ts';
import { AppError } from '../../src-shared/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import type { CallQuality } from '../../src-shared/model/call-quality.ts';
import type { Call, CallCapability, CallEndReason, CallParty, CallState } from '../../src-shared/model/call.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { CallHistory } from '../history/history.ts';
import type { CallDevice, DeviceCall } from './call-device.ts';
import { firstState, nextState } from './call-machine.ts';
import type { CallTransition } from './call-machine.ts';

/** A call of the list with its device. */
export interface CallEntry {
  call: Call;
  readonly device: DeviceCall;
  linger: TimerHandle | undefined;
  /** How it sounded last. */
  quality?: CallQuality;
}

/** What is published beside the calls. */
export type CallListState = Omit<CallListSnapshot, 'calls' | 'line'>;

export interface CallEntriesOptions {
  readonly device: Pick<CallDevice, 'id' | 'line'>;
  readonly hub: TopicHub;
  readonly clock: Clock;
  readonly log: Logger;
  readonly history: CallHistory;
  readonly state: () => CallListState;
  /** Capabilities that the settings take away. */
  readonly allows: (capability: CallCapability) => boolean;
}

/** What a call may lack. */
type Droppable = 'notice' | 'conferenceId' | 'transfer' | 'consultsFor';

/** The calls themselves: each with its state machine, its place in topic `calls` and its line in the history. */
export class CallEntries {
  readonly #options: CallEntriesOptions;
  readonly #entries = new Map<string, CallEntry>();
  /** Told after each call that ended, with the call as it was. */
  onEnded: (before: Call) => void = () => undefined;

  constructor(options: CallEntriesOptions) {
    this.#options = options;
  }

  /** Throws AppError `notFound` for a call that is gone. */
  get(callId: string): CallEntry {
    const entry = this.#entries.get(callId);
    if (entry === undefined) throw new AppError('notFound', t('This call is over.'));
    return entry;
  }

  find(callId: string): CallEntry | undefined {
    return this.#entries.get(callId);
  }

  /** Throws AppError when the call is over or its device cannot do that now. */
  require(entry: CallEntry, capability: CallCapability): void {
    if (entry.call.state === 'ended') throw new AppError('notFound', t('This call is over.'));
    if (!entry.call.capabilities.includes(capability)) {
      throw new AppError('unsupported', t('That cannot be done with this call now.'), capability);
    }
  }

  /** Calls that are not over, oldest first. */
  running(): CallEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.call.state !== 'ended');
  }

  /** The call that has this person's attention, or all of the conference that has it. */
  attended(): CallEntry[] {
    return this.running().filter(
      ({ call }) => call.state !== 'held' && (call.direction === 'out' || call.state !== 'ringing'),
    );
  }

  /** All of the conference of this call; only itself when it is in none. */
  together(entry: CallEntry): CallEntry[] {
    const { conferenceId } = entry.call;
    return conferenceId === undefined
      ? [entry]
      : this.running().filter(({ call }) => call.conferenceId === conferenceId);
  }

  begin(
    id: string,
    direction: 'in' | 'out',
    party: CallParty,
    device: DeviceCall,
    more: Partial<Call> = {},
  ): CallEntry {
    const state = firstState(direction);
    const startedAtMs = this.#options.clock.now();
    const entry: CallEntry = {
      device,
      linger: undefined,
      call: {
        id,
        deviceId: this.#options.device.id,
        direction,
        state,
        party,
        capabilities: [],
        startedAtMs,
        muted: false,
        farHolds: false,
        silenced: false,
        recording: false,
        encrypted: false,
      },
    };
    entry.call = { ...entry.call, ...more };
    this.#entries.set(id, entry);
    this.refresh(entry);
    this.#options.history.callStarted({
      id,
      direction,
      startedAtMs,
      ...party,
      ...(entry.call.dialled === undefined ? {} : { dialled: entry.call.dialled }),
      ...(entry.call.isService === undefined ? {} : { isService: true }),
      ...(device.traceId === undefined ? {} : { traceId: device.traceId }),
      ...(entry.call.diverted === undefined ? {} : { diverted: entry.call.diverted }),
    });
    return entry;
  }

  /** Changes the call, not its state; not yet published. */
  update(entry: CallEntry, change: Partial<Call>): void {
    entry.call = { ...entry.call, ...change };
    this.refresh(entry);
  }

  /** The phone server names a far end whom neither the person nor the directory named; not yet published. */
  named(entry: CallEntry, name: string): void {
    const { id, party, state } = entry.call;
    if (state === 'ended' || party.name !== undefined) return;
    this.update(entry, { party: { ...party, name } });
    this.#options.history.callNamed(id, name);
  }

  /** Takes something away from the call; not yet published. */
  drop(entry: CallEntry, key: Droppable): void {
    const { [key]: _gone, ...rest } = entry.call;
    entry.call = rest;
    this.refresh(entry);
  }

  /** Asks the device anew what it can do. */
  refresh(entry: CallEntry): void {
    const { state, conferenceId } = entry.call;
    const can = state === 'ended' ? [] : entry.device.capabilities(state);
    const inPlace: readonly CallCapability[] = conferenceId === undefined ? [] : ['split'];
    const capabilities = [...can, ...inPlace].filter((capability) => this.#options.allows(capability));
    entry.call = { ...entry.call, capabilities };
  }

  /**
   * False when the call machine refuses: too late, or out of place. `change` is published with the new state: whoever
   * hears of an ended call has to hear why in the same breath.
   */
  move(entry: CallEntry, transition: CallTransition, change: Partial<Call> = {}): boolean {
    const { direction, state, id } = entry.call;
    const next = nextState(direction, state, transition);
    if (next === undefined) {
      this.#options.log.debug('a call event was ignored', { id, state, transition });
      return false;
    }
    const { heldAtMs: _before, ...rest } = entry.call;
    const held = next === 'held' ? { heldAtMs: this.#options.clock.now() } : {};
    entry.call = { ...rest, ...held, ...change, state: next };
    this.refresh(entry);
    this.publish();
    return true;
  }

  established(entry: CallEntry): boolean {
    const connectedAtMs = this.#options.clock.now();
    if (!this.move(entry, 'established', { connectedAtMs })) return false;
    this.#options.history.callConnected(entry.call.id, connectedAtMs);
    return true;
  }

  /** `detail`: what the signalling said of the end, for the history. */
  ended(entry: CallEntry, reason: CallEndReason, notice: string | undefined, detail?: string): void {
    const before = entry.call;
    const { clock, history } = this.#options;
    const endedAtMs = clock.now();
    const told = { endedAtMs, endReason: reason, ...(notice === undefined ? {} : { notice }) };
    if (!this.move(entry, 'end', told)) return;
    const wasMissed = before.direction === 'in' && before.connectedAtMs === undefined && isMissed(reason, before.state);
    history.callEnded(before.id, {
      endedAtMs,
      endReason: reason,
      missed: wasMissed,
      ...(detail === undefined ? {} : { endDetail: detail }),
      ...(entry.quality === undefined ? {} : { quality: entry.quality }),
    });
    entry.linger = clock.setTimeout(() => {
      this.#entries.delete(before.id);
      this.publish();
    }, limits.endedCallLingerMs);
    this.onEnded(before);
  }

  clear(): void {
    for (const { linger } of this.#entries.values()) {
      if (linger !== undefined) this.#options.clock.clearTimeout(linger);
    }
    this.#entries.clear();
    this.publish();
  }

  /** @returns the revision of topic `calls` */
  publish(): number {
    const snapshot: CallListSnapshot = {
      calls: [...this.#entries.values()].map((entry) => entry.call),
      line: this.#options.device.line(),
      ...this.#options.state(),
    };
    return this.#options.hub.publish('calls', snapshot);
  }

  get revision(): number {
    return this.#options.hub.revision('calls');
  }
}

/** Endings of an unanswered call that are not missed: declined, sent on or taken elsewhere, or ended while answering. */
const notMissed: ReadonlySet<CallEndReason> = new Set([
  'declined',
  'answeredElsewhere',
  'diverted',
  'transferred',
  'hungUp',
]);

/**
 * Whether an incoming call that nobody answered here and that ended so was missed. `before` is its last state: without
 * sound it ended while it was answered, or nobody could have answered it.
 */
export function isMissed(reason: CallEndReason, before: CallState): boolean {
  return reason === 'mediaFailed' ? before === 'ringing' : !notMissed.has(reason);
}
