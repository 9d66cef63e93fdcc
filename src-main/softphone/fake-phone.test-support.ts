import type { Call } from '../../src-shared/model/call.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { PhoneConfig, SipTransportKind } from '../account/account-config.ts';
import type { DeviceCall, DeviceCallEvent, IncomingCall } from '../calls/call-device.ts';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/log.ts';
import type { ServerAddress } from '../core/server-list.ts';
import type { FakeSipServer } from './fake-sip-server.test-support.ts';
import { FakeMediaFactory, FakeWindow } from './fake-window.test-support.ts';
import { Softphone } from './softphone.ts';
import type { Wire } from './wire.ts';

export const fakeInstanceId = '0d6f3f3c-9a4e-4f0c-8a3b-2f5a1c9f7e11';

/** The account of a user of the fake server. */
export function fakePhoneConfig(user: string, transport: SipTransportKind): PhoneConfig {
  return {
    aor: `sip:${user}@example.com`,
    displayName: user,
    authUser: user,
    transport,
    servers: [{ host: 'sip.example.com', port: 5060 }],
    registerExpiresS: 600,
    mediaEncryption: 'never',
    dscpSignalling: 24,
    addressFamily: 'both',
    keepAlive: 'usual',
    digits: 'auto',
    iceServers: [],
    relayOnly: false,
  };
}

/** A softphone on a fake wire, with a fake window, and what it told of its calls. For tests under fake timers. */
export class FakePhone {
  readonly window = new FakeWindow();
  readonly media = new FakeMediaFactory(this.window);
  readonly health: ServiceHealth[] = [];
  readonly events: DeviceCallEvent[] = [];
  readonly incoming: IncomingCall[] = [];
  readonly softphone: Softphone;
  /** False: the call list has no room. */
  takesCalls = true;
  /** Set to tell servers apart. */
  makesWire: ((server: ServerAddress) => Wire) | undefined;
  #nextCall = 1;

  /** May be changed while it runs, as settings are. */
  config: PhoneConfig;

  constructor(server: FakeSipServer, user: string, config: Partial<PhoneConfig> = {}) {
    this.config = { ...fakePhoneConfig(user, server.protocol === 'UDP' ? 'udp' : 'tcp'), ...config };
    const configNow = (): PhoneConfig => this.config;
    this.softphone = new Softphone({
      get config() {
        return configNow();
      },
      trust: { extraCa: [], useSystemStore: false },
      product: 'Parley/test',
      clock: systemClock,
      random: () => 0.5,
      log: silentLogger,
      health: { report: (report) => this.health.push(report) },
      window: this.window,
      media: this.media,
      makeWire: (address) => this.makesWire?.(address) ?? server.wireOf(user),
      instanceId: () => fakeInstanceId,
    });
    this.softphone.handleIncoming((incoming) => {
      if (!this.takesCalls) return undefined;
      this.incoming.push(incoming);
      return (event) => this.events.push(event);
    });
  }

  /** Names of the events so far. */
  get told(): readonly DeviceCallEvent['type'][] {
    return this.events.map(({ type }) => type);
  }

  get end(): Extract<DeviceCallEvent, { type: 'end' }> | undefined {
    return this.events.find((event) => event.type === 'end');
  }

  /** `target` is a SIP address. */
  place(target: string): DeviceCall {
    const callId: Call['id'] = `call-${this.#nextCall++}`;
    return this.softphone.place(callId, { kind: 'uri', shown: target, dialled: target }, (event) =>
      this.events.push(event),
    );
  }
}
