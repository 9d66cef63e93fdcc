import { expect, test } from '../harness/fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { withStore } from '../harness/stored-data.ts';
import { accountIdOf } from '../../src-main/account/account-id.ts';
import { MessageStore } from '../../src-main/im/message-store.ts';
import type { TimedMessage } from '../../src-main/im/message-store.ts';

const minuteMs = 60_000;
const newest = 50;

function peerOf(index: number): string {
  return `colleague-${String(index).padStart(2, '0')}@parley.test`;
}

function messageOf(index: number, nowMs: number): TimedMessage {
  return {
    peer: peerOf(index),
    direction: 'in',
    body: `Number ${String(index)} writes`,
    stampMs: undefined,
    sentAtMs: nowMs - (newest + 1 - index) * minuteMs,
    countsAsUnread: false,
    archiveId: undefined,
    originKey: `seeded-${String(index)}`,
    source: 'live',
    receiptTo: undefined,
  };
}

test(
  'the newest 50 chats are listed, a new one takes the place of the oldest, and a cleared list begins anew',
  { tag: '@prosody' },
  async ({ lab, parley, scratch }) => {
    const { colleagues } = lab.owned();
    const nowMs = Date.now();
    withStore(scratch, (store) => {
      const messages = new MessageStore(store, accountIdOf(lab.account('heidi').address));
      // Chat 0 is the oldest.
      messages.addAll(Array.from({ length: newest + 1 }, (_value, index) => messageOf(index, nowMs)));
    });
    const page = await parley.open(await parley.start({ dataDirectory: scratch, as: 'heidi' }));
    const window = new ParleyWindow(page);
    await window.go('Chats');
    const rows = page.getByRole('listbox', { name: 'Conversations' }).getByRole('option');
    await expect(rows).toHaveCount(newest);
    await expect(rows.first()).toContainText(peerOf(newest));
    await expect(rows.last()).toContainText(peerOf(1));

    colleagues.say('dave', 'One more chat', lab.account('heidi').address);
    await expect(rows.first()).toContainText('One more chat');
    await expect(rows).toHaveCount(newest);
    await expect(rows.last()).toContainText(peerOf(2));
    await rows.first().click();
    await expect(window.messages).toContainText('One more chat');

    const privacy = await window.goToSettings('Privacy and policy');
    await privacy.locator('.srow', { hasText: 'List of chats' }).getByRole('button', { name: 'Clear…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Clear', exact: true }).click();
    await page.goto(`${new URL(page.url()).origin}/#/chats`);
    await expect(page.getByText('No chats yet')).toBeVisible();
    colleagues.say('grace', 'First of the new list', lab.account('heidi').address);
    await expect(rows).toHaveCount(1);
    await expect(rows.first()).toContainText('First of the new list');
  },
);

test(
  'the newest 50 voice messages are listed, and a new one takes the place of the oldest',
  { tag: '@dovecot' },
  async ({ lab, parley }) => {
    const { dovecot } = lab.owned();
    const script = { from: 'bob', text: 'One of many.', voice: 'en', isSeen: true };
    for (let index = 0; index < newest; index += 1) {
      // The oldest is by Carol.
      const from = index === 0 ? 'carol' : 'bob';
      await dovecot.leaveVoicemail({ ...script, from, ageMs: (newest - index) * minuteMs }, 'heidi');
    }
    const page = await parley.open(await parley.start({ as: 'heidi' }));
    const window = new ParleyWindow(page);
    await window.go('Voicemail');
    const rows = page.getByRole('list', { name: 'Voice messages' }).getByRole('listitem');
    await expect(rows).toHaveCount(newest);
    await expect(rows.last()).toContainText('Carol');
    // Who left it is known by number: name, picture and presence of the contact.
    await dovecot.leaveVoicemail({ ...script, from: 'dave', ageMs: 0, isSeen: false }, 'heidi');
    await expect(rows.first()).toContainText('Dave Moreau');
    await expect(rows.first()).toContainText('+44 20 7946');
    await expect(rows).toHaveCount(newest);
    await expect(rows.last()).not.toContainText('Carol');
  },
);
