/** Takes the focus to the detail pane once the view for a new address has been drawn. */
export function focusDetail(): void {
  requestAnimationFrame(() => {
    const pane = document.querySelector<HTMLElement>('[data-region=detail]');
    const start = pane?.querySelector<HTMLElement>('[data-region-start]') ?? pane;
    start?.focus();
  });
}
