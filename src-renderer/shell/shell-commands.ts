import { createContext, useContext } from 'react';

/** What any view may ask of the shell around it. */
export interface ShellCommands {
  /** Puts the cursor into the search box, with this text in it. */
  readonly search: (text?: string) => void;
  readonly openShortcuts: () => void;
  readonly openOwnPresence: () => void;
}

export const ShellCommandsContext = createContext<ShellCommands>({
  search: () => undefined,
  openShortcuts: () => undefined,
  openOwnPresence: () => undefined,
});

export function useShellCommands(): ShellCommands {
  return useContext(ShellCommandsContext);
}
