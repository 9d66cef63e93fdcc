import type { CallList } from '../../src-shared/contract/calls.ts';
import type { SettingState } from '../../src-shared/contract/system.ts';

/** A rule by which no call rings here. */
export interface CallsAway {
  /** Where they go; undefined: they are refused. */
  readonly target: string | undefined;
  /** The setting that says so, and what ends it. */
  readonly key: string;
  readonly off: '' | false;
  /** The organization holds it. */
  readonly locked: boolean;
  /** No call rings without it either: another rule says so. */
  readonly more: boolean;
}

/** Why no call rings here, in the order in which the rules hold; undefined while calls ring. */
export function callsAway(
  list: Pick<CallList, 'forward' | 'doNotDisturb'> | undefined,
  settings: readonly SettingState[],
): CallsAway | undefined {
  if (list === undefined) return undefined;
  const { forward, doNotDisturb } = list;
  const isLocked = (key: string) => settings.some((setting) => setting.key === key && setting.locked);
  if (forward.always !== undefined) {
    const key = 'calls.forwardAlways';
    return { target: forward.always, key, off: '', locked: isLocked(key), more: doNotDisturb };
  }
  if (!doNotDisturb) return undefined;
  const key = 'calls.doNotDisturb';
  return { target: forward.busy, key, off: false, locked: isLocked(key), more: false };
}
