import { SipRelay } from '../harness/sip-relay.ts';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

const tones = { mine: myHz, theirs: farHz };
test.describe.configure({ timeout: 120_000 });

test(
  'behind a NAT calls come in, also after it gave the phone another address',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { kamailio } = lab.owned();
    const nat = new SipRelay({ host: '127.0.0.1', port: kamailio.ports.udp }, '127.0.0.2');
    await nat.start();
    try {
      const { page, window } = await startCaller({
        transport: 'udp',
        settings: { 'phone.servers': [`127.0.0.1:${String(nat.port)}`] },
      });
      const registered = async (): Promise<string> => (await kamailio.contacts('alice')).join();
      await expect.poll(registered).toMatch(new RegExp(`^sip:[^@,]+@${nat.outside};[^,]*$`));
      await bob.dial(lab.account('alice').address);
      await window.ringing.getByRole('button', { name: 'Answer' }).click();
      await expect(window.timer).toBeVisible();
      await expectSoundBothWays(page, bob, tones);
      const ended = bob.events.length;
      await page.keyboard.press('F9');
      await bob.waitFor('CALL_CLOSED', { from: ended });

      await nat.move();
      // What is asked in a call shows the new address; nobody can call before.
      await window.dial(lab.account('bob').extension);
      await expect.poll(registered, { timeout: 10_000 }).toMatch(new RegExp(`^sip:[^@,]+@${nat.outside};[^,]*$`));
      await expect(window.timer).toBeVisible();
      const from = bob.events.length;
      await page.keyboard.press('F9');
      await bob.waitFor('CALL_CLOSED', { from });
      await bob.dial(lab.account('alice').address);
      await window.ringing.getByRole('button', { name: 'Answer' }).click();
      await expect(window.timer).toBeVisible();
      await page.keyboard.press('F9');
    } finally {
      nat.stop();
    }
  },
);
