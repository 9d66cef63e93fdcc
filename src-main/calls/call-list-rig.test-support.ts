import Database from 'better-sqlite3';
import type { CallList as CallListSnapshot } from '../../src-shared/contract/calls.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { callHistory } from '../core/migrations/020-call-history.ts';
import { callHistoryWire } from '../core/migrations/051-call-history-wire.ts';
import { callHistoryQuality } from '../core/migrations/052-call-history-quality.ts';
import { callHistoryWords } from '../core/migrations/054-call-history-words.ts';
import { callHistoryServices } from '../core/migrations/056-call-history-services.ts';
import { DialPlan } from '../dial-plan/dial-plan.ts';
import { keypadOf } from '../dial-plan/keypad.ts';
import type { KnownParty } from '../directory/reverse-lookup.ts';
import { CallHistory } from '../history/history.ts';
import { HistoryStore } from '../history/history-store.ts';
import type { Availability } from './call-backs.ts';
import type { IncomingCall } from './call-device.ts';
import { CallList } from './call-list.ts';
import { noFeatureCodes } from './call-settings.ts';
import type { CallSettings } from './call-settings.ts';
import { CallRecordings } from './call-recordings.ts';
import { CallsService } from './calls-service.ts';
import { isEmergencyNumber } from './emergency-numbers.ts';
import { FakeDevice } from './fake-device.test-support.ts';
import type { FakeDeviceCall } from './fake-device.test-support.ts';
import type { RingingCall } from '../line-state/dialog-info.ts';
import { storeOver } from '../core/store.ts';

/** A call list on a fake device, with a history in memory and a clock that a test moves. */
export class CallListRig {
  readonly clock = new TestClock();
  readonly hub = new TopicHub();
  readonly device = new FakeDevice();
  readonly people = new Map<string, KnownParty>();
  /** What the window told of its legs. */
  readonly legs: unknown[] = [];
  /** What the window was asked to mix, in order. */
  readonly mixes: (readonly (readonly string[])[])[] = [];
  /** What the windows were told of how calls sound. */
  readonly qualities: unknown[] = [];
  /** Thrown when the window is asked to mix. */
  mixFailure: Error | undefined;
  settings: CallSettings = {
    doNotDisturb: false,
    forward: {},
    autoAnswer: false,
    takesRinging: true,
    parkBy: 'transfer',
    rulesBy: 'computer',
    recording: false,
    recordingFormat: 'opus',
    recordingFolder: '',
    codes: noFeatureCodes,
    audioCodecs: [],
    emergencyNumbers: [],
  };
  /** The person chose "Do not disturb" as presence. */
  isQuiet = false;
  /** Of people by JID. */
  readonly availability = new Map<string, Availability>();
  /** Calls whose far end was told that they were answered by themselves. */
  readonly announced: string[] = [];
  /** Calls that ring at colleagues, by JID. */
  readonly ringing = new Map<string, RingingCall>();
  /** What the window was asked to record, in order. */
  readonly recorded: (readonly string[])[] = [];
  readonly recordings: CallRecordings;
  readonly history: CallHistory;
  readonly list: CallList;
  readonly service: CallsService;

  constructor() {
    const { clock, hub, device, people } = this;
    const db = new Database(':memory:');
    callHistory.up(db);
    callHistoryWire.up(db);
    callHistoryQuality.up(db);
    callHistoryWords.up(db);
    callHistoryServices.up(db);
    this.history = new CallHistory({
      store: new HistoryStore(storeOver(db), 'account'),
      hub,
      clock,
      chats: () => [],
      voiceMessages: () => [],
    });
    this.list = new CallList({
      device,
      hub,
      clock,
      log: silentLogger,
      history: this.history,
      domain: 'parley.test',
      lookup: { byNumber: (number) => people.get(number), byJid: (jid) => people.get(jid) },
      dialPlan: new DialPlan(() => ({
        region: 'GB',
        keypad: keypadOf('en-GB'),
        extensionDigits: 5,
        applicationRules: [
          { beginsWith: '+18005551', numDigits: 12, digitsToRemove: 7, prefixWith: '' },
          { beginsWith: '', numDigits: 3, digitsToRemove: 0, prefixWith: '9' },
        ],
        lookupRules: [{ beginsWith: '5', numDigits: 5, digitsToRemove: 0, prefixWith: '+180055' }],
        isEmergency: (number) => this.isEmergency(number),
      })),
      isEmergency: (number) => this.isEmergency(number),
      settings: () => this.settings,
      isQuiet: () => this.isQuiet,
      availability: (jid) => this.availability.get(jid) ?? 'unknown',
      ringingAt: (jid) => this.ringing.get(jid),
      quality: (quality) => {
        this.qualities.push(quality);
      },
      announce: (callId) => {
        this.announced.push(callId);
        return Promise.resolve();
      },
      mix: (groups) => {
        this.mixes.push(groups);
        return this.mixFailure === undefined ? Promise.resolve() : Promise.reject(this.mixFailure);
      },
    });
    this.recordings = new CallRecordings({
      folder: () => this.settings.recordingFolder,
      format: () => this.settings.recordingFormat,
      window: (_recordingId, callIds) => {
        this.recorded.push(callIds);
        return Promise.resolve();
      },
      isRunning: (callId) => this.list.isRunning(callId),
      saved: () => undefined,
      showFile: undefined,
      shown: (...shown) => {
        this.list.showRecording(...shown);
      },
      clock: this.clock,
      log: silentLogger,
    });
    const legs = { windowLeg: (...told: unknown[]) => this.legs.push(told) };
    this.service = new CallsService(this.list, this.history, legs, this.recordings);
  }

  isEmergency(number: string): boolean {
    return isEmergencyNumber(number, 'GB', this.settings.emergencyNumbers);
  }

  snapshot(): CallListSnapshot {
    return this.hub.current('calls').snapshot as CallListSnapshot;
  }

  get states(): readonly Call['state'][] {
    return this.snapshot().calls.map(({ state }) => state);
  }

  /** The one call that there is. */
  only(): Call {
    const [call, ...others] = this.snapshot().calls;
    if (call === undefined || others.length > 0) throw new Error(`${this.snapshot().calls.length} calls`);
    return call;
  }

  callOf(callId: string): Call {
    const found = this.snapshot().calls.find(({ id }) => id === callId);
    if (found === undefined) throw new Error(`no ${callId}`);
    return found;
  }

  ring(callId = 'one', number = '6102', name?: string, more: Partial<IncomingCall> = {}): FakeDeviceCall {
    const call = this.device.ring(callId, number, name, more);
    if (call === undefined) throw new Error('refused');
    return call;
  }

  /** A call that came in and is connected. */
  async answered(callId: string, number = '6102'): Promise<FakeDeviceCall> {
    const call = this.ring(callId, number);
    await this.list.answer(callId);
    call.tell({ type: 'established', encrypted: false });
    return call;
  }

  /** A call that is placed at once, as nothing has to be held for it. */
  place(target = '020 7946 0102', name?: string): { callId: string; call: FakeDeviceCall } {
    const before = this.device.calls.length;
    void this.list.place(target, name);
    const call = this.device.calls[before];
    const callId = this.snapshot().calls.at(-1)?.id;
    if (call === undefined || callId === undefined) throw new Error('not placed');
    return { callId, call };
  }
}
