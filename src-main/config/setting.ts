import { z } from 'zod';
import type { SettingColumn, SettingControl, SettingTableRow, SettingValue } from '../../src-shared/contract/system.ts';
import { t } from '../../src-shared/words.ts';
import { isFullPath } from '../core/full-path.ts';

/** One declared setting: the schema checks every value, wherever it comes from; the control travels to the window as data. */
export interface Setting<Value extends SettingValue = SettingValue> {
  readonly schema: z.ZodType<Value>;
  readonly defaultValue: Value;
  /** `machine`: one value for this user on this machine; `account`: one for each account. */
  readonly scope: 'machine' | 'account';
  readonly control: SettingControl;
  /** For administrators: what it does, in one sentence. */
  readonly meaning: string;
  /** What a person is told whose value does not fit; without it the words are general. */
  readonly refusal?: string;
}

interface Declared<Value> {
  readonly scope: 'machine' | 'account';
  readonly default: Value;
  readonly meaning: string;
  readonly refusal?: string;
}

export function onOff(declared: Declared<boolean>): Setting<boolean> {
  return {
    schema: z.boolean(),
    defaultValue: declared.default,
    scope: declared.scope,
    control: { kind: 'switch' },
    meaning: declared.meaning,
  };
}

export function oneOf<const Options extends readonly [string, ...string[]]>(
  options: Options,
  declared: Declared<Options[number]>,
): Setting<Options[number]> {
  return {
    schema: z.enum(options),
    defaultValue: declared.default,
    scope: declared.scope,
    control: { kind: 'choice', options },
    meaning: declared.meaning,
  };
}

/** A whole number. */
export function wholeNumber(
  range: { readonly min: number; readonly max: number; readonly unit: string },
  declared: Declared<number>,
): Setting<number> {
  return {
    schema: z.number().int().min(range.min).max(range.max),
    defaultValue: declared.default,
    scope: declared.scope,
    control: { kind: 'number', ...range },
    meaning: declared.meaning,
  };
}

/** One line of text; the surrounding white space is no part of it. */
export function text(
  rule: { readonly maxLength: number; readonly fits?: (value: string) => boolean },
  declared: Declared<string>,
): Setting<string> {
  return {
    schema: oneLine(rule.maxLength).refine((value) => rule.fits?.(value) ?? true),
    defaultValue: declared.default,
    scope: declared.scope,
    control: { kind: 'text', maxLength: rule.maxLength },
    meaning: declared.meaning,
    ...(declared.refusal === undefined ? {} : { refusal: declared.refusal }),
  };
}

/** A folder of this computer by its full path, or below the home folder by `~`; empty: the one that `meaning` names. */
export function folder(declared: Omit<Declared<string>, 'refusal'>): Setting<string> {
  return text(
    { maxLength: 1_000, fits: (value) => value === '' || isFullPath(value) },
    {
      ...declared,
      refusal: t(
        'Enter the folder with its full path, such as {exampleFolder}, or as ~/Parley below your home folder.',
        { exampleFolder },
      ),
    },
  );
}

const exampleFolder = process.platform === 'win32' ? 'D:\\Parley' : '/srv/parley';

/** Lines of text in order of preference, none twice. */
export function list(
  rule: {
    readonly maxItems: number;
    readonly maxLength: number;
    readonly fits?: (item: string) => boolean;
    readonly fitTogether?: (items: readonly string[]) => boolean;
  },
  declared: Declared<readonly string[]>,
): Setting<readonly string[]> {
  const item = oneLine(rule.maxLength)
    .min(1)
    .refine((value) => rule.fits?.(value) ?? true);
  return {
    schema: z
      .array(item)
      .max(rule.maxItems)
      .refine((items) => new Set(items).size === items.length)
      .refine((items) => rule.fitTogether?.(items) ?? true)
      .readonly(),
    defaultValue: declared.default,
    scope: declared.scope,
    control: { kind: 'list', maxItems: rule.maxItems, maxLength: rule.maxLength },
    meaning: declared.meaning,
  };
}

/** Rows in order, each checked by `row`; `columns` say the same to the window. */
export function table<Row extends SettingTableRow>(
  rule: { readonly maxRows: number; readonly row: z.ZodType<Row>; readonly columns: readonly SettingColumn[] },
  declared: Declared<readonly Row[]>,
): Setting<readonly Row[]> {
  return {
    schema: z
      .array(rule.row)
      .max(rule.maxRows)
      .refine((rows) =>
        rule.columns.every(
          (column) =>
            column.kind !== 'number' ||
            column.unique !== true ||
            new Set(rows.map((row) => row[column.name])).size === rows.length,
        ),
      )
      .readonly(),
    defaultValue: declared.default,
    scope: declared.scope,
    control: { kind: 'table', maxRows: rule.maxRows, columns: rule.columns },
    meaning: declared.meaning,
  };
}

function oneLine(maxLength: number): z.ZodString {
  // Line breaks and other control characters would reach protocol headers and file names.
  return z
    .string()
    .trim()
    .max(maxLength)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u);
}
