import { z } from 'zod';
import type { Capability } from '../model/capability.ts';
import { capabilityParts } from '../model/capability.ts';
import { folderSettings } from '../model/folder-setting.ts';
import { globalKeyNames } from '../model/global-key.ts';
import type { ServiceHealth } from '../model/health.ts';
import { callToMain, callToRenderer, event, topic } from './define.ts';
import { changed, id, nothing } from './shapes.ts';

/** How a setting is edited; ranges travel as data so that the window needs no zod. */
export type SettingControl =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly unit: string }
  | { readonly kind: 'text'; readonly maxLength: number }
  | { readonly kind: 'list'; readonly maxItems: number; readonly maxLength: number }
  | { readonly kind: 'table'; readonly maxRows: number; readonly columns: readonly SettingColumn[] };

/** A column of a table: text of these characters, or a whole number, which may stand in one row only. */
export type SettingColumn =
  | { readonly name: string; readonly kind: 'text'; readonly maxLength: number }
  | {
      readonly name: string;
      readonly kind: 'number';
      readonly min: number;
      readonly max: number;
      readonly unique?: true;
    };

/** A row of a table, by the names of its columns. */
export type SettingTableRow = Readonly<Record<string, string | number>>;

export type SettingValue = string | number | boolean | readonly string[] | readonly SettingTableRow[];

export interface SettingState {
  readonly key: string;
  readonly value: SettingValue;
  readonly defaultValue: SettingValue;
  readonly source: 'policy' | 'provisioned' | 'user' | 'seed' | 'default';
  /** Set by the organization; the person cannot change it. */
  readonly locked: boolean;
  readonly scope: 'machine' | 'account';
  readonly control: SettingControl;
}

export interface Settings {
  readonly settings: readonly SettingState[];
  /** Problems of the policy file in plain words (unknown key, value out of range, writable by the user). */
  readonly policyProblems: readonly string[];
}

export interface Health {
  readonly services: readonly ServiceHealth[];
}

export interface AppInfo {
  readonly version: string;
  readonly shell: 'electron' | 'browser';
  readonly platform: string;
  readonly abilities: readonly ShellAbility[];
  readonly dataDirectory: string;
  readonly logDirectory: string;
  /** Said once: a database that could not be opened was set aside, and where. */
  readonly notices: readonly string[];
}

/** What only some shells can do; the window leaves out what this one cannot. */
export const shellAbilities = [
  /** Keys that work while other programs have the keyboard. */
  'globalKeys',
  /** Being the program that opens telephone and chat links. */
  'links',
  /** Asking for a folder by the system's own dialog. */
  'folders',
  /** Showing a file in its folder. */
  'files',
] as const;
export type ShellAbility = (typeof shellAbilities)[number];

export const system = {
  'settings.set': callToMain(
    z.object({
      key: z.string().max(100),
      value: z.union([
        z.string(),
        z.number(),
        z.boolean(),
        z.array(z.string()),
        z.array(z.record(z.string(), z.union([z.string(), z.number()]))),
      ]),
    }),
    changed,
  ),
  /** Back to what holds without the person's own value. */
  'settings.reset': callToMain(z.object({ key: z.string().max(100) }), changed),
  /** Measures this computer; the video parts run in the window. */
  'capability.measure': callToMain(nothing, changed),
  /** H.264 encode and decode, measured in the window with WebCodecs. Answers when done: the deadline is its own. */
  'capability.measureVideo': callToRenderer(
    nothing,
    z.object({
      parts: z
        .array(
          z.object({
            part: z.enum(capabilityParts),
            framesPerSecond: z.number().nonnegative(),
            processorShare: z.number().min(0).max(64),
            note: z.string().max(300),
          }),
        )
        .max(4),
    }),
    // Several seconds of encoding and decoding.
    45_000,
  ),
  'health.retry': callToMain(z.object({ service: z.string().max(40) }), nothing),
  'app.info': callToMain(nothing, z.custom<AppInfo>()),
  /** Brings the window to the front. */
  'app.showWindow': callToMain(nothing, nothing),
  /** Answers a call and brings the window to the front. One request: the window that asks closes with the ringing. */
  'app.answerInFront': callToMain(z.object({ callId: id }), nothing),
  /** Asks for a folder by the system's dialog and sets it; answers at once, as a person may take minutes. */
  'app.chooseFolder': callToMain(z.object({ key: z.enum(folderSettings) }), nothing),
  /** The keys of the settings that Parley cannot have, because another program holds them. */
  'app.takenKeys': callToMain(nothing, z.object({ taken: z.array(z.enum(globalKeyNames)) })),
  'app.dismissNotice': callToMain(z.object({ index: z.number().int().nonnegative() }), nothing),
  /**
   * Where the shell was asked to go (a link, a second start): asked for when the window opens and after each
   * `window.open`. The window that asks first gets it; null: nothing, or another window had it.
   */
  'app.takeTarget': callToMain(nothing, z.object({ target: z.string().nullable() })),
  /** SIP messages kept while `log.sipTrace` is on, redacted; with `callId` (SIP's) those of one call. */
  'trace.read': callToMain(
    z.object({ callId: z.string().max(300).optional() }),
    z.object({ text: z.string(), messages: z.number().int() }),
  ),
  'trace.clear': callToMain(nothing, nothing),
  /** A report for support: versions, health, settings (no secrets), the end of the log. */
  'app.report': callToMain(nothing, z.object({ text: z.string() })),
  /** Errors of the window, for the log. Redacted like everything else. */
  'app.logError': callToMain(z.object({ component: z.string().max(60), message: z.string().max(4000) }), nothing),
} as const;

export const systemTopics = {
  settings: topic(z.custom<Settings>()),
  health: topic(z.custom<Health>()),
  capability: topic(z.custom<Capability>()),
} as const;

export const systemEvents = {
  /** Shown as a notification by the window when its shell has none of its own. */
  'notify.show': event(z.object({ title: z.string(), body: z.string(), tag: z.string(), target: z.string() })),
  /** The shell has somewhere to go: a `tel:` link, a second start, a notification click. See `app.takeTarget`. */
  'window.open': event(z.object({})),
} as const;
