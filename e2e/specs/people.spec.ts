import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { changeWire } from '../harness/window-wire.ts';

test('presence of colleagues follows what they choose', { tag: '@prosody' }, async ({ lab, alice }) => {
  const window = new ParleyWindow(alice);
  await expect(window.contact('Dave Moreau')).toContainText('On the train');
  lab.owned().colleagues.setPresence({ user: 'dave', show: 'dnd', status: 'Contract talks' });
  await expect(window.contact('Dave Moreau')).toContainText('Contract talks');
  await expect(window.contact('Dave Moreau')).toHaveAccessibleName(/Do not disturb/);
  lab.owned().colleagues.setPresence({ user: 'dave', show: 'away', status: 'On the train' });
  await expect(window.contact('Dave Moreau')).toContainText('On the train');
});

test('own presence is chosen from the menu and seen by colleagues', { tag: '@prosody' }, async ({ lab, alice }) => {
  const window = new ParleyWindow(alice);
  await expect(window.contact('Bob Okafor')).toBeVisible();
  await alice.keyboard.press('Control+Shift+P');
  await alice.getByRole('menuitemradio', { name: 'Do not disturb' }).click();
  const menu = alice.getByRole('dialog', { name: 'Your presence' });
  await expect(menu).toContainText('Nothing rings or pops up.');
  await alice.keyboard.press('Escape');
  await expect(alice.getByRole('banner')).toContainText('Do not disturb');
  const own = lab.account('alice').address;
  await lab
    .owned()
    .colleagues.waitFor(
      (event) => event.event === 'presence' && event.user === 'bob' && event.from === own && event.shown === 'dnd',
    );
});

test('a contact is added, appears when approved, and is removed again', { tag: '@prosody' }, async ({ lab, alice }) => {
  const window = new ParleyWindow(alice);
  const { colleagues } = lab.owned();
  const oscar = lab.account('oscar');
  await colleagues.online({ user: 'oscar', show: 'available', status: 'First day' });
  await alice.getByRole('button', { name: 'Add contact', exact: true }).click();
  const dialog = alice.getByRole('dialog', { name: 'Add a contact' });
  await dialog.getByLabel('Chat address').fill('not an address');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toContainText('An address looks like name@company.com.');
  await dialog.getByLabel('Chat address').fill(oscar.address);
  // No name is given: the directory knows one.
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toBeHidden();
  // He approves by himself, as colleagues do; then his presence shows.
  await expect(window.contact('Oscar Newcomer')).toContainText('First day');
  // He asks back, and is allowed without a question: we wanted him.
  await colleagues.waitFor(
    (event) => event.event === 'subscription' && event.user === 'oscar' && event.type === 'subscribed',
  );
  await expect(alice.getByRole('list', { name: 'Requests to see your presence' })).toBeHidden();
  await window.contact('Oscar Newcomer').click({ button: 'right' });
  await alice.getByRole('menuitem', { name: /Remove from contacts/ }).click();
  await alice.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(window.contact('Oscar Newcomer')).toBeHidden();
});

/** The browser has notifications, and keeps the last that it was asked to show. */
async function standInForNotifications(page: Page): Promise<void> {
  await page.evaluate(() => {
    class BrowserNotification extends EventTarget {
      static readonly permission = 'granted';
      static last: BrowserNotification | undefined;
      readonly words: string;
      constructor(title: string, { body }: NotificationOptions = {}) {
        super();
        this.words = `${title}. ${body ?? ''}`;
        BrowserNotification.last = this;
      }
      close(): void {
        BrowserNotification.last = undefined;
      }
    }
    Object.defineProperty(window, 'Notification', { value: BrowserNotification });
  });
}

/** What the last notification says; clicked when asked for. */
function lastNotification(page: Page, click = false): Promise<string | undefined> {
  return page.evaluate((isClicked) => {
    const { last } = window.Notification as unknown as { readonly last?: EventTarget & { readonly words: string } };
    if (isClicked) last?.dispatchEvent(new Event('click'));
    return last?.words;
  }, click);
}

test('somebody who asks to see our presence is told of, and allowed', { tag: '@prosody' }, async ({ lab, alice }) => {
  const { colleagues } = lab.owned();
  const window = new ParleyWindow(alice);
  // She is asked only the second time: before, the window asks for somebody who is no contact.
  let asks = 0;
  await changeWire(alice, {
    toService: (text) =>
      text.includes('"roster.askPresence"') && (asks += 1) === 1 ? text.replace('mallory@', 'nobody@') : text,
  });
  await window.rail('Calls').click();
  await standInForNotifications(alice);
  await colleagues.online({ user: 'mallory', show: 'available', status: '' });
  colleagues.subscription('mallory', 'subscribe', lab.account('alice').address);
  await expect(window.rail('Contacts')).toContainText('request to see your presence');
  await expect.poll(() => lastNotification(alice)).toBe('mallory@parley.test. Wants to see your presence.');
  // A click on it goes to the request, and answers nothing.
  await lastNotification(alice, true);
  const requests = alice.getByRole('list', { name: 'Requests to see your presence' });
  await expect(requests.getByRole('listitem')).toBeFocused();
  const allow = requests.getByRole('button', { name: 'Allow mallory@parley.test' });
  await allow.click();
  await expect(allow).toBeHidden();
  await expect(window.rail('Contacts')).not.toContainText('request to see your presence');
  await colleagues.waitFor(
    (event) => event.event === 'subscription' && event.user === 'mallory' && event.type === 'subscribed',
  );
  // Her own presence is asked for when it is wanted; she allows by herself, as colleagues do.
  const card = await window.openCard('Mallory Stranger');
  const ask = card.getByRole('button', { name: 'Ask to see their presence' });
  await ask.click();
  await expect(window.callProblem).toContainText('not in your contacts');
  await window.callProblem.getByRole('button', { name: 'Dismiss' }).click();
  await ask.click();
  await expect(ask).toBeHidden();
  await expect(window.contact('Mallory Stranger')).toHaveAccessibleName(/Available/);
});
