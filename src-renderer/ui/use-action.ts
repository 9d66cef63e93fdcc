import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { errorWords } from './error-words.ts';

export interface Action {
  /** Runs the task; resolves to false when it failed, and `error` then has the words. */
  readonly run: (task: () => Promise<unknown>) => Promise<boolean>;
  readonly busy: boolean;
  readonly error: string | undefined;
  readonly clear: () => void;
}

/** What a button that asks the service needs: busy while it runs, words when it fails. */
export function useAction(): Action {
  const { t } = useLingui();
  const [running, setRunning] = useState(0);
  const [error, setError] = useState<string>();
  return {
    busy: running > 0,
    error,
    clear: () => {
      setError(undefined);
    },
    run: async (task) => {
      setRunning((count) => count + 1);
      setError(undefined);
      try {
        await task();
        return true;
      } catch (failure) {
        setError(errorWords(failure, t));
        return false;
      } finally {
        setRunning((count) => count - 1);
      }
    },
  };
}
