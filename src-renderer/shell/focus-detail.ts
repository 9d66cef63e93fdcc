/** Takes the focus to the detail pane once the view for a new address has been drawn; to the list where that is hidden. */
export function focusDetail(): void {
  requestAnimationFrame(() => {
    const pane = document.querySelector<HTMLElement>('[data-region=detail]');
    if (pane?.checkVisibility() !== true) {
      focusListNow();
      return;
    }
    const start = pane.querySelector<HTMLElement>('[data-region-start]') ?? pane;
    start.focus();
  });
}

/** Takes the focus to the current row of the list, once it has been drawn. */
export function focusList(): void {
  requestAnimationFrame(focusListNow);
}

/** Takes the focus to the own name in the top bar: what stood beside it is gone. */
export function focusOwnPresence(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-region=topbar] .me')?.focus());
}

/** Takes the focus to somebody who asks to see our presence, once the list has been drawn; not to a button that answers. */
export function focusRequest(jid: string): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-region=list] [data-request="${CSS.escape(jid)}"]`)?.focus(),
  );
}

function focusListNow(): void {
  const list = document.querySelector<HTMLElement>('[data-region=list]');
  const row =
    list?.querySelector<HTMLElement>('[role=option][tabindex="0"]') ??
    // Nothing is left in it: what stands above, so that the keyboard has a place.
    list?.querySelector<HTMLElement>('button:not(:disabled)');
  row?.focus();
}
