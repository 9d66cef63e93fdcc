import type { LabTransport } from '../lab/client-settings.ts';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

/** Over WebSocket the window speaks DTLS-SRTP with the server itself; over the others the media gateway carries it. */
const encryptedAs: Readonly<Record<Exclude<LabTransport, 'ws'>, 'Encrypted' | 'Not encrypted'>> = {
  udp: 'Not encrypted',
  tcp: 'Not encrypted',
  tls: 'Not encrypted',
  wss: 'Encrypted',
};

for (const transport of ['udp', 'tcp', 'tls', 'wss'] as const) {
  test(
    `calls over ${transport}, out and in, have sound both ways and say whether they are encrypted`,
    // Only between DTLS-SRTP and plain RTP the relay is needed; without it the others find each other on loopback.
    { tag: transport === 'wss' ? ['@kamailio', '@rtpengine'] : '@kamailio' },
    async ({ lab, startCaller, bob }) => {
      const { page, window } = await startCaller({ transport, settings: { 'log.sipTrace': transport === 'udp' } });
      const contacts = await lab.owned().kamailio.contacts('alice');
      expect(contacts.join(' ')).toContain(`transport=${transport === 'wss' ? 'ws' : transport}`);
      await window.dial(lab.account('bob').extension);
      await expect(window.timer).toBeVisible();
      await expectSoundBothWays(page, bob, { mine: myHz, theirs: farHz });
      await expect(window.stage().getByRole('img', { name: encryptedAs[transport], exact: true })).toBeVisible();
      const from = bob.events.length;
      // The window itself sends the tones; the gateway's own are proven in call.spec.ts.
      if (transport === 'wss') {
        await window.control('Keypad').click();
        await page.keyboard.type('52');
        await expect
          .poll(() => bob.events.slice(from).flatMap(({ type, param }) => (type === 'CALL_DTMF_START' ? [param] : [])))
          .toEqual(['5', '2']);
      }
      await page.keyboard.press('F9');
      await bob.waitFor('CALL_CLOSED', { from });
      await expect(window.controls).toBeHidden();

      await bob.dial(lab.account('alice').address);
      await window.ringing.getByRole('button', { name: 'Answer' }).click();
      await expect(window.timer).toBeVisible();
      await expectSoundBothWays(page, bob, { mine: myHz, theirs: farHz });
      if (transport === 'udp') {
        // With its credentials the INVITE is too large for a datagram in its long form only.
        await page.keyboard.press('F9');
        const settings = await window.goToSettings('About and diagnostics');
        await settings.getByRole('button', { name: 'Show' }).click();
        const shown = settings.getByRole('textbox', { name: 'SIP messages, oldest first' });
        await expect(shown).toHaveValue(/^v: SIP\/2\.0\/UDP.*$/m);
        await expect(shown).not.toHaveValue(/SIP\/2\.0\/TCP/);
      }
    },
  );
}
