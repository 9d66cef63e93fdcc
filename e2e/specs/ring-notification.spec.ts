import type { Page } from '@playwright/test';
import { expect, test } from '../harness/call-fixtures.ts';

/** A notification as the browser was asked for it. Only the browser's own side is ours here. */
interface Shown {
  readonly title: string;
  readonly tag: string | undefined;
  readonly stays: boolean;
  readonly closed: boolean;
}

/** The browser has notifications that nobody allowed yet, and keeps what it was asked to show. */
async function standInForNotifications(page: Page): Promise<void> {
  await page.addInitScript(() => {
    class BrowserNotification extends EventTarget {
      static permission: NotificationPermission = 'default';
      static readonly all: BrowserNotification[] = [];
      readonly title: string;
      readonly tag: string | undefined;
      readonly body: string | undefined;
      readonly stays: boolean;
      closed = false;
      static requestPermission(): Promise<NotificationPermission> {
        BrowserNotification.permission = 'granted';
        return Promise.resolve('granted');
      }
      constructor(title: string, options: NotificationOptions = {}) {
        super();
        this.title = title;
        this.tag = options.tag;
        this.body = options.body;
        this.stays = options.requireInteraction === true;
        BrowserNotification.all.push(this);
      }
      close(): void {
        this.closed = true;
      }
    }
    Object.defineProperty(window, 'Notification', { value: BrowserNotification });
  });
  await page.reload();
}

function shown(page: Page): Promise<readonly Shown[]> {
  return page.evaluate(() => {
    const { all } = window.Notification as unknown as { readonly all: readonly Shown[] };
    return all.map(({ title, tag, stays, closed }) => ({ title, tag, stays, closed }));
  });
}

/** Those of one kind; a colleague's answer in chat is told too. */
async function tagged(page: Page, tag: string): Promise<readonly Shown[]> {
  return (await shown(page)).filter((one) => one.tag === tag);
}

/** What they say, oldest first. */
function bodies(page: Page): Promise<readonly (string | undefined)[]> {
  return page.evaluate(() => {
    const { all } = window.Notification as unknown as { readonly all: readonly { readonly body?: string }[] };
    return all.map(({ body }) => body);
  });
}

/** Another page has the keyboard, or this one. Playwright tells every page that it has it, unless told not to. */
async function lookAt(page: Page, away: boolean): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setFocusEmulationEnabled', { enabled: !away });
  // A page behind another one draws nothing, so that nothing in it comes into view.
  await (away ? await page.context().newPage() : page).bringToFront();
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(!away);
}

test(
  'a call shows in a banner, and in a notification of the browser while the person looks elsewhere; gone with the ringing',
  { tag: ['@kamailio', '@baresip', '@prosody'] },
  async ({ lab, startCaller, bob }) => {
    const { page, window } = await startCaller({ isWhole: true });
    const alice = lab.account('alice').address;
    await standInForNotifications(page);
    await expect(window.contact('Bob Okafor')).toBeVisible();
    const settings = await window.goToSettings('Notifications');
    await settings.getByRole('button', { name: 'Allow' }).click();
    await expect(settings.getByText('Notifications of the system')).toBeHidden();

    await lookAt(page, true);
    await bob.dial(alice);
    await expect(window.ringing).toContainText('Bob Okafor');
    const ring = { title: 'Bob Okafor is calling', tag: 'incoming-call', stays: true };
    await expect.poll(() => shown(page)).toEqual([{ ...ring, closed: false }]);
    await bob.hangUp();
    await expect(window.ringing).toBeHidden();
    // The call that was not answered is told in its place.
    const missed = { title: 'Bob Okafor', tag: 'missed-call', stays: false, closed: false };
    await expect.poll(() => shown(page)).toEqual([{ ...ring, closed: true }, missed]);

    // A click on it goes to the window; the banner there answers.
    let from = bob.events.length;
    await bob.dial(alice);
    await expect.poll(async () => (await tagged(page, ring.tag)).length).toBe(2);
    await page.evaluate(() => {
      const { all } = globalThis.Notification as unknown as { readonly all: readonly EventTarget[] };
      all.at(-1)?.dispatchEvent(new Event('click'));
    });
    expect((await tagged(page, ring.tag)).at(-1)).toEqual({ ...ring, closed: true });
    await window.ringing.getByRole('button', { name: 'Answer' }).click();
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();

    // Switched off, a call is told in the window only.
    const again = await window.goToSettings('Notifications');
    const wanted = again.getByRole('switch', { name: 'Incoming calls over other programs' });
    await wanted.click();
    await expect(wanted).not.toBeChecked();
    await bob.dial(alice);
    await expect(window.ringing).toBeVisible();
    await bob.hangUp();
    await expect(window.ringing).toBeHidden();
    await expect.poll(async () => (await tagged(page, missed.tag)).length).toBe(2);
    expect(await tagged(page, ring.tag)).toHaveLength(2);
    await wanted.click();
    await expect(wanted).toBeChecked();

    // Who looks at the window sees the banner, and nothing else; it can decline with a message.
    await lookAt(page, false);
    const heard = lab.owned().colleagues.events.length;
    from = bob.events.length;
    await bob.dial(alice);
    await window.ringing.getByRole('button', { name: 'Message' }).click();
    await window.ringing.getByRole('button', { name: 'I will call you back' }).click();
    await bob.waitFor('CALL_CLOSED', { from });
    await lab
      .owned()
      .colleagues.waitFor((event) => event.event === 'message' && event.text === 'I will call you back', {
        from: heard,
      });
    expect(await tagged(page, ring.tag)).toHaveLength(2);

    // A message that is read as it comes is not told; one of somebody else is.
    await window.openChat('Bob Okafor');
    lab.owned().colleagues.say('bob', 'Read at once');
    await expect(window.messages).toContainText('Read at once');
    lab.owned().colleagues.say('carol', 'Read later');
    await expect.poll(() => bodies(page)).toContain('Read later');
    expect(await bodies(page)).not.toContain('Read at once');
  },
);
