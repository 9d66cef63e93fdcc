import type { Clock } from '../../src-shared/clock.ts';
import type { Call, CallCapability } from '../../src-shared/model/call.ts';
import type { CallQuality } from '../../src-shared/model/call-quality.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { Logger } from '../core/log.ts';
import type { DialPlan } from '../dial-plan/dial-plan.ts';
import type { ReverseLookup } from '../directory/reverse-lookup.ts';
import type { CallHistory } from '../history/history.ts';
import { CallAttention } from './call-attention.ts';
import { CallBacks } from './call-backs.ts';
import type { Availability } from './call-backs.ts';
import { CallConferences } from './call-conferences.ts';
import type { CallDevice, DeviceCallEvent, DeviceCallListener } from './call-device.ts';
import { CallEntries } from './call-entries.ts';
import type { CallEntry } from './call-entries.ts';
import { CallParties } from './call-parties.ts';
import { CallPlacing } from './call-placing.ts';
import type { PlacedCall } from './call-placing.ts';
import type { CallSettings } from './call-settings.ts';
import { CallTransfers } from './call-transfers.ts';
import { IncomingCalls } from './incoming-calls.ts';
import { sendKeys } from './keys-in-call.ts';
import { ServerRules } from './server-rules.ts';
import { ServiceCalls } from './service-calls.ts';
import type { ServiceCallsOptions } from './service-calls.ts';

export interface CallListOptions {
  readonly device: CallDevice;
  readonly hub: TopicHub;
  readonly clock: Clock;
  readonly log: Logger;
  readonly history: CallHistory;
  /** Domain of the account, lower case. */
  readonly domain: string;
  readonly lookup: ReverseLookup;
  readonly dialPlan: Pick<DialPlan, 'outbound' | 'inbound'>;
  /** Whether a number as dialled or received is one of emergency services. */
  readonly isEmergency: (number: string) => boolean;
  readonly settings: () => CallSettings;
  /** Whether this person hears nothing of calls (`isQuiet`). */
  readonly isQuiet: () => boolean;
  /** Whether somebody can be called now, by bare JID. */
  readonly availability: (jid: string) => Availability;
  readonly ringingAt: ServiceCallsOptions['ringingAt'];
  /** Tells the windows how a call sounds. */
  readonly quality: (quality: CallQuality & { readonly callId: string }) => void;
  /** Lets the far end of a call hear that nobody's hand answered it. */
  readonly announce: (callId: string) => Promise<void>;
  /** Tells the window which calls to mix. */
  readonly mix: (groups: readonly (readonly string[])[]) => Promise<void>;
}

/**
 * All calls of this person at this program, as topic `calls`. Placing, answering and resuming a call puts what is active
 * on hold first; see CallAttention.
 */
export class CallList {
  readonly transfers: CallTransfers;
  readonly conferences: CallConferences;
  /** Parked and ringing calls of others. */
  readonly services: ServiceCalls;
  readonly serverRules: ServerRules;
  readonly #options: CallListOptions;
  readonly #entries: CallEntries;
  readonly #attention: CallAttention;
  readonly #parties: CallParties;
  readonly #placing: CallPlacing;
  readonly #incoming: IncomingCalls;
  readonly #callBacks: CallBacks;
  #undo: (() => void) | undefined;

