import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { withStore } from '../harness/stored-data.ts';
import { accountIdOf } from '../../src-main/account/account-id.ts';
import { HistoryStore } from '../../src-main/history/history-store.ts';

const minuteMs = 60_000;
const newest = 50;
/** Who called then withheld the number. */
const withheld = 48;
const numberOf = (index: number): string => `+442079460${String(index).padStart(3, '0')}`;

test(
  'the newest 50 calls are listed, missed ones apart, and a new call takes the place of the oldest',
  { tag: '@kamailio' },
  async ({ lab, parley, scratch }) => {
    const nowMs = Date.now();
    withStore(scratch, (inDatabase) => {
      const store = new HistoryStore(inDatabase, accountIdOf(lab.account('alice').address));
      // Call 0 is the oldest. Each third one was missed.
      for (let index = 0; index < newest + 1; index += 1) {
        const startedAtMs = nowMs - (newest + 1 - index) * minuteMs;
        const missed = index % 3 === 0;
        const id = `seeded-${String(index)}`;
        const number = index === withheld ? 'anonymous' : numberOf(index);
        store.callStarted({ id, direction: missed ? 'in' : 'out', number, startedAtMs });
        if (!missed) store.callConnected(id, startedAtMs + 1_000);
        store.callEnded(id, { endedAtMs: startedAtMs + 20_000, endReason: missed ? 'cancelled' : 'hungUp', missed });
      }
    });
    const service = await parley.start({ dataDirectory: scratch });
    const page = await parley.open(service);
    const window = new ParleyWindow(page);
    await expect(window.rail('Calls')).toContainText('16 missed calls');
    await window.go('Calls');
    await expect(window.history).toHaveCount(newest);
    await expect(window.history.first()).toContainText(numberOf(newest));
    await expect(window.history.last()).toContainText(numberOf(1));
    await expect(page.getByText('The 50 newest calls are kept on this computer.')).toBeVisible();
    // Looked at for a moment, they are no news any more.
    await expect(window.rail('Calls')).not.toContainText('missed calls');
    await page.getByRole('tab', { name: /^Missed/ }).click();
    await expect(window.history).toHaveCount(16);
    await page.getByRole('tab', { name: 'All' }).click();

    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
    await expect(window.history.first()).toContainText('Bob Okafor');
    await expect(window.history).toHaveCount(newest);
    await expect(window.history.last()).toContainText(numberOf(2));

    // Who withheld the number cannot be called back, nor copied.
    const unknown = window.history.filter({ hasText: 'Unknown caller' });
    await unknown.click();
    await expect(page.getByText('UC', { exact: true })).toBeHidden();
    const details = page.getByRole('region', { name: 'Call details' });
    await expect(details).toContainText('Number withheld');
    await expect(page.getByText('anonymous')).toBeHidden();
    await expect(details.getByRole('button', { name: /^Call\b/ })).toBeHidden();
    await unknown.press('Shift+F10');
    await expect(page.getByRole('menuitem')).toHaveText(['Delete from history…']);
    await page.keyboard.press('Escape');

    // A caller's row has a menu, by which it goes for good. What is open stays open, and the row beside has the keyboard.
    await window.history.nth(1).click();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Shift+F10');
    await expect(page.getByRole('menuitem')).toHaveText([
      /^Call again/,
      'Chat',
      'Copy number',
      'Contact card',
      'Delete from history…',
    ]);
    await page.getByRole('menuitem', { name: 'Delete from history…' }).press('Enter');
    const question = page.getByRole('alertdialog', { name: 'Delete the call with Bob Okafor from the history?' });
    await question.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(window.history.first()).toContainText(numberOf(newest));
    await expect(window.history).toHaveCount(newest - 1);
    await expect(window.history.first()).toHaveAttribute('aria-selected', 'true');
    await expect(window.history.first()).toBeFocused();

    const privacy = await window.goToSettings('Privacy and policy');
    await privacy.locator('.srow', { hasText: 'Call history' }).getByRole('button', { name: 'Clear…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Clear', exact: true }).click();
    await window.go('Calls');
    await expect(page.getByText('No calls yet')).toBeVisible();
  },
);

test(
  'calls, chats and voice messages with one person stand together on the card',
  { tag: ['@prosody', '@dovecot'] },
  async ({ lab, parley, scratch }) => {
    const bob = lab.account('bob');
    await lab.owned().dovecot.leaveVoicemail({
      from: 'bob',
      text: 'This is Bob.',
      voice: 'en',
      ageMs: 0,
      isSeen: false,
    });
    withStore(scratch, (inDatabase) => {
      const store = new HistoryStore(inDatabase, accountIdOf(lab.account('alice').address));
      const startedAtMs = Date.now() - 5 * minuteMs;
      store.callStarted({
        id: 'seeded',
        direction: 'in',
        number: bob.number,
        e164: bob.number,
        jid: bob.address,
        startedAtMs,
      });
      store.callEnded('seeded', { endedAtMs: startedAtMs + 20_000, endReason: 'cancelled', missed: true });
    });
    const window = new ParleyWindow(await parley.open(await parley.start({ dataDirectory: scratch })));
    await window.openChat('Bob Okafor');
    await window.send('Seen on the card');
    await expect(window.messages).toContainText('Seen on the card');
    await window.go('Contacts');
    const card = await window.openCard('Bob Okafor');
    await expect(card.getByRole('heading', { name: 'Recent with Bob' })).toBeVisible();
    await expect(card).toContainText('Seen on the card');
    await expect(card).toContainText('New voicemail');
    await expect(card).toContainText(/missed/i);
  },
);
