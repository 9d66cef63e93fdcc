import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';

/** Presses a key until the wanted element has the focus; says where the focus went when it never comes there. */
async function pressUntilFocused(page: Page, key: string, wanted: Locator, most = 12): Promise<void> {
  const visited: string[] = [];
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press(key);
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    visited.push(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 80) ?? ''));
  }
  throw new Error(`${key} never came to ${String(wanted)}, but to:\n${visited.join('\n')}`);
}

/** The button with one's own name. */
function ownButton(page: Page): Locator {
  return page.getByRole('banner').getByRole('button', { name: /Alice Hargreaves/ });
}

/** F6 goes to the list itself, past the button above it. */
async function goToContactList(page: Page): Promise<void> {
  await pressUntilFocused(page, 'F6', page.getByRole('treeitem').first(), 4);
}

/** Whether one can see that the focus is here: the place looks different without it. */
async function expectVisibleFocus(page: Page): Promise<void> {
  const box = await page.evaluate(() => {
    const { x, y, width, height } = (document.activeElement ?? document.body).getBoundingClientRect();
    return { x: Math.max(0, x - 3), y: Math.max(0, y - 3), width: width + 6, height: height + 6 };
  });
  const focused = await page.screenshot({ clip: box });
  await page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement)) throw new Error('nothing has the focus');
    element.dataset['hadFocus'] = '';
    element.blur();
  });
  const without = await page.screenshot({ clip: box });
  await page.evaluate(() => {
    const element = document.querySelector<HTMLElement>('[data-had-focus]');
    element?.focus({ preventScroll: true });
    delete element?.dataset['hadFocus'];
  });
  expect(focused.equals(without)).toBe(false);
}

test(
  'sign in, open a contact, chat, call and hang up, presence, settings: all by keyboard',
  { tag: ['@prosody', '@kamailio'] },
  async ({ lab, parley }) => {
    const account = lab.account('alice');
    const { bob } = lab.owned();
    const process = await parley.start({ as: null });
    const page = await parley.open(process);
    const window = new ParleyWindow(page);
    const { keyboard } = page;

    await expect(window.addressField).toHaveValue(account.address);
    await pressUntilFocused(page, 'Tab', page.getByLabel('Password', { exact: true }));
    await keyboard.type(account.password);
    await keyboard.press('Enter');
    await expect(window.contact('Bob Okafor')).toBeVisible();

    // A contact: the list is one stop, letters move in it, Enter opens and goes to the card.
    await keyboard.press('Control+1');
    await goToContactList(page);
    await keyboard.type('bob');
    await expect(window.contact('Bob Okafor')).toBeFocused();
    await expectVisibleFocus(page);
    await keyboard.press('Enter');
    const card = window.card('Bob Okafor');
    await expect(card).toBeVisible();
    await pressUntilFocused(page, 'Tab', card.getByRole('button', { name: 'Chat', exact: true }));
    await expectVisibleFocus(page);

    // A chat, by the key that the card's button tells screen readers of.
    await pressUntilFocused(page, 'Shift+Tab', card.getByRole('button', { name: 'Call', exact: true }));
    await keyboard.press('Shift+Enter');
    await expect(window.composer).toBeVisible();
    await expect(window.controls).toBeHidden();
    if (!(await window.composer.evaluate((element) => element === document.activeElement)))
      await pressUntilFocused(page, 'Tab', window.composer);
    await keyboard.type('Without a mouse');
    await keyboard.press('Enter');
    await expect(window.messages).toContainText('Without a mouse');

    // A call, by number.
    await expect.poll(() => process.log().some((line) => line.includes(' registered'))).toBe(true);
    await keyboard.press('Control+k');
    await expect(window.searchBox).toBeFocused();
    await keyboard.type(lab.account('bob').extension);
    await expect(window.results.getByRole('option', { name: /^Call/ })).toBeVisible();
    const from = bob.events.length;
    await keyboard.press('Enter');
    await expect(window.timer).toBeVisible();
    await pressUntilFocused(page, 'Tab', window.control('Mute'), 40);
    await expectVisibleFocus(page);
    await keyboard.press('Control+m');
    await expect(window.control('Unmute')).toBeVisible();
    // Where a browser takes Ctrl+H, the button does it.
    await pressUntilFocused(page, 'Tab', window.control('Hold'), 4);
    await keyboard.press('Enter');
    await expect(window.control('Resume')).toBeVisible();
    await keyboard.press('F9');
    await bob.waitFor('CALL_CLOSED', { from });
    await expect(window.controls).toBeHidden();

    // And once more from the card.
    await keyboard.press('Control+1');
    await pressUntilFocused(page, 'F6', card.getByRole('button', { name: 'Call', exact: true }), 6);
    const again = bob.events.length;
    await keyboard.press('Control+Enter');
    await expect(window.timer).toBeVisible();
    await keyboard.press('F9');
    await bob.waitFor('CALL_CLOSED', { from: again });
    await expect(window.controls).toBeHidden();

    // Own presence.
    await keyboard.press('Control+Shift+P');
    await expect(page.getByRole('dialog', { name: 'Your presence' })).toBeVisible();
    await pressUntilFocused(page, 'Tab', page.getByRole('menuitemradio', { checked: true }));
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await keyboard.press('Escape');
    await expect(page.getByRole('banner')).toContainText('Do not disturb');

    // Settings: the pages are links, a switch takes Space.
    await keyboard.press('Control+5');
    await expect(window.rail('Settings')).toHaveAttribute('aria-current', 'page');
    await pressUntilFocused(page, 'F6', page.getByRole('link', { name: 'General' }));
    await pressUntilFocused(page, 'Tab', page.getByRole('link', { name: 'Notifications' }));
    await expectVisibleFocus(page);
    await keyboard.press('Enter');
    const firstSwitch = page.getByRole('switch').first();
    await expect(firstSwitch).toBeChecked();
    await pressUntilFocused(page, 'Tab', firstSwitch);
    await keyboard.press('Space');
    await expect(firstSwitch).not.toBeChecked();
  },
);

