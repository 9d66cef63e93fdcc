import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { expectSoundBothWays, packetsInOneSecond, windowHears } from '../harness/phone-ear.ts';
import { TlsRelay } from '../harness/tls-relay.ts';
import { DOMAIN } from '../lab/accounts.ts';

const tones = { mine: myHz, theirs: farHz };
test.describe.configure({ timeout: 120_000 });

test(
  'a connection that goes, as in sleep, on hold, in a transfer, and while it rings, loses no call',
  { tag: ['@kamailio', '@baresip', '@linphone'] },
  async ({ lab, startCaller, bob, carol, frank }) => {
    const { kamailio, certificates } = lab.owned();
    const relay = new TlsRelay({ host: '127.0.0.1', port: kamailio.ports.tls }, certificates.good);
    await relay.start();
    try {
      const { process, page, window } = await startCaller({
        settings: { 'phone.servers': [relay.address], 'phone.tlsName': DOMAIN },
      });
      /** How often the far end of a running call was told of the new connection. */
      const moves = (): number => process.log().filter((line) => line.includes('the call goes on over another')).length;
      /** Gone, and back by itself. */
      const lose = async (): Promise<void> => {
        relay.drop();
        await expect(window.strip).toContainText('Phone is offline');
        await expect(window.strip).toBeHidden({ timeout: 20_000 });
      };

      // It rings here: the answer goes over the new connection.
      await bob.dial(lab.account('alice').address);
      await expect(window.ringing).toContainText('Bob Okafor');
      await lose();
      await window.ringing.getByRole('button', { name: 'Answer' }).click();
      await expect(window.timer).toBeVisible();
      await expectSoundBothWays(page, bob, tones);

      await window.control('Hold').click();
      await expect.poll(() => windowHears(page, tones)).toBe(false);
      await lose();
      await expect(window.control('Resume')).toBeVisible();
      await window.control('Resume').click();
      await expect.poll(() => windowHears(page, tones)).toBe(true);
      await expect.poll(() => packetsInOneSecond(bob)).toBeGreaterThan(25);

      await window.control('End call').click();
      await expect(window.controls).toBeHidden();

      // Frank was asked to call carol, whose phone rings; what he tells of it comes over the new connection.
      await frank.use({ hz: farHz });
      await window.dial(lab.account('frank').extension);
      await expect(window.timer).toBeVisible();
      const from = carol.events.length;
      await window.control('Transfer').click();
      await window.targetField.fill(lab.account('carol').extension);
      await expect(window.suggestions.first()).toBeVisible();
      await page.getByRole('button', { name: 'Transfer now' }).click();
      await carol.waitFor('CALL_INCOMING', { from });
      // What is on its way when the connection goes is lost, and linphone says nothing twice.
      await expect(window.stage('Frank Schäfer')).toContainText('The other side put you on hold.');
      const movesBefore = moves();
      await lose();
      await expect.poll(moves).toBeGreaterThan(movesBefore);
      await carol.answer();
      await carol.waitFor('CALL_ESTABLISHED', { from });
      await expect(window.stage('Frank Schäfer')).toContainText('The call was transferred.');
      await expect(window.controls).toBeHidden();
      await carol.hangUp();
    } finally {
      relay.stop();
    }
  },
);
