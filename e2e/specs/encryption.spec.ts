import type { Page } from '@playwright/test';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import type { ParleyWindow } from '../harness/parley-window.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

const tones = { mine: myHz, theirs: farHz };

async function expectLock(window: ParleyWindow, name: 'Encrypted' | 'Not encrypted'): Promise<void> {
  await expect(window.stage().getByRole('img', { name, exact: true })).toBeVisible();
}

async function hangUp(page: Page, window: ParleyWindow): Promise<void> {
  await page.keyboard.press('F9');
  await expect(window.controls).toBeHidden();
}

test(
  'with baresip, which insists on SRTP: sound both ways out and in, and the lock is shown',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    await bob.useEncryption('required');
    const { page, window } = await startCaller({ transport: 'tls' });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await expectLock(window, 'Encrypted');
    await expect(window.stage()).not.toContainText(/end.to.end/i);
    await hangUp(page, window);

    await bob.dial(lab.account('alice').number);
    await window.ringing.getByRole('button', { name: 'Answer' }).click();
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await expectLock(window, 'Encrypted');
    await hangUp(page, window);
    await bob.useEncryption('none');
  },
);

test(
  'offered by default: a phone that offers it too is called encrypted, one without it in the clear',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { kamailio } = lab.owned();
    await kamailio.passOfferedKeys(true);
    await bob.useEncryption('offered');
    const { page, window } = await startCaller({ transport: 'tls' });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await expectLock(window, 'Encrypted');
    await hangUp(page, window);
    await kamailio.passOfferedKeys(false);
    await bob.useEncryption('none');
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await expectLock(window, 'Not encrypted');
  },
);

for (const suites of [['AES_CM_128_HMAC_SHA1_80'], ['AES_256_CM_HMAC_SHA1_80'], ['AES_CM_128_HMAC_SHA1_32']]) {
  test(
    `with linphone, which insists on SRTP with ${suites.join()}: sound both ways, out and in`,
    { tag: ['@kamailio', '@linphone'] },
    async ({ lab, startCaller, frank }) => {
      await frank.use({ hz: farHz, encryption: 'required', suites });
      const { page, window } = await startCaller({
        transport: 'tls',
        settings: { 'calls.mediaEncryption': 'required' },
      });
      await window.dial(lab.account('frank').extension);
      await expect(window.timer).toBeVisible();
      await expectSoundBothWays(page, frank, tones);
      await expectLock(window, 'Encrypted');
      // It has ended calls of other tests, and calls nobody while one lasts.
      const from = frank.lines.length;
      await hangUp(page, window);
      await frank.waitFor(/Call \d+ with .* ended/, { from });
      frank.dial(lab.account('alice').number);
      await window.ringing.getByRole('button', { name: 'Answer' }).click();
      await expect(window.timer).toBeVisible();
      await expectSoundBothWays(page, frank, tones);
      await expectLock(window, 'Encrypted');
      await hangUp(page, window);
    },
  );
}

test(
  'SRTP over signalling that anybody can read has sound and no lock',
  { tag: ['@kamailio', '@linphone'] },
  async ({ lab, startCaller, frank }) => {
    await frank.use({ hz: farHz, encryption: 'required' });
    const { page, window } = await startCaller({ transport: 'tcp', settings: { 'calls.mediaEncryption': 'required' } });
    await window.dial(lab.account('frank').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, frank, tones);
    await expectLock(window, 'Not encrypted');
  },
);

test(
  'required: who cannot encrypt is neither called nor heard, and it is said why',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { window } = await startCaller({ transport: 'tls', settings: { 'calls.mediaEncryption': 'required' } });
    const from = bob.events.length;
    await window.dial(lab.account('bob').extension);
    await expect(window.stage('Bob Okafor')).toContainText('did not agree on whether the sound is encrypted');
    expect(bob.events.slice(from).map(({ type }) => type)).not.toContain('CALL_ESTABLISHED');
    await expect(window.controls).toBeHidden();
    const dialled = bob.events.length;
    await bob.dial(lab.account('alice').number);
    const closed = await bob.waitFor('CALL_CLOSED', { from: dialled });
    expect(closed.param).toContain('488');
  },
);

test(
  'never: a phone that insists on SRTP is refused, in words',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    await bob.useEncryption('required');
    const { window } = await startCaller({ transport: 'tls', settings: { 'calls.mediaEncryption': 'never' } });
    const from = bob.events.length;
    await bob.dial(lab.account('alice').number);
    expect((await bob.waitFor('CALL_CLOSED', { from })).param).toContain('488');
    await expect(window.controls).toBeHidden();
    await bob.useEncryption('none');
  },
);

test(
  'never: a linphone that only offers SRTP is refused, calls again in the clear, and is heard',
  { tag: ['@kamailio', '@linphone'] },
  async ({ lab, startCaller, frank }) => {
    await frank.use({ hz: farHz, encryption: 'offered' });
    const { page, window } = await startCaller({ transport: 'tls', settings: { 'calls.mediaEncryption': 'never' } });
    frank.dial(lab.account('alice').number);
    await window.ringing.getByRole('button', { name: 'Answer' }).click();
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, frank, tones);
    await expectLock(window, 'Not encrypted');
    await expect(window.rail('Calls')).not.toContainText('missed');
    await hangUp(page, window);
  },
);
