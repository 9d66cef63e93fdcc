import { ParleyWindow } from '../harness/parley-window.ts';
import { expect, test } from '../harness/fixtures.ts';

test(
  'a message is sent, answered by the colleague, and both stand in the chat',
  { tag: '@prosody' },
  async ({ alice }) => {
    const window = new ParleyWindow(alice);
    await window.openChat('Bob Okafor');
    // The server keeps what earlier specs wrote: this text is this run's own.
    const text = `Lunch at ${String(Date.now())}?`;
    await window.send(text);
    await expect(window.messages.getByText('Sent', { exact: true }).last()).toBeVisible();
    // The colleague answers with a friendly echo.
    await expect(window.messages.getByText(text)).toHaveCount(2);

    // What is not sent yet outlives a reload of the window.
    await window.composer.fill('Half a sentence');
    await alice.reload();
    await expect(window.composer).toHaveValue('Half a sentence');

    // The chat is deleted by its row's menu; what is open stays open, and the row beside has the keyboard.
    await window.openChat('Dave Moreau');
    await window.send(text);
    const open = window.conversation('Dave Moreau');
    await expect(open).toHaveAttribute('aria-selected', 'true');
    // It is selected before it moves up: below the rows that were there, an arrow down leads elsewhere.
    await expect(alice.getByRole('listbox', { name: 'Conversations' }).getByRole('option').first()).toHaveText(
      /Dave Moreau/,
    );
    const row = window.conversation('Bob Okafor');
    await open.press('ArrowDown');
    await expect(row).toBeFocused();
    await row.press('Shift+F10');
    await alice.getByRole('menuitem', { name: 'Delete chat…' }).press('Enter');
    await alice.getByRole('alertdialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(row).toBeHidden();
    await expect(open).toHaveAttribute('aria-selected', 'true');
    await expect(alice.getByRole('listbox', { name: 'Conversations' }).locator(':focus')).toHaveCount(1);
    // It begins anew with the next message.
    await window.openChat('Bob Okafor');
    await expect(window.composer).toHaveValue('');
    await expect(window.messages).not.toContainText(text);
  },
);

test('a message counts as unread until its chat is opened', { tag: '@prosody' }, async ({ lab, alice }) => {
  const window = new ParleyWindow(alice);
  await expect(window.contact('Dave Moreau')).toBeVisible();
  lab.owned().colleagues.say('dave', 'The train is late again');
  await expect(window.rail('Chats')).toContainText('1');
  await window.go('Chats');
  await window.conversation('Dave Moreau').click();
  await expect(window.messages).toContainText('The train is late again');
  await expect(window.messages.getByRole('separator')).toHaveText('New messages');
  await expect(window.rail('Chats')).not.toContainText('1');

  // Who has scrolled up has not read what comes below.
  const stops = Array.from({ length: 80 }, (_, index) => `Stop ${String(index)}`).join('\n');
  lab.owned().colleagues.say('dave', stops);
  await expect(window.messages).toContainText('Stop 79');
  await expect(window.rail('Chats')).not.toContainText('unread');
  await window.messages.evaluate(async (list) => {
    list.scrollTo(0, -list.scrollHeight);
    // What is in view is told with the frames that follow.
    for (let frame = 0; frame < 4; frame += 1) await new Promise(requestAnimationFrame);
  });
  lab.owned().colleagues.say('dave', 'Arrived');
  // The line stands above it now, and it stays unread.
  await expect(window.messages.locator('[role=separator] + *')).toContainText('Arrived');
  await expect(window.rail('Chats')).toContainText('1 unread message');
  await window.messages.evaluate((list) => {
    list.scrollTo(0, 0);
  });
  await expect(window.rail('Chats')).not.toContainText('unread');
});

test(
  'a message that cannot be delivered says so, and is tried again or deleted',
  { tag: '@prosody' },
  async ({ alice }) => {
    const window = new ParleyWindow(alice);
    await expect(window.contact('Bob Okafor')).toBeVisible();
    // An address at this server that nobody has.
    await alice.goto(`${new URL(alice.url()).origin}/#/chats/nobody-here@parley.test`);
    await window.send('Is anybody there?');
    const failed = window.messages.getByRole('alert').or(window.messages.locator('.failed'));
    await expect(failed.first()).toContainText(/not (sent|delivered)/i);
    await window.messages.getByRole('button', { name: 'Try again' }).click();
    await expect(failed.first()).toContainText(/not (sent|delivered)/i);
    await window.messages.getByRole('button', { name: 'Delete' }).click();
    await expect(window.messages).not.toContainText('Is anybody there?');
  },
);
