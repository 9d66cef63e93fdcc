import type { KamailioServer } from '../lab/kamailio.ts';
import { expect, farHz, myHz, test as base } from '../harness/call-fixtures.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

const tones = { mine: myHz, theirs: farHz };

interface TwoServers {
  /** The proxy that a call begins over. */
  readonly first: KamailioServer;
  /** The one beside it. */
  readonly second: KamailioServer;
}

/** Two proxies of one domain; the first is well again after each test. */
const test = base.extend<{ servers: TwoServers }>({
  servers: async ({ lab, bob }, use) => {
    const { kamailio, standby } = lab.owned();
    if (standby.state === 'stopped') await standby.start();
    await kamailio.whenRegistered(bob.account.user);
    await standby.shareContacts(kamailio, bob.account.user);
    await standby.unregister('alice');
    await use({ first: kamailio, second: standby });
    if (kamailio.state === 'frozen') kamailio.thaw();
    if (kamailio.state === 'stopped') await kamailio.start();
    await kamailio.whenRegistered(bob.account.user, 70_000);
  },
});
test.describe.configure({ timeout: 120_000 });

for (const transport of ['tcp', 'wss'] as const) {
  test(
    `a call over ${transport} outlives its proxy, and its end reaches the far end`,
    { tag: transport === 'wss' ? ['@kamailio', '@rtpengine'] : '@kamailio' },
    async ({ lab, servers: { first, second }, startCaller, bob }) => {
      const { page, window } = await startCaller({
        transport,
        settings: { 'phone.servers': [first, second].map(({ ports }) => `127.0.0.1:${String(ports[transport])}`) },
      });
      await window.dial(lab.account('bob').extension);
      await expect(window.timer).toBeVisible();
      await expectSoundBothWays(page, bob, tones);
      await first.kill();
      await second.whenRegistered('alice');
      await expectSoundBothWays(page, bob, tones);
      await expect(window.timer).toBeVisible();
      const from = bob.events.length;
      await page.keyboard.press('F9');
      await bob.waitFor('CALL_CLOSED', { from });
      await expect(window.controls).toBeHidden();
    },
  );
}

test(
  'a proxy that hangs is noticed within six seconds of a call, and the sound goes on',
  { tag: '@kamailio' },
  async ({ lab, servers: { first, second }, startCaller, bob }) => {
    const { page, window } = await startCaller({
      transport: 'tls',
      settings: { 'phone.servers': [first, second].map(({ ports }) => `127.0.0.1:${String(ports.tls)}`) },
    });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    first.freeze();
    await second.whenRegistered('alice', 6_000);
    await expectSoundBothWays(page, bob, tones);
    const from = bob.events.length;
    await page.keyboard.press('F9');
    await bob.waitFor('CALL_CLOSED', { from });
  },
);

test(
  'a call over tls that a linphone began outlives its proxy; it hears of our hold and of the end',
  { tag: ['@kamailio', '@linphone'] },
  // frank before the servers: it is put away when they are well again.
  async ({ lab, frank, servers: { first, second }, startCaller }) => {
    const { page, window } = await startCaller({
      transport: 'tls',
      settings: { 'phone.servers': [first, second].map(({ ports }) => `127.0.0.1:${String(ports.tls)}`) },
    });
    await frank.use({ hz: farHz });
    const from = frank.lines.length;
    frank.dial(lab.account('alice').number);
    await window.ringing.getByRole('button', { name: 'Answer' }).click();
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, frank, tones);
    await first.kill();
    await second.whenRegistered('alice');
    await expectSoundBothWays(page, frank, tones);
    await window.control('Hold').click();
    await frank.waitFor(/Call \d+ has been paused by/, { from });
    await window.control('Resume').click();
    await expectSoundBothWays(page, frank, tones);
    await page.keyboard.press('F9');
    await frank.waitFor(/Call \d+ with .* ended/, { from });
    await expect(window.controls).toBeHidden();
  },
);
