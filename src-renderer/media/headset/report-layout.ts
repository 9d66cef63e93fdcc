import type { HidCollection, HidReportInfo, HidReportItem } from './web-hid.ts';

/** Where one value stands in a report. */
export interface ReportField {
  readonly reportId: number;
  readonly usage: number;
  readonly bitOffset: number;
  readonly bitSize: number;
  /** A state (1 while pressed or on); otherwise every 1 is another press. */
  readonly isAbsolute: boolean;
  /** An array names the usages that are on, by their index from `logicalMinimum`, instead of having a bit for each. */
  readonly array?: { readonly usages: readonly number[]; readonly logicalMinimum: number; readonly count: number };
}

export interface ReportLayout {
  readonly inputs: readonly ReportField[];
  readonly outputs: readonly ReportField[];
  /** Length of every output report in bytes, by id: a report is always sent whole. */
  readonly outputBytes: ReadonlyMap<number, number>;
}

/**
 * What a device reports and takes, read from its own description (HID 1.11 section 6.2.2): no list of models.
 * Only usages for which `wanted` says so are kept.
 */
export function reportLayout(collections: readonly HidCollection[], wanted: (usage: number) => boolean): ReportLayout {
  const inputs: ReportField[] = [];
  const outputs: ReportField[] = [];
  const outputBytes = new Map<number, number>();
  for (const collection of flat(collections)) {
    for (const report of collection.inputReports ?? []) inputs.push(...fieldsOf(report).fields);
    for (const report of collection.outputReports ?? []) {
      const { fields, bits } = fieldsOf(report);
      outputs.push(...fields);
      const reportId = report.reportId ?? 0;
      outputBytes.set(reportId, Math.max(outputBytes.get(reportId) ?? 0, Math.ceil(bits / 8)));
    }
  }
  const isWanted = (field: ReportField) => wanted(field.usage) || (field.array?.usages.some(wanted) ?? false);
  return { inputs: distinct(inputs.filter(isWanted)), outputs: distinct(outputs.filter(isWanted)), outputBytes };
}

/** Chromium gives a report of several collections whole in each of them. */
function distinct(fields: readonly ReportField[]): readonly ReportField[] {
  const seen = new Set<string>();
  return fields.filter((field) => {
    const key = `${field.reportId}/${field.bitOffset}/${field.usage}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function flat(collections: readonly HidCollection[]): readonly HidCollection[] {
  return collections.flatMap((collection) => [collection, ...flat(collection.children ?? [])]);
}

function fieldsOf(report: HidReportInfo): { readonly fields: readonly ReportField[]; readonly bits: number } {
  const fields: ReportField[] = [];
  const reportId = report.reportId ?? 0;
  let bits = 0;
  for (const item of report.items ?? []) {
    const size = item.reportSize ?? 0;
    const count = item.reportCount ?? 0;
    const usages = usagesOf(item, count);
    const isAbsolute = item.isAbsolute ?? true;
    if (item.isConstant !== true && item.isArray === true) {
      const array = { usages, logicalMinimum: item.logicalMinimum ?? 0, count };
      fields.push({ reportId, usage: 0, bitOffset: bits, bitSize: size, isAbsolute, array });
    } else if (item.isConstant !== true) {
      for (let index = 0; index < count; index += 1) {
        // The last usage holds for all values that are left (HID 1.11 section 6.2.2.8).
        const usage = usages[Math.min(index, usages.length - 1)];
        if (usage !== undefined)
          fields.push({ reportId, usage, bitOffset: bits + index * size, bitSize: size, isAbsolute });
      }
    }
    bits += size * count;
  }
  return { fields, bits };
}

/** A range of a hostile device may be huge; nothing of a telephone is beyond this. */
const mostUsages = 256;

function usagesOf(item: HidReportItem, count: number): readonly number[] {
  if (item.isRange !== true) return item.usages ?? [];
  const first = item.usageMinimum ?? 0;
  const last = item.usageMaximum ?? first;
  const length = Math.min(mostUsages, Math.max(0, last - first + 1), item.isArray === true ? mostUsages : count);
  return Array.from({ length }, (_none, index) => first + index);
}

/** Values of an input report by usage; what the report is too short for is left out. */
export function readReport(layout: ReportLayout, reportId: number, data: DataView): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  for (const field of layout.inputs) {
    if (field.reportId !== reportId) continue;
    const { array } = field;
    if (array === undefined) {
      const value = bitsAt(data, field.bitOffset, field.bitSize);
      if (value !== undefined) values.set(field.usage, value);
      continue;
    }
    for (const usage of array.usages) values.set(usage, 0);
    for (let index = 0; index < array.count; index += 1) {
      const value = bitsAt(data, field.bitOffset + index * field.bitSize, field.bitSize);
      const usage = value === undefined ? undefined : array.usages[value - array.logicalMinimum];
      if (usage !== undefined) values.set(usage, 1);
    }
  }
  return values;
}

/** Output reports, whole, in which these usages have these values; reports without any of the device's are left out. */
export function writeReports(
  layout: ReportLayout,
  values: ReadonlyMap<number, number>,
): readonly { readonly reportId: number; readonly data: Uint8Array<ArrayBuffer> }[] {
  return [...layout.outputBytes].flatMap(([reportId, length]) => {
    const fields = layout.outputs.filter((field) => field.reportId === reportId && field.array === undefined);
    if (!fields.some((field) => values.has(field.usage))) return [];
    const data = new Uint8Array(length);
    for (const field of fields) {
      if ((values.get(field.usage) ?? 0) === 0) continue;
      const byte = field.bitOffset >> 3;
      data[byte] = (data[byte] ?? 0) | (1 << (field.bitOffset & 7));
    }
    return [{ reportId, data }];
  });
}

/** Little endian, from the lowest bit on (HID 1.11 section 5.8). */
function bitsAt(data: DataView, offset: number, size: number): number | undefined {
  if (size < 1 || size > 32 || offset + size > data.byteLength * 8) return undefined;
  let value = 0;
  for (let bit = 0; bit < size; bit += 1) {
    const at = offset + bit;
    if (((data.getUint8(at >> 3) >> (at & 7)) & 1) === 1) value += 2 ** bit;
  }
  return value;
}
