import { expect, test } from '../harness/call-fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { seedFor } from '../lab/client-settings.ts';

test(
  'the list tells whose phone rings and who is on a call, and the card tells a free phone from an unknown one',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, alice, bob, carol }) => {
    const window = new ParleyWindow(alice);
    const { kamailio } = lab.owned();
    const line = (name: string) => window.contact(name).locator('.linestate');
    await expect(window.contact('Bob Okafor')).toBeVisible();
    const card = await window.openCard('Bob Okafor');
    await expect(card).toContainText('Phone is free');
    await expect(line('Bob Okafor')).toHaveCount(0);

    await bob.dial('sip:carol@parley.test');
    await expect(line('Carol Lindqvist')).toHaveText('Phone is ringing');
    await expect(line('Bob Okafor')).toHaveText('On a call');
    await carol.answer();
    await expect(line('Carol Lindqvist')).toHaveText('On a call');
    await expect(card).toContainText('On a call');
    await bob.hangUp();
    await expect(line('Bob Okafor')).toHaveCount(0);
    await expect(line('Carol Lindqvist')).toHaveCount(0);
    await expect(card).toContainText('Phone is free');

    // The lab's proxy does not say who holds; a PBX that does is played by a publication of its own.
    const rendering =
      '<local><target uri="sip:eve@parley.test"><param pname="+sip.rendering" pval="no"/></target></local>';
    await kamailio.tellLine('eve', `<dialog id="held-1"><state>confirmed</state>${rendering}</dialog>`);
    await expect(line('Eve Nakamura')).toHaveText('On a call, on hold');

    // A proxy that is gone tells nothing: unknown is not free.
    await kamailio.kill();
    await expect(card).toContainText('Phone state not known', { timeout: 20_000 });
    await expect(line('Eve Nakamura')).toHaveCount(0);
    await kamailio.start();
    await expect(card).toContainText('Phone is free', { timeout: 30_000 });
  },
);

test(
  'messages that wait at the phone server are counted where there is no box to look into',
  { tag: '@kamailio' },
  async ({ lab, parley }) => {
    const { kamailio } = lab.owned();
    await kamailio.tellWaitingMessages('alice', 3, 1);
    const seed = { ...seedFor(lab.description, 'alice'), 'voicemail.enabled': false };
    const page = await parley.open(await parley.start({ seed }));
    const window = new ParleyWindow(page);
    await expect(window.rail('Voicemail')).toHaveAccessibleName('Voicemail 3 new on the phone server');
    await window.go('Voicemail');
    await expect(page.getByRole('region', { name: 'Voicemail' }).getByRole('status')).toHaveText(
      '3 new on the phone server',
    );
    await kamailio.tellWaitingMessages('alice', 0, 4);
    await expect(window.rail('Voicemail')).toHaveAccessibleName('Voicemail');
  },
);
