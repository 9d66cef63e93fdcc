/**
 * What of WebHID (wicg.github.io/webhid) a headset needs; TypeScript's DOM library does not know it. The boundary
 * to the host: tests put a device of their own here.
 */
export interface HidReportItem {
  readonly isAbsolute?: boolean;
  readonly isArray?: boolean;
  readonly isConstant?: boolean;
  readonly isRange?: boolean;
  /** Usage page in the upper 16 bits, usage in the lower. */
  readonly usages?: readonly number[];
  readonly usageMinimum?: number;
  readonly usageMaximum?: number;
  /** Bits of one value. */
  readonly reportSize?: number;
  /** Values in a row. */
  readonly reportCount?: number;
  readonly logicalMinimum?: number;
}

export interface HidReportInfo {
  /** 0: the device numbers no reports. */
  readonly reportId?: number;
  readonly items?: readonly HidReportItem[];
}

export interface HidCollection {
  readonly usagePage?: number;
  readonly usage?: number;
  readonly children?: readonly HidCollection[];
  readonly inputReports?: readonly HidReportInfo[];
  readonly outputReports?: readonly HidReportInfo[];
}

export interface HidInputReport {
  readonly device: HidDevice;
  readonly reportId: number;
  /** Without the report id. */
  readonly data: DataView;
}

export interface HidDevice {
  readonly productName: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly opened: boolean;
  readonly collections: readonly HidCollection[];
  open(): Promise<void>;
  close(): Promise<void>;
  /** Takes the permission back. */
  forget(): Promise<void>;
  sendReport(reportId: number, data: Uint8Array<ArrayBuffer>): Promise<void>;
  addEventListener(type: 'inputreport', listener: (event: HidInputReport) => void): void;
  removeEventListener(type: 'inputreport', listener: (event: HidInputReport) => void): void;
}

/** `navigator.hid`. */
export interface Hid {
  /** Devices that the person allowed and that are plugged in. */
  getDevices(): Promise<readonly HidDevice[]>;
  /** Lets the person choose; needs a click. */
  requestDevice(options: {
    readonly filters: readonly { readonly usagePage: number }[];
  }): Promise<readonly HidDevice[]>;
  addEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
  removeEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
}

/** Undefined where the browser has none, or the page may not use it. */
export function webHid(): Hid | undefined {
  return (navigator as Navigator & { readonly hid?: Hid }).hid;
}
