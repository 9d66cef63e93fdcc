import type { SettingState, SettingValue } from '../../src-shared/contract/system.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { entriesOf, rowsOf } from './list-text.ts';
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
      // Lists and tables are readonly here and plain arrays on the way.
      const plain = typeof value === 'object' ? plainArray(value) : value;
      void action.run(() => call('settings.set', { key, value: plain }));
    },
    reset: () => {
      void action.run(() => call('settings.reset', { key }));
    },
  };
}

function plainArray(value: Extract<SettingValue, readonly unknown[]>): string[] | Record<string, string | number>[] {
  const entries = entriesOf(value);
  return entries.length > 0 ? [...entries] : rowsOf(value).map((row) => ({ ...row }));
}