  constructor(options: CallListOptions) {
    this.#options = options;
    this.#callBacks = new CallBacks({
      availability: options.availability,
      changed: () => {
        this.#entries.publish();
      },
    });
    this.#entries = new CallEntries({
      ...options,
      state: () => {
        const { forward, doNotDisturb } = options.settings();
        const serverRules = this.serverRules.all;
        return { callBacks: this.#callBacks.all, forward, doNotDisturb, serverRules };
      },
      allows: (capability) => this.#allows(capability),
    });
    this.#attention = new CallAttention(this.#entries);
    this.#parties = new CallParties(options.lookup, options.dialPlan, options.domain);
    const parts = {
      ...options,
      entries: this.#entries,
      attention: this.#attention,
      read: (typed: string) => options.dialPlan.outbound(typed),
    };
    this.serverRules = new ServerRules({
      ...parts,
      changed: () => {
        this.#entries.publish();
      },
    });
    this.#placing = new CallPlacing({
      ...parts,
      parties: this.#parties,
      callBacks: this.#callBacks,
      listener: this.#listener.bind(this),
    });
    this.services = new ServiceCalls({ ...parts, place: this.#placing.place.bind(this.#placing) });
    this.#incoming = new IncomingCalls({
      ...parts,
      parties: this.#parties,
      settings: () => ({ ...options.settings(), ...this.serverRules.own }),
      serverSendsBusyOn: () => this.serverRules.sendsBusyOn,
    });
    this.transfers = new CallTransfers({
      ...parts,
      consult: (target, name, consultsFor) => this.#placing.dial(target, name, { consultsFor }),
    });
    this.conferences = new CallConferences({
      ...parts,
      join: (moved, kept) => this.transfers.join(moved, kept),
    });
    this.#entries.onEnded = (before) => {
      this.conferences.ended(before);
      this.#incoming.ended(before);
      this.transfers.ended(before);
    };
    options.device.handleIncoming((incoming) =>
      this.#incoming.take(incoming) ? this.#listener(incoming.callId) : undefined,
    );
  }

  start(): void {
    this.#undo ??= this.#options.device.onLineChanged(() => {
      this.#entries.publish();
    });
    this.serverRules.start();
    this.#entries.publish();
  }

  /** Ends what runs, so that the history knows it. */
  stop(): void {
    this.#undo?.();
    this.#undo = undefined;
    for (const { call, device } of this.#entries.running()) {
      device.hangUp().catch((error: unknown) => {
        this.#options.log.info('a call was not ended', { id: call.id, error });
      });
    }
    this.#incoming.stop();
    this.serverRules.stop();
    this.#callBacks.clear();
    this.#entries.clear();
  }

  /** True while a call is not over; reconnection and updates wait for that. */
  get busy(): boolean {
    return this.#entries.running().length > 0;
  }

  get revision(): number {
    return this.#entries.revision;
  }

  /** Settings changed that the topic shows. */
  settingsChanged(): void {
    this.#placing.forget();
    this.serverRules.settingsChanged();
    for (const entry of this.#entries.running()) this.#entries.refresh(entry);
    this.#entries.publish();
  }

  /** A window took the lease: it does not know yet what is mixed. */
  windowChanged(): void {
    this.conferences.windowChanged();
  }

  /** See CallPlacing. */
  async place(typed: string, name: string | undefined): Promise<PlacedCall> {
    return await this.#placing.place(typed, name);
  }

  /** See CallPlacing. */
  prepare(typed: string, name: string | undefined): void {
    this.#placing.prepare(typed, name);
  }

  /** See CallPlacing. */
  async redial(): Promise<PlacedCall> {
    return await this.#placing.redial();
  }

  /** See CallPlacing. */
  async callBack(typed: string, name: string | undefined): Promise<number> {
    return await this.#placing.callBack(typed, name);
  }

  cancelCallBack(target: string): number {
    this.#callBacks.cancel(target);
    return this.#entries.revision;
  }

  /** Somebody's line or presence changed. */
  availabilityChanged(): void {
    this.#callBacks.availabilityChanged();
  }

  /** What is active is held first; an attempt to call somebody that nobody has answered is ended. */
  async answer(callId: string): Promise<number> {
    const entry = this.#entries.get(callId);
    this.#entries.require(entry, 'answer');
    if (this.#entries.attended().length === 0) return await this.#incoming.answer(entry);
    return await this.#attention.inTurn(async () => {
      await this.#attention.makeWay();
      this.#entries.require(entry, 'answer');
      return await this.#incoming.answer(entry);
    });
  }

  async decline(callId: string): Promise<number> {
    const entry = this.#entries.get(callId);
    this.#entries.require(entry, 'decline');
    await entry.device.decline();
    return this.#entries.revision;
  }

  /** It rings no longer here, and the caller is told nothing. */
  ignore(callId: string): number {
    const entry = this.#entries.get(callId);
    this.#entries.require(entry, 'ignore');
    this.#entries.update(entry, { silenced: true });
    return this.#entries.publish();
  }

  async divert(callId: string, typed: string): Promise<number> {
    const entry = this.#entries.get(callId);
    this.#entries.require(entry, 'divert');
    await entry.device.divert(this.#options.dialPlan.outbound(typed), 'deflection');
    return this.#entries.revision;
  }

  async hangUp(callId: string): Promise<number> {
    const entry = this.#entries.get(callId);
    // Ended meanwhile: what the person wants is so.
    if (entry.call.state !== 'ended') {
      this.#entries.require(entry, 'hangUp');
      await entry.device.hangUp();
    }
    return this.#entries.revision;
  }

  /** In a conference towards everybody: who sees that they are muted is heard by nobody. */
  async mute(callId: string, muted: boolean): Promise<number> {
    const entry = this.#entries.get(callId);
    this.#entries.require(entry, 'mute');
    try {
      await this.conferences.mute(this.#entries.together(entry), muted);
    } finally {
      this.#entries.publish();
    }
    return this.#entries.revision;
  }

  /** The call as it is, when it can be recorded now, and all that are recorded with it. Throws AppError. */
  recordable(callId: string): { readonly call: Call; readonly callIds: readonly string[] } {
    const entry = this.#entries.get(callId);
    this.#entries.require(entry, 'record');
    return { call: entry.call, callIds: this.#entries.together(entry).map(({ call }) => call.id) };
  }

  isRunning(callId: string): boolean {
    const state = this.#entries.find(callId)?.call.state;
    return state !== undefined && state !== 'ended';
  }

  /** Shows whether a call is recorded, with words when that ended by itself. */
  showRecording(callId: string, recording: boolean, notice?: string): number {
    const entry = this.#entries.find(callId);
    if (entry === undefined || entry.call.state === 'ended') return this.#entries.revision;
    this.#entries.update(entry, { recording, ...(notice === undefined ? {} : { notice }) });
    return this.#entries.publish();
  }

  async dtmf(callId: string, digits: string): Promise<number> {
    await sendKeys(this.#entries, callId, digits);
    return this.#entries.revision;
  }

  /** A call that is in a conference takes the whole conference with it. */
  async hold(callId: string): Promise<number> {
    const entry = this.#entries.get(callId);
    this.#entries.require(entry, 'hold');
    await this.#attention.inTurn(async () => {
      await Promise.all(this.#entries.together(entry).map((one) => this.#attention.hold(one)));
    });
    return this.#entries.revision;
  }

  /** What is active is held first, so that this swaps two calls. */
  async resume(callId: string): Promise<number> {
    const entry = this.#entries.get(callId);
    this.#entries.require(entry, 'resume');
    await this.#attention.inTurn(async () => {
      await this.#attention.free();
      await Promise.all(this.#entries.together(entry).map((one) => this.#attention.resume(one)));
    });
    return this.#entries.revision;
  }

  /** Makes a conference of calls, or adds them to the one that some of them are in. */
  async merge(callIds: readonly string[]): Promise<number> {
    const chosen = [...new Set(callIds)].map((callId) => this.#entries.get(callId));
    const joined = new Set(chosen.flatMap((entry) => this.#entries.together(entry)));
    await this.#attention.inTurn(async () => {
      await this.#attention.free(joined);
      await this.conferences.merge(chosen);
    });
    return this.#entries.revision;
  }

  /** Takes a call out of its conference and holds it. */
  async split(callId: string): Promise<number> {
    const entry = this.#entries.get(callId);
    this.#entries.require(entry, 'split');
    await this.#attention.inTurn(async () => {
      await this.#attention.hold(entry);
      this.conferences.split(entry);
    });
    return this.#entries.revision;
  }

  #allows(capability: CallCapability): boolean {
    if (capability === 'record') return this.#options.settings().recording;
    return capability !== 'park' || this.#options.settings().codes.park !== '';
  }

  #listener(callId: string): DeviceCallListener {
    return (event) => {
      const entry = this.#entries.find(callId);
      if (entry !== undefined) this.#heard(entry, event);
    };
  }

  #heard(entry: CallEntry, event: DeviceCallEvent): void {
    const { state } = entry.call;
    switch (event.type) {
      case 'farEndRings':
        this.#entries.move(entry, 'farEndRings');
        break;
      case 'established':
        if (!this.#entries.established(entry)) return;
        this.services.answered(entry.call.id);
        if (entry.call.autoAnswered === true) this.#announce(entry.call.id);
        this.#agreed(entry, event);
        break;
      case 'media':
        if (state === 'connected' || state === 'held') this.#agreed(entry, event);
        else if (state !== 'ended') this.#entries.refresh(entry);
        break;
      case 'farHolds':
        if (state !== 'ended') this.#entries.update(entry, { farHolds: event.farHolds });
        if (!event.farHolds) this.transfers.farEndIsBack(entry);
        break;
      case 'party':
        if (state !== 'ended') this.#entries.update(entry, { party: this.#parties.caller(event).party });
        break;
      case 'name':
        this.#entries.named(entry, event.name);
        break;
      case 'transfer':
      case 'transferQuiet':
      case 'transferFailed':
        this.transfers.heard(entry, event);
        break;
      case 'quality':
        if (state === 'ended') return;
        entry.quality = event.quality;
        this.#options.quality({ callId: entry.call.id, ...event.quality });
        return;
      case 'notice':
        if (state === 'ended') return;
        if (event.notice === undefined) this.#entries.drop(entry, 'notice');
        else this.#entries.update(entry, { notice: event.notice });
        break;
      case 'end': {
        const notice = event.notice ?? this.services.noticeOf(entry.call.id, event.reason);
        this.#entries.ended(entry, event.reason, notice, event.detail);
        break;
      }
    }
    this.#entries.publish();
  }

  #announce(callId: string): void {
    this.#options.announce(callId).catch((error: unknown) => {
      this.#options.log.info('the far end was not told that its call was answered by itself', { callId, error });
    });
  }

  #agreed(entry: CallEntry, media: { readonly encrypted: boolean; readonly codec?: string }): void {
    this.#entries.update(entry, {
      encrypted: media.encrypted,
      ...(media.codec === undefined ? {} : { codec: media.codec }),
    });
  }
}
