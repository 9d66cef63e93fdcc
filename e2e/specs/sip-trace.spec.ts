import { readFileSync } from 'node:fs';
import { expect, test } from '../harness/call-fixtures.ts';

test(
  'the SIP trace is off until it is switched on, names the call of the history, and holds no secret',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    const settings = await window.goToSettings('About and diagnostics');
    await settings.getByRole('button', { name: 'Show' }).click();
    await expect(settings).toContainText('0 messages are kept');
    await settings.getByRole('switch', { name: 'Keep SIP messages' }).click();

    const from = bob.events.length;
    await window.dial(lab.account('bob').extension);
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
    await window.go('Calls');
    await window.history.first().click();
    const callId = await page.locator('.callid').textContent();
    const id = callId?.replace('Call-ID for support: ', '') ?? '';
    expect(id.length).toBeGreaterThan(5);

    await window.goToSettings('About and diagnostics');
    await settings.getByRole('button', { name: 'Show' }).click();
    const shown = settings.getByRole('textbox', { name: 'SIP messages, oldest first' });
    await expect(shown).toHaveValue(new RegExp(`Call-ID: ${id.replaceAll('.', '\\.')}`));
    const download = page.waitForEvent('download');
    await settings.getByRole('button', { name: 'Save as file' }).click();
    const text = readFileSync(await (await download).path(), 'utf8');
    expect(text).toMatch(/--> TLS \S+\nINVITE sip:/);
    expect(text).toContain('BYE');
    expect(text).not.toContain(lab.account('alice').password);
    expect(text).not.toMatch(/^(?:Proxy-)?Authorization:.*response="[0-9a-f]{8}/im);
    await settings.getByRole('button', { name: 'Forget' }).click();
    await expect(settings).toContainText('0 messages are kept');
  },
);
