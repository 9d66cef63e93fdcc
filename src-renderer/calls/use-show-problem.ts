import { useLingui } from '@lingui/react/macro';
import { useCallback } from 'react';
import { errorWords } from '../ui/error-words.ts';
import { useAnnounce } from '../ui/live-regions.tsx';
import { setCallProblem } from './call-problem.ts';

/** Shows in the banner why a request was refused, and reads it out: for what a menu asks, which is gone by then. */
export function useShowProblem(): (error: unknown) => void {
  const announce = useAnnounce();
  const { t } = useLingui();
  return useCallback(
    (error) => {
      const words = errorWords(error, t);
      setCallProblem(words);
      announce(words, 'assertive');
    },
    [announce, t],
  );
}
