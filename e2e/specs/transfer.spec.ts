import { expect, farHz, test } from '../harness/call-fixtures.ts';
import type { Caller } from '../harness/call-fixtures.ts';
import type { LabFixture } from '../harness/fixtures.ts';

/** alice talks to somebody and chooses carol as whom they go to. */
async function chooseCarol({ window }: Caller, lab: LabFixture, from: string): Promise<void> {
  await window.dial(lab.account(from).extension);
  await expect(window.timer).toBeVisible();
  await window.control('Transfer').click();
  await window.targetField.fill(lab.account('carol').extension);
  await expect(window.suggestions.first()).toBeVisible();
}

test(
  'a call is transferred after asking',
  { tag: ['@kamailio', '@baresip', '@linphone'] },
  async ({ lab, caller, carol, frank }) => {
    const { window } = caller;
    let from = carol.events.length;
    await frank.use({ hz: farHz });
    await chooseCarol(caller, lab, 'frank');
    await window.page.getByRole('button', { name: 'Ask first' }).click();
    await carol.waitFor('CALL_INCOMING', { from });
    // Given up: the call that asks is over, and the first one is back.
    await window.stage('Carol Lindqvist').getByRole('button', { name: 'Back to Frank Schäfer' }).click();
    await carol.waitFor('CALL_CLOSED', { from });
    await expect(window.stage('Frank Schäfer')).toBeVisible();
    await expect(window.control('Hold')).toBeVisible();

    from = carol.events.length;
    await window.control('Transfer').click();
    await window.targetField.fill(lab.account('carol').extension);
    await expect(window.suggestions.first()).toBeVisible();
    await window.page.getByRole('button', { name: 'Ask first' }).click();
    await carol.waitFor('CALL_INCOMING', { from });
    await carol.answer();
    await expect(window.stage('Carol Lindqvist')).toBeVisible();
    await expect(window.timer).toBeVisible();
    const joined = carol.events.length;
    await window.stage('Carol Lindqvist').getByRole('button', { name: 'Transfer Frank Schäfer now' }).click();
    // baresip does not know Replaces: what takes the place of our call rings once more.
    const { peerUri } = await carol.waitFor('CALL_INCOMING', { from: joined });
    expect(peerUri).toContain('frank@');
    await carol.answer();
    await carol.waitFor('CALL_ESTABLISHED', { from: joined });
    await expect(window.controls).toBeHidden();
    frank.hangUp();
    await carol.waitFor('CALL_CLOSED', { from: joined });
  },
);

test(
  'a call is transferred without asking; refused, it comes back',
  { tag: ['@kamailio', '@baresip', '@linphone'] },
  async ({ lab, caller, carol, frank }) => {
    const { window } = caller;
    await frank.use({ hz: farHz });
    let from = carol.events.length;
    await chooseCarol(caller, lab, 'frank');
    await window.page.getByRole('button', { name: 'Transfer now' }).click();
    await carol.waitFor('CALL_INCOMING', { from });
    await carol.hangUp();
    await expect(window.stage('Frank Schäfer')).toContainText('Frank Schäfer is back with you.');
    await expect(window.control('Hold')).toBeVisible();

    from = carol.events.length;
    await window.control('Transfer').click();
    await window.targetField.fill('Dave');
    await expect(window.suggestions.first()).toContainText('Dave');
    // Enter before this text is answered must not act on whom the one before has found.
    await window.targetField.evaluate(async (field: HTMLInputElement, text) => {
      field.setRangeText(text, 0, field.value.length);
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await Promise.resolve();
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    }, lab.account('carol').extension);
    const { peerUri } = await carol.waitFor('CALL_INCOMING', { from });
    expect(peerUri).toContain('frank@');
    await carol.answer();
    await expect(window.stage('Frank Schäfer')).toContainText('The call was transferred.');
    await expect(window.controls).toBeHidden();
    frank.hangUp();
    await carol.waitFor('CALL_CLOSED', { from });
  },
);

test('a phone transfers us without asking', { tag: ['@kamailio', '@baresip'] }, async ({ lab, caller, bob, carol }) => {
  const { window } = caller;
  const from = carol.events.length;
  await window.dial(lab.account('bob').extension);
  await expect(window.timer).toBeVisible();
  await bob.command('transfer', `sip:${lab.account('carol').address}`);
  const { peerUri } = await carol.waitFor('CALL_INCOMING', { from });
  expect(peerUri).toContain('alice@');
  await carol.answer();
  await expect(window.stage('Carol Lindqvist')).toContainText('Bob Okafor transferred you to Carol Lindqvist.');
  await expect(window.timer).toBeVisible();
  await expect(window.onNow).not.toContainText('Bob Okafor');
  await carol.hangUp();
  await expect(window.controls).toBeHidden();
});
