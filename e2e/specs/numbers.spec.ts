import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../harness/call-fixtures.ts';

/** A number that the lab does not know: a call to it comes to bob only if the rule made it his extension. */
const outside = '+1 800 555 1212';

test(
  'a rule of the policy changes what is dialled, not what is shown',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob, scratch }) => {
    test.skip(process.getuid?.() !== 0, 'only root can write a policy file that is honoured');
    const { extension } = lab.account('bob');
    const policyFile = join(scratch, 'policy.json');
    const dialRules = [
      { beginsWith: '+1800', numDigits: 12, digitsToRemove: 12, prefixWith: extension },
      { beginsWith: '+', numDigits: 0, digitsToRemove: 0, prefixWith: '' },
    ];
    const lookupRules = [{ beginsWith: '5', numDigits: 4, digitsToRemove: 1, prefixWith: '+442079460' }];
    writeFileSync(
      policyFile,
      JSON.stringify({ version: 1, lock: { 'calls.dialRules': dialRules, 'calls.lookupRules': lookupRules } }),
      { mode: 0o644 },
    );
    const { page, window } = await startCaller({ policyFile });

    const from = bob.events.length;
    await window.dial(outside);
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await expect(window.timer).toBeVisible();
    await expect(window.stage()).toContainText(outside);
    await expect(window.stage()).not.toContainText(extension);
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();

    await window.go('Calls');
    await window.history.first().click();
    const detail = page.getByRole('region', { name: 'Call details' });
    await expect(detail).toContainText(outside);
    await expect(detail).toContainText(`Dialled as ${extension}`);

    // 5102 is nobody in the directory; by the rule it is Carol's number.
    await bob.dial('sip:as5102-alice@parley.test');
    await expect(window.ringing).toContainText('Carol Lindqvist');
    await expect(window.ringing).toContainText('+44 20 7946 0102');
    await window.ringing.getByRole('button', { name: /^Decline/ }).click();
    await expect(window.ringing).toBeHidden();

    const settings = await window.goToSettings('Calls');
    await expect(settings).toContainText('Set by your organization');
    const table = settings.getByRole('table', { name: 'Rules for numbers that you dial' });
    await expect(table.getByRole('textbox', { name: 'Begins with, rule 1' })).toHaveValue('+1800');
    await expect(table.getByRole('textbox', { name: 'Begins with, rule 1' })).not.toBeEditable();
    await expect(table.getByRole('button')).toHaveCount(0);
  },
);

test(
  'a person writes rules of their own, and letters dial the keys that they stand on',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    const { extension } = lab.account('bob');
    const settings = await window.goToSettings('Calls');
    const table = settings.getByRole('table', { name: 'Rules for numbers that you dial' });
    await settings.getByRole('button', { name: 'Add a rule: Rules for numbers that you dial' }).click();
    const cell = (column: string, rule: number) =>
      table.getByRole('textbox', { name: `${column}, rule ${String(rule)}` });
    // A rule that fits nothing here, then the one that does, which is moved up.
    await cell('Begins with', 1).fill('999');
    await page.keyboard.press('Tab');
    await settings.getByRole('button', { name: 'Add a rule: Rules for numbers that you dial' }).click();
    await cell('Begins with', 2).fill('18004827763');
    await page.keyboard.press('Tab');
    await page.keyboard.type('11');
    await page.keyboard.press('Tab');
    await page.keyboard.type('11');
    await page.keyboard.press('Tab');
    await page.keyboard.type(extension);
    await page.keyboard.press('Enter');
    await table.getByRole('button', { name: 'Move rule 2 up' }).click();
    await expect(cell('Begins with', 1)).toHaveValue('18004827763');
    await expect(cell('Length', 1)).toHaveValue('11');

    const from = bob.events.length;
    await window.dial('1-800-4UCSRND');
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await expect(window.stage()).toContainText('1-800-4UCSRND');
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
  },
);
