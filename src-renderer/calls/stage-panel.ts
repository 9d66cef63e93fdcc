import { useSyncExternalStore } from 'react';

/** What is open inside the stage of a call. */
export type StagePanel = 'keypad' | 'transfer' | 'add' | 'park';

let open: { readonly callId: string; readonly panel: StagePanel } | undefined;
const listeners = new Set<() => void>();

/** Opens a panel on the stage of a call, or closes what is open there. One at a time in the window. */
export function setStagePanel(callId: string, panel: StagePanel | undefined): void {
  const next = panel === undefined ? undefined : { callId, panel };
  if (panel === undefined && open?.callId !== callId) return;
  if (open?.callId === next?.callId && open?.panel === next?.panel) return;
  open = next;
  for (const listener of listeners) listener();
}

export function stagePanelOf(callId: string): StagePanel | undefined {
  return open?.callId === callId ? open.panel : undefined;
}

export function useStagePanel(callId: string): StagePanel | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => stagePanelOf(callId),
  );
}
