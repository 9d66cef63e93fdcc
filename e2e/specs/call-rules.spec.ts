import { expect, test } from '../harness/call-fixtures.ts';

test(
  'calls that are refused by the settings are noted as missed, and the top bar says so and takes them again',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { window } = caller;
    const page = await window.goToSettings('Calls');
    await page.getByRole('switch', { name: 'Refuse calls' }).click();
    await expect(page.getByRole('switch', { name: 'Refuse calls' })).toBeChecked();
    const from = bob.events.length;
    await bob.dial(lab.account('alice').address);
    const { param } = await bob.waitFor('CALL_CLOSED', { from });
    expect(param).toContain('486');
    await expect(window.ringing).toBeHidden();
    await expect(window.rail('Calls')).toContainText('1 missed call');
    const topBar = caller.page.getByRole('banner');
    await expect(topBar).toContainText('Calls are refused');
    await topBar.getByRole('button', { name: 'Take calls here' }).click();
    await expect(page.getByRole('switch', { name: 'Refuse calls' })).not.toBeChecked();
    await expect(topBar).not.toContainText('Calls are refused');
    await expect(topBar.getByRole('button').first()).toBeFocused();
    await expect(caller.page.getByRole('status').filter({ hasText: 'Calls ring here again.' })).toBeAttached();
    await caller.page.keyboard.press('Control+Shift+P');
    await caller.page.getByRole('menuitemcheckbox', { name: 'Refuse calls' }).click();
    await caller.page.keyboard.press('Escape');
    await expect(topBar).toContainText('Calls are refused');
  },
);

test(
  'every call is sent on; one that nobody answers is sent on after its time',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob, carol }) => {
    const { extension } = lab.account('carol');
    const { window } = await startCaller({
      settings: { 'calls.forwardNoAnswer': extension, 'calls.forwardNoAnswerS': 5 },
    });
    let from = carol.events.length;
    await bob.dial(lab.account('alice').address);
    await expect(window.ringing).toContainText('Bob Okafor');
    await carol.waitFor('CALL_INCOMING', { from, timeoutMs: 15_000 });
    await expect(window.ringing).toBeHidden();
    await bob.hangUp();
    await carol.waitFor('CALL_CLOSED', { from });

    const page = await window.goToSettings('Calls');
    const field = page.getByRole('textbox', { name: 'Send every call on to' });
    await field.fill(extension);
    await field.press('Enter');
    from = carol.events.length;
    await bob.dial(lab.account('alice').address);
    await carol.waitFor('CALL_INCOMING', { from });
    await expect(window.ringing).toBeHidden();
    await bob.hangUp();
    await expect(window.rail('Calls')).not.toContainText('missed');
  },
);

test(
  'digits go as SIP INFO as soon as the account is set so, in a call too; what would end the call waits for its end',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { page, window } = await startCaller({ settings: { 'account.displayName': 'Alice' } });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    const calls = await window.goToSettings('Calls');
    await calls.getByRole('combobox', { name: 'Digits during a call' }).selectOption('info');
    const account = await window.goToSettings('Account');
    const name = account.getByRole('textbox', { name: 'Your name' });
    await name.fill('Alice Calling');
    await name.press('Enter');
    await expect(account.getByText('applies after the call')).toBeVisible();
    await window.go('Calls');
    await expect(window.timer).toBeVisible();
    const from = bob.events.length;
    await window.control('Keypad').click();
    await page.keyboard.type('52#');
    await expect
      .poll(() => bob.events.slice(from).flatMap(({ type, param }) => (type === 'CALL_DTMF_START' ? [param] : [])))
      .toEqual(['5', '2', '#']);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
    await expect((await window.goToSettings('Account')).getByText('applies after the call')).toBeHidden();
  },
);

test(
  'an emergency number is called past a call that nobody answers; without a line it warns at once',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob, carol }) => {
    // A number of the lab stands for it: no test ever dials a real one.
    const number = lab.account('bob').extension;
    const { window } = await startCaller({ settings: { 'calls.emergencyNumbers': [number] } });
    const [fromBob, fromCarol] = [bob.events.length, carol.events.length];
    await window.dial(lab.account('carol').extension);
    await carol.waitFor('CALL_INCOMING', { from: fromCarol });
    await window.dial(number);
    await bob.waitFor('CALL_ESTABLISHED', { from: fromBob });
    await carol.waitFor('CALL_CLOSED', { from: fromCarol });
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();

    const { kamailio } = lab.owned();
    await kamailio.kill();
    await expect(window.strip).toBeVisible();
    await window.dial(number);
    await expect(window.callProblem).toContainText(`cannot call ${number} now. Use a mobile phone`);
    await kamailio.start();
  },
);
