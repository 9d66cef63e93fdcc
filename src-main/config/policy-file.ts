import { closeSync, existsSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { SettingValue } from '../../src-shared/contract/system.ts';
import { t } from '../../src-shared/words.ts';
import { checkSetting, isSettingKey } from './settings-schema.ts';
import type { SettingKey } from './settings-schema.ts';
import { changeableOnWindows, readAccessLists } from './windows-access.ts';
import type { AccessReader } from './windows-access.ts';

export type PolicyValues = Readonly<Partial<Record<SettingKey, SettingValue>>>;

/** What the administrator's file says. `problems` are plain words; a problem costs its own entry, never the rest. */
export interface Policy {
  /** Values that hold, whatever the person chose. */
  readonly lock: PolicyValues;
  /** Values to start with, until the person chooses. */
  readonly seed: PolicyValues;
  readonly problems: readonly string[];
}

export const emptyPolicy: Policy = { lock: {}, seed: {}, problems: [] };

/** A policy larger than this is a mistake. */
const largestPolicyBytes = 1024 * 1024;

/** What the system says about the policy file. `changeable`: the user could have written it, so it proves nothing. */
export type PolicyFileState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'changeable'; readonly why: string }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'trusted'; readonly text: string };

/** Reads the policy file and finds out who could have written it; injected so that tests own the answer. */
export type PolicyProbe = (file: string) => PolicyFileState;

/** The policy of this machine: nothing when there is no file, a problem in words when it cannot be honoured. */
export function readPolicy(file: string, probe: PolicyProbe): Policy {
  const state = probe(file);
  switch (state.kind) {
    case 'absent':
      return emptyPolicy;
    case 'changeable':
      return {
        ...emptyPolicy,
        problems: [
          t('The policy file {file} is not honoured: {why}. Only an administrator may be able to write it.', {
            file,
            why: state.why,
          }),
        ],
      };
    case 'unreadable':
      return {
        ...emptyPolicy,
        problems: [t('The policy file {file} cannot be read: {why}.', { file, why: state.why })],
      };
    case 'trusted':
      return parsePolicy(state.text, file);
  }
}

const entries = z.record(z.string(), z.unknown());
const policyShape = z.looseObject({ version: z.literal(1), lock: entries.optional(), seed: entries.optional() });

/**
 * `{"version": 1, "lock": {key: value}, "seed": {key: value}}` with the keys of the settings schema.
 * `file` is only named in the words.
 */
export function parsePolicy(text: string, file: string): Policy {
  let json: unknown;
  try {
    // Windows editors put a byte order mark first.
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    return {
      ...emptyPolicy,
      problems: [t('The policy file {file} is not JSON and is not honoured: {why}.', { file, why })],
    };
  }
  const parsed = policyShape.safeParse(json);
  if (!parsed.success) {
    return {
      ...emptyPolicy,
      problems: [
        t('The policy file {file} is not honoured: it must hold {form}.', {
          file,
          form: '{"version": 1, "lock": {…}, "seed": {…}}',
        }),
      ],
    };
  }
  const problems = Object.keys(parsed.data)
    .filter((name) => !['version', 'lock', 'seed', '$schema'].includes(name))
    .map((name) => t('The policy file has a part “{name}” that this version of Parley does not know.', { name }));
  const lock = checkEntries('lock', parsed.data.lock ?? {}, problems);
  const seed = checkEntries('seed', parsed.data.seed ?? {}, problems);
  return { lock, seed, problems };
}

function checkEntries(part: string, values: Readonly<Record<string, unknown>>, problems: string[]): PolicyValues {
  const checked: Partial<Record<SettingKey, SettingValue>> = {};
  for (const [key, value] of Object.entries(values)) {
    if (!isSettingKey(key)) {
      problems.push(
        t('The policy file names a setting in “{part}” that this version of Parley does not know: {key}.', {
          part,
          key,
        }),
      );
      continue;
    }
    const result = checkSetting(key, value);
    if (result.ok) checked[key] = result.value;
    else
      problems.push(
        t('The policy file gives a value in “{part}” that does not fit: {problem}', { part, problem: result.problem }),
      );
  }
  return checked;
}

/** The probe of the real system. */
export function systemPolicyProbe(platform: NodeJS.Platform, readAccess: AccessReader = readAccessLists): PolicyProbe {
  return (file) => {
    if (platform === 'win32' && existsSync(file)) {
      const why = changeableOnWindows(file, readAccess);
      if (why !== undefined) return { kind: 'changeable', why };
    }
    let handle: number;
    try {
      handle = openSync(file, 'r');
    } catch (error) {
      const code = codeOf(error);
      return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'absent' } : { kind: 'unreadable', why: code };
    }
    try {
      const why = platform === 'win32' ? undefined : changeableOnPosix(file, handle);
      if (why !== undefined) return { kind: 'changeable', why };
      const { size } = fstatSync(handle);
      if (size > largestPolicyBytes)
        return { kind: 'unreadable', why: t('it is larger than {largestPolicyBytes} bytes', { largestPolicyBytes }) };
      // From the handle that was checked: the file under that name may be another by now.
      const bytes = Buffer.alloc(size);
      const read = readSync(handle, bytes, 0, size, 0);
      return { kind: 'trusted', text: bytes.toString('utf8', 0, read) };
    } catch (error) {
      return { kind: 'unreadable', why: codeOf(error) };
    } finally {
      closeSync(handle);
    }
  };
}

/** Write permission of group or others. */
const writableByOthers = 0o022;
/** In such a folder (like /tmp) only the owner of a file may replace it. */
const sticky = 0o1000;

/** Root must own the file and every folder above it, and nobody else may write them: a folder's writer can swap the file. */
function changeableOnPosix(file: string, handle: number): string | undefined {
  const opened = fstatSync(handle);
  if (!opened.isFile()) return t('it is not a plain file');
  if (opened.uid !== 0) return t('it does not belong to root');
  if ((opened.mode & writableByOthers) !== 0) return t('others than root may write it');
  let folder = path.dirname(realpathSync(file));
  for (;;) {
    const info = statSync(folder);
    if (info.uid !== 0) return t('the folder {folder} does not belong to root', { folder });
    if ((info.mode & writableByOthers) !== 0 && (info.mode & sticky) === 0) {
      return t('others than root may write the folder {folder}', { folder });
    }
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
