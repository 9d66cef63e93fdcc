import { readReport, reportLayout, writeReports } from './report-layout.ts';
import type { ReportLayout } from './report-layout.ts';
import type { HidDevice, HidInputReport } from './web-hid.ts';

/** Usage pages of HID Usage Tables 1.5: telephony (section 14) and lamps (section 11). */
export const telephonyPage = 0x0b;
const lampPage = 0x08;

const usage = (page: number, id: number): number => page * 0x1_00_00 + id;

const buttons = {
  hookSwitch: usage(telephonyPage, 0x20),
  flash: usage(telephonyPage, 0x21),
  redial: usage(telephonyPage, 0x24),
  drop: usage(telephonyPage, 0x26),
  mute: usage(telephonyPage, 0x2f),
} as const;

const lamps = {
  mute: usage(lampPage, 0x09),
  offHook: usage(lampPage, 0x17),
  ring: usage(lampPage, 0x18),
  hold: usage(lampPage, 0x20),
} as const;

const known = new Set<number>([...Object.values(buttons), ...Object.values(lamps)]);

/** What a person did on the headset. */
export type HeadsetAction = 'offHook' | 'onHook' | 'flash' | 'redial' | 'drop' | 'mute' | 'unmute' | 'toggleMute';

/** What the headset is to show. */
export interface HeadsetLamps {
  readonly offHook: boolean;
  readonly ring: boolean;
  readonly mute: boolean;
  readonly hold: boolean;
}

const dark: HeadsetLamps = { offHook: false, ring: false, mute: false, hold: false };

/**
 * One headset's buttons and lamps.
 *
 *   closed --start--> open --stop, or unplugged--> closed
 *
 * The hook switch of most headsets follows the off-hook lamp: an echo of what Parley told it is no action of the
 * person, so only a state that differs from the lamp is told.
 */
export class Headset {
  readonly device: HidDevice;
  readonly #layout: ReportLayout;
  readonly #acted: (action: HeadsetAction) => void;
  /** Last values of the buttons: an action is a change. */
  readonly #values = new Map<number, number>();
  #lamps = dark;
  #isOpen = false;
  #sending: Promise<void> = Promise.resolve();
  readonly #onReport = (report: HidInputReport): void => {
    this.#read(report);
  };

  constructor(device: HidDevice, acted: (action: HeadsetAction) => void) {
    this.device = device;
    this.#acted = acted;
    this.#layout = reportLayout(device.collections, (id) => known.has(id));
  }

  /** Whether this device has a telephone's buttons or lamps at all. */
  get isTelephone(): boolean {
    return this.#layout.inputs.length > 0 || this.#layout.outputs.length > 0;
  }

  async start(): Promise<void> {
    if (!this.device.opened) await this.device.open();
    this.#isOpen = true;
    this.device.addEventListener('inputreport', this.#onReport);
    // Whatever another program left burning.
    await this.#send(dark);
  }

  async stop(): Promise<void> {
    if (!this.#isOpen) return;
    this.device.removeEventListener('inputreport', this.#onReport);
    await this.#send(dark).catch(() => undefined);
    this.#isOpen = false;
    await this.device.close().catch(() => undefined);
  }

  /** Shows it, when it is not shown already; `again`: even then, to bring a headset that went its own way back. */
  show(next: HeadsetLamps, again = false): Promise<void> {
    const same = (Object.keys(next) as (keyof HeadsetLamps)[]).every((lamp) => next[lamp] === this.#lamps[lamp]);
    return (same && !again) || !this.#isOpen ? this.#sending : this.#send(next);
  }

  #send(next: HeadsetLamps): Promise<void> {
    this.#lamps = next;
    const values = new Map(
      (Object.keys(next) as (keyof HeadsetLamps)[]).map((lamp) => [lamps[lamp], next[lamp] ? 1 : 0] as const),
    );
    const reports = writeReports(this.#layout, values);
    // One after the other: the last word must be the last one on the wire.
    this.#sending = this.#sending
      .catch(() => undefined)
      .then(async () => {
        for (const { reportId, data } of reports) await this.device.sendReport(reportId, data);
      });
    return this.#sending;
  }

  #read({ reportId, data }: HidInputReport): void {
    for (const [id, value] of readReport(this.#layout, reportId, data)) {
      const before = this.#values.get(id) ?? 0;
      this.#values.set(id, value);
      const field = this.#layout.inputs.find((one) => one.usage === id);
      const action = this.#action(id, value !== 0, before !== value, field?.isAbsolute ?? true);
      if (action !== undefined) this.#acted(action);
    }
  }

  #action(id: number, isOn: boolean, isChange: boolean, isAbsolute: boolean): HeadsetAction | undefined {
    switch (id) {
      case buttons.hookSwitch:
        if (!isChange || isOn === this.#lamps.offHook) return undefined;
        return isOn ? 'offHook' : 'onHook';
      case buttons.mute:
        // A relative mute is a key: every press turns it over. An absolute one is a switch that stands somewhere.
        if (!isAbsolute) return isOn ? 'toggleMute' : undefined;
        if (!isChange || isOn === this.#lamps.mute) return undefined;
        return isOn ? 'mute' : 'unmute';
      case buttons.flash:
        return isOn && isChange ? 'flash' : undefined;
      case buttons.redial:
        return isOn && isChange ? 'redial' : undefined;
      case buttons.drop:
        return isOn && isChange ? 'drop' : undefined;
      default:
        return undefined;
    }
  }
}
