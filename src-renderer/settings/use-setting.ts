import type { SettingState, SettingValue } from '../../src-shared/contract/system.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { useAction } from '../ui/use-action.ts';

export interface EditableSetting {
  /** Undefined until the settings have come, and for a key that this version of the service does not have. */
  readonly state: SettingState | undefined;
  readonly set: (value: SettingValue) => void;
  readonly reset: () => void;
  /** Why the last change was refused, in plain words. */
  readonly error: string | undefined;
}

export function useSetting(key: string): EditableSetting {
  const call = useCall();
  const action = useAction();
  const state = useTopic('settings')?.settings.find((setting) => setting.key === key);
  return {
    state,
    error: action.error,
    set: (value) => {
      const plain = typeof value === 'object' ? [...value] : value;
      void action.run(() => call('settings.set', { key, value: plain }));
    },
    reset: () => {
      void action.run(() => call('settings.reset', { key }));
    },
  };
}
