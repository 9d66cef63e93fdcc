import type { SettingState, SettingValue } from '../../src-shared/contract/system.ts';

/** What each source says about one setting; undefined where it says nothing. Values are checked already. */
export interface Layers {
  /** The `lock` part of the administrator's policy file. */
  readonly policy: SettingValue | undefined;
  /** From a provisioning server. */
  readonly provisioned: SettingValue | undefined;
  /** The person's own choice. */
  readonly user: SettingValue | undefined;
  /** The `seed` part of the policy file: a start that the person may change. */
  readonly seed: SettingValue | undefined;
}

export interface Resolved {
  readonly value: SettingValue;
  readonly source: SettingState['source'];
  /** The person's own choice would have no effect. */
  readonly locked: boolean;
}

/**
 * Which value holds: policy over provisioned over the person's own over the administrator's seed over the default.
 * Seed and lock are two layers, so that a default of the organization is never mistaken for a rule.
 */
export function resolveSetting(layers: Layers, defaultValue: SettingValue): Resolved {
  if (layers.policy !== undefined) return { value: layers.policy, source: 'policy', locked: true };
  if (layers.provisioned !== undefined) return { value: layers.provisioned, source: 'provisioned', locked: true };
  if (layers.user !== undefined) return { value: layers.user, source: 'user', locked: false };
  if (layers.seed !== undefined) return { value: layers.seed, source: 'seed', locked: false };
  return { value: defaultValue, source: 'default', locked: false };
}