test(
  'Ctrl with a digit goes to each section, F6 and Shift+F6 around the window',
  { tag: '@prosody' },
  async ({ alice }) => {
    const window = new ParleyWindow(alice);
    await expect(window.contact('Bob Okafor')).toBeVisible();
    const sections = ['Contacts', 'Chats', 'Calls', 'Voicemail', 'Settings'] as const;
    for (const [index, section] of sections.entries()) {
      await alice.keyboard.press(`Control+${String(index + 1)}`);
      await expect(window.rail(section)).toHaveAttribute('aria-current', 'page');
    }
    await alice.keyboard.press('Control+1');
    const regions = async (key: string): Promise<readonly string[]> => {
      const seen: string[] = [];
      for (let presses = 0; presses < 4; presses += 1) {
        await alice.keyboard.press(key);
        seen.push(
          await alice.evaluate(
            () => document.activeElement?.closest<HTMLElement>('[data-region]')?.dataset['region'] ?? 'none',
          ),
        );
      }
      return seen;
    };
    const around = await regions('F6');
    expect(new Set(around)).toEqual(new Set(['topbar', 'rail', 'list', 'detail']));
    const back = await regions('Shift+F6');
    // The other way round, from where the first ended.
    expect([...back.slice(0, 3)]).toEqual([...around.slice(0, 3)].toReversed());

    // The other ways that docs/keyboard.md names, for browsers that take these keys: the rail, the search box, its commands.
    await pressUntilFocused(alice, 'F6', window.rail('Contacts'), 4);
    await pressUntilFocused(alice, 'Tab', window.rail('Calls'), 4);
    await alice.keyboard.press('Enter');
    await expect(window.rail('Calls')).toHaveAttribute('aria-current', 'page');
    const command = async (words: string): Promise<void> => {
      await pressUntilFocused(alice, 'F6', ownButton(alice), 6);
      await pressUntilFocused(alice, 'Tab', window.searchBox, 4);
      await alice.keyboard.type(`>${words}`);
      await alice.keyboard.press('Enter');
    };
    await command('voicemail');
    await expect(window.rail('Voicemail')).toHaveAttribute('aria-current', 'page');
    await command('busy');
    await expect(alice.getByRole('banner')).toContainText('Busy');
  },
);

test('Esc closes the top layer and gives the focus back', { tag: '@prosody' }, async ({ alice }) => {
  const window = new ParleyWindow(alice);
  const { keyboard } = alice;
  await expect(window.contact('Bob Okafor')).toBeVisible();
  const row = window.contact('Grace Adeyemi');
  await goToContactList(alice);
  await keyboard.type('grace');
  await expect(row).toBeFocused();

  await keyboard.press('Control+k');
  await keyboard.type('bob');
  await expect(window.results).toBeVisible();
  await keyboard.press('Escape');
  await expect(window.results).toBeHidden();
  await expect(row).toBeFocused();

  await keyboard.press('Shift+F10');
  await expect(alice.getByRole('menu')).toBeVisible();
  await keyboard.press('Escape');
  await expect(alice.getByRole('menu')).toBeHidden();
  await expect(row).toBeFocused();

  await keyboard.press('Control+/');
  const shortcuts = alice.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(shortcuts).toBeVisible();
  await keyboard.press('Escape');
  await expect(shortcuts).toBeHidden();
  await expect(row).toBeFocused();

  const me = ownButton(alice);
  await pressUntilFocused(alice, 'F6', me);
  await keyboard.press('Enter');
  await expect(alice.getByRole('dialog', { name: 'Your presence' })).toBeVisible();
  await keyboard.press('Escape');
  await expect(me).toBeFocused();
});
