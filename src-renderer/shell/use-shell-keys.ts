import { useEffect, useEffectEvent } from 'react';
import { combos, isMac, pressed } from '../ui/shortcuts.ts';
import { moveToRegion } from './regions.ts';
import { navigate, rememberedRoute, sections } from './route.ts';
import type { ShellCommands } from './shell-commands.ts';

/** The shortcuts that work everywhere in the window. */
export function useShellKeys(commands: ShellCommands): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const mac = isMac();
    const section = sections.find((name) => pressed(event, combos[name], mac));
    if (section !== undefined) navigate(rememberedRoute(section));
    else if (pressed(event, combos.search, mac)) commands.search();
    else if (pressed(event, combos.ownPresence, mac)) commands.openOwnPresence();
    else if (pressed(event, combos.shortcuts, mac)) commands.openShortcuts();
    else if (pressed(event, combos.nextRegion, mac)) moveToRegion(document, 1);
    else if (pressed(event, combos.previousRegion, mac)) moveToRegion(document, -1);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      onKey(event);
    };
    window.addEventListener('keydown', listener);
    return () => {
      window.removeEventListener('keydown', listener);
    };
  }, []);
}
