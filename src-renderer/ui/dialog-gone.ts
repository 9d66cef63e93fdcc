/** About a second; then the page is replaced all the same. */
const frames = 60;

/**
 * Resolves when a dialog that was closed hides the page from screen readers no more. Fluent takes the mark off a moment
 * after the dialog is gone; a page that is replaced before that moment would keep it.
 */
export async function dialogGone(): Promise<void> {
  const root = document.getElementById('root');
  for (let frame = 0; frame < frames; frame += 1) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    if (frame > 1 && root?.hasAttribute('aria-hidden') !== true) return;
  }
}

/**
 * For a page that took the place of one with an open dialog, as when the session ends by itself: the dialog went with
 * its page and can take its mark off no more. A dialog that is open now keeps its mark.
 */
export function revealPage(): void {
  if (document.querySelector('[aria-modal="true"]') !== null) return;
  for (const element of document.body.children) element.removeAttribute('aria-hidden');
}
