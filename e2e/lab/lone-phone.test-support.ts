import type { PhoneConfig } from '../../src-main/account/account-config.ts';
import type { DeviceCall, DeviceCallEvent, IncomingCall } from '../../src-main/calls/call-device.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { fakePhoneConfig } from '../../src-main/softphone/fake-phone.test-support.ts';
import { FakeMediaFactory, FakeWindow } from '../../src-main/softphone/fake-window.test-support.ts';
import { Softphone } from '../../src-main/softphone/softphone.ts';
import { until } from './wait.ts';

/**
 * The softphone alone, against real far ends, with what it told of its calls. Sound has tests of its own; here the SDP
 * alone counts.
 */
export class LonePhone {
  readonly window = new FakeWindow();
  readonly media = new FakeMediaFactory(this.window);
  readonly events: DeviceCallEvent[] = [];
  readonly incoming: IncomingCall[] = [];
  readonly softphone: Softphone;
  #nextCall = 1;

  /** alice, at this port of 127.0.0.1. */
  constructor(transport: 'udp' | 'tcp', port: number, config: Partial<PhoneConfig> = {}) {
    this.softphone = new Softphone({
      config: { ...fakePhoneConfig('alice', transport), servers: [{ host: '127.0.0.1', port }], ...config },
      trust: { extraCa: [], useSystemStore: false },
      product: 'Parley/test',
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      health: { report: () => undefined },
      window: this.window,
      media: this.media,
    });
    this.softphone.handleIncoming((call) => {
      this.incoming.push(call);
      return (event) => this.events.push(event);
    });
  }

  /** Resolves when the line is up. */
  async connect(password: string): Promise<void> {
    await this.softphone.start();
    await this.softphone.connect(password);
    await until('the line to come up', () => this.softphone.line().state === 'registered', 5_000, 10);
  }

  /** Calls a SIP address. */
  place(address: string): DeviceCall {
    const target = { kind: 'uri', shown: address, dialled: address } as const;
    return this.softphone.place(`call-${String(this.#nextCall++)}`, target, (event) => this.events.push(event));
  }

  told(type: DeviceCallEvent['type']): readonly DeviceCallEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  /** Between two tests. */
  forget(): void {
    for (const kept of [this.events, this.incoming, this.media.opened]) kept.length = 0;
  }
}
