/** The parts of the window that F6 visits, in the order of the page. Marked with `data-region`. */
export const regionSelector = '[data-region]';

const focusable = [
  'a[href]',
  'button:not(:disabled)',
  'input:not(:disabled)',
  'textarea:not(:disabled)',
  '[tabindex]:not([tabindex="-1"])',
].join();

/** The row of a list or tree that Tab comes to. What stands above it, such as "Add contact", is a Shift+Tab away. */
const currentRow = ['option', 'treeitem'].map((role) => `[role=${role}][tabindex="0"]`).join();

/** The region after (or before) the one at `current`; -1 is "none", from which F6 goes to the first. Wraps. */
export function nextRegionIndex(current: number, count: number, step: 1 | -1): number {
  if (count === 0) return -1;
  if (current < 0) return step === 1 ? 0 : count - 1;
  return (current + step + count) % count;
}

function shown(element: HTMLElement): boolean {
  return element.checkVisibility();
}

/** Moves the focus to the next region that can take it. A roving list gets it on its current row. */
export function moveToRegion(page: Document, step: 1 | -1): void {
  const regions = [...page.querySelectorAll<HTMLElement>(regionSelector)].filter(shown);
  let index = regions.findIndex((region) => region.contains(page.activeElement));
  for (let tries = 0; tries < regions.length; tries += 1) {
    index = nextRegionIndex(index, regions.length, step);
    const region = regions[index];
    if (region === undefined) return;
    const target =
      region.querySelector<HTMLElement>('[data-region-start]') ??
      region.querySelector<HTMLElement>(currentRow) ??
      [...region.querySelectorAll<HTMLElement>(focusable)].find((element) => element.tabIndex >= 0 && shown(element)) ??
      // An empty pane is visited too, so that a screen reader says what it is.
      (region.hasAttribute('tabindex') ? region : undefined);
    if (target !== undefined) {
      target.focus();
      return;
    }
  }
}
