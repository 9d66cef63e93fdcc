import { useLingui } from '@lingui/react/macro';
import { useAnnounce } from './live-regions.tsx';

/** Copies a text, and says whether that worked. */
export function useCopy(): (text: string) => void {
  const { t } = useLingui();
  const announce = useAnnounce();
  return (text) => {
    navigator.clipboard.writeText(text).then(
      () => {
        announce(t`Copied`);
      },
      () => {
        announce(t`The clipboard is not available.`);
      },
    );
  };
}
