import { comboParts, isMac } from './shortcuts.ts';
import type { Combo } from './shortcuts.ts';

/** A combination of keys as a hint; silent, because the control itself has aria-keyshortcuts. */
export function Kbd({ combo }: { readonly combo: Combo }) {
  return <kbd aria-hidden>{comboParts(combo, isMac()).join(' ')}</kbd>;
}
