import type { Page } from '@playwright/test';

/**
 * What does not fit: text cut off without an ellipsis, controls that stand outside the window, a window that scrolls
 * as a whole. Each in words with what is written there. Empty when the view is sound.
 */
export async function layoutFaults(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const faults = new Set<string>();
    const say = (fault: string, element: Element): void => {
      const text = (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40);
      faults.add(`${fault}: <${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${text}`);
    };
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) faults.add(`the window scrolls sideways (${String(root.scrollWidth)} px)`);
    if (root.scrollHeight > innerHeight) faults.add(`the window scrolls down (${String(root.scrollHeight)} px)`);

    for (const element of document.body.querySelectorAll<HTMLElement>('*')) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      // Text for screen readers alone is one pixel large on purpose.
      if (box.width <= 1 || box.height <= 1) continue;
      const hasText = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
      );
      if (hasText && element.tagName !== 'INPUT') {
        const hidesX = style.overflowX === 'hidden' || style.overflowX === 'clip';
        const hidesY = style.overflowY === 'hidden' || style.overflowY === 'clip';
        const clamped = style.webkitLineClamp !== 'none' && style.webkitLineClamp !== '';
        if (hidesX && style.textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1)
          say('text is cut off without an ellipsis', element);
        // Two pixels: accents of a tight line may stand out.
        if (hidesY && !clamped && element.scrollHeight > element.clientHeight + 2)
          say('text is cut off below', element);
      }
      if (element.matches('a[href], button, input, textarea, [role=option], [role=treeitem], [tabindex="0"]')) {
        if (box.left < -1 || box.right > innerWidth + 1) say('a control stands outside the window', element);
      }
    }
    return [...faults];
  });
}

/** Resolves when fonts are there, movements that end have ended, and the view has been drawn. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const drawn = () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => {
          requestAnimationFrame(() => {
            resolve();
          });
        });
      });
    await drawn();
    const ending = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    if (ending.length === 0) return;
    // A movement whose element goes is cancelled, which is an end too.
    await Promise.allSettled(ending.map((animation) => animation.finished));
    await drawn();
  });
}
