import { expect, test } from '../harness/call-fixtures.ts';

test(
  'a ringing call is sent to somebody else',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob, carol }) => {
    const { window } = caller;
    const [fromBob, fromCarol] = [bob.events.length, carol.events.length];
    await bob.dial(lab.account('alice').address);
    await window.ringing.getByRole('button', { name: 'Send the call to somebody else' }).click();
    await window.targetField.fill(lab.account('carol').extension);
    await expect(window.suggestions.first()).toBeVisible();
    await window.page.getByRole('button', { name: 'Send the call', exact: true }).click();
    await carol.waitFor('CALL_INCOMING', { from: fromCarol });
    await expect(window.ringing).toBeHidden();
    await carol.answer();
    await bob.waitFor('CALL_ESTABLISHED', { from: fromBob });
    await window.go('Calls');
    await expect(window.history.first()).toContainText('Bob Okafor');
    await expect(window.rail('Calls')).not.toContainText('missed');
    await bob.hangUp();
  },
);
