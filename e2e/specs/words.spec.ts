import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';

/** Texts that are not the program's own words (addresses, numbers, times, keys), and pseudo-localised ones. */
const foreign =
  /^[\d\s:./+\-–()×%·]*$|parley\.test|^(Ctrl|Shift|Alt|Enter|Esc|Tab|Home|End|F\d+|[A-Z>])([\s+][\w>]+)*$|⟦|[áéíóúÁÉÍÓÚ]|\d:\d\d/;

test('every word goes through the catalog: in the pseudo-locale no text escapes', async ({ lab, parley }) => {
  const names = lab.description.accounts.flatMap(({ name, title, department }) => [name, title, department]);
  const page = await parley.open(await parley.start(), { query: '?locale=pseudo' });
  const window = new ParleyWindow(page);
  await page.getByText('Bob Okafor').first().click();
  const escaped = new Set<string>();
  for (const hash of ['contacts', 'chats', 'calls', 'voicemail', 'settings']) {
    await page.evaluate((section) => {
      location.hash = `#/${section}`;
    }, hash);
    await expect(page.locator('main')).toBeVisible();
    for (const text of await visibleTexts(page)) {
      const isName = names.some((name) => name.includes(text) || text.includes(name));
      if (!foreign.test(text) && !isName) escaped.add(`${hash}: ${text}`);
    }
  }
  expect([...escaped].filter((text) => !statusTexts.some((status) => text.includes(status)))).toEqual([]);
  await expect(window.page.locator('body')).toContainText('⟦');
});

/** What colleagues wrote as their status, and initials on avatars. */
const statusTexts = [
  'Design review',
  'Building',
  'On the train',
  'Support desk',
  'Back on Monday',
  'Parley Industries',
  'London',
];

/** Texts on the screen, without what people wrote to each other. */
async function visibleTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (
        text === '' ||
        element === null ||
        !element.checkVisibility() ||
        element.closest('[aria-hidden=true], script, style, .convo__prev, .bubble') !== null
      )
        continue;
      found.push(text);
    }
    return found;
  });
}
