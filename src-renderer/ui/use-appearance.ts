import { useSyncExternalStore } from 'react';
import { useTopic } from '../bridge/client-context.tsx';

const query = '(prefers-color-scheme: dark)';

function subscribe(listener: () => void): () => void {
  const media = matchMedia(query);
  media.addEventListener('change', listener);
  return () => {
    media.removeEventListener('change', listener);
  };
}

/** Light or dark: the person's own choice, else the system's. `?theme=` overrides both, for pictures. */
export function useAppearance(): 'light' | 'dark' {
  const systemDark = useSyncExternalStore(subscribe, () => matchMedia(query).matches);
  const settings = useTopic('settings');
  const asked = new URLSearchParams(location.search).get('theme');
  if (asked === 'light' || asked === 'dark') return asked;
  const chosen = settings?.settings.find((setting) => setting.key === appearanceKey)?.value;
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return systemDark ? 'dark' : 'light';
}

/** The setting that holds the choice: `system`, `light` or `dark`. */
export const appearanceKey = 'appearance.theme';
