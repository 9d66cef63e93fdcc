import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';
import { SilentAddress } from '../harness/silent-address.ts';
import { DOMAIN } from '../lab/accounts.ts';
import { seedFor } from '../lab/client-settings.ts';
import type { KamailioHabit } from '../lab/kamailio.ts';

const tones = { mine: myHz, theirs: farHz };
const habits: readonly KamailioHabit[] = ['home', 'refuse', 'header', 'told'];
test.describe.configure({ timeout: 120_000 });

test.afterEach(async ({ lab }) => {
  const { kamailio, standby } = lab.owned();
  for (const server of [kamailio, standby])
    if (server.state === 'running') for (const habit of habits) await server.behave(habit, undefined);
});

test(
  'what the registrar answers is said in words, and the line comes back by itself',
  { tag: '@kamailio' },
  async ({ lab, parley }) => {
    const { kamailio } = lab.owned();
    await kamailio.behave('refuse', '404');
    const service = await parley.start();
    const window = new ParleyWindow(await parley.open(service));
    await expect(window.strip).toContainText('does not know this phone address');
    await kamailio.behave('refuse', '503');
    await kamailio.behave('header', 'Retry-After: 3');
    await window.strip.getByRole('button', { name: 'Try now' }).click();
    await expect(window.strip).toContainText('overloaded and asked for a pause');
    await kamailio.behave('refuse', undefined);
    await expect(window.strip).toBeHidden({ timeout: 15_000 });
    await kamailio.whenRegistered('alice');
  },
);

for (const [kind, words] of [
  ['expired', /certificate.*(expired|no longer valid)|expired.*certificate/i],
  ['wrong-host', /certificate/i],
] as const) {
  test(`a phone server with a certificate that is ${kind} is told`, { tag: '@kamailio' }, async ({ lab, parley }) => {
    const { standby } = lab.owned();
    standby.useCertificate(kind);
    if (standby.state === 'running') await standby.stop();
    await standby.start();
    try {
      const servers = { 'phone.servers': [`127.0.0.1:${String(standby.ports.tls)}`], 'phone.tlsName': DOMAIN };
      const service = await parley.start({ seed: { ...seedFor(lab.description, 'alice', 'tls'), ...servers } });
      const window = new ParleyWindow(await parley.open(service));
      await expect(window.strip).toContainText(words);
      expect(await standby.seen('alice', 'REGISTER')).toBe(0);
    } finally {
      standby.useCertificate('good');
      await standby.restart();
    }
  });
}

test('a server that takes connections and never answers is told as such', async ({ lab, parley }) => {
  const { kamailio } = lab.owned();
  const silent = new SilentAddress('127.0.0.99');
  await silent.start({ tcp: kamailio.ports.tcp, udp: kamailio.ports.udp });
  try {
    const servers = { 'phone.servers': [`127.0.0.99:${String(kamailio.ports.tcp)}`] };
    const service = await parley.start({ seed: { ...seedFor(lab.description, 'alice', 'tcp'), ...servers } });
    const window = new ParleyWindow(await parley.open(service));
    await expect(window.strip).toContainText('is there, but does not answer', { timeout: 20_000 });
  } finally {
    silent.stop();
  }
});

test(
  'behind an edge proxy calls go out by Service-Route and come in by Path',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { kamailio: home, standby: edge } = lab.owned();
    if (edge.state === 'stopped') await edge.start();
    const way = [edge, home].map(({ ports }) => `<sip:127.0.0.1:${String(ports.udp)};lr>`).join(', ');
    await home.behave('header', `Service-Route: ${way}`);
    await edge.behave('home', String(home.ports.udp));
    const { page, window } = await startCaller({
      transport: 'udp',
      settings: { 'phone.servers': [`127.0.0.1:${String(edge.ports.udp)}`] },
    });
    expect(await edge.isRegistered('alice')).toBe(false);
    expect(await home.isRegistered('alice')).toBe(true);
    // The edge refuses who takes another way.
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    let from = bob.events.length;
    await page.keyboard.press('F9');
    await bob.waitFor('CALL_CLOSED', { from });
    await bob.dial(lab.account('alice').address);
    await window.ringing.getByRole('button', { name: 'Answer' }).click();
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    expect(await edge.seen('bob', 'INVITE')).toBeGreaterThan(0);
    from = bob.events.length;
    await window.control('End call').click();
    await bob.waitFor('CALL_CLOSED', { from });
  },
);

test(
  'what the PBX tells of a caller is shown; a moved number and several phones at once are called as it says',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob, carol }) => {
    const { kamailio } = lab.owned();
    // By UDP like the phones: kamailio keeps the order of what comes by one way only, and else forgets whom to cancel.
    const { page, window } = await startCaller({ transport: 'udp' });
    const told = [
      `P-Asserted-Identity: "Reception Desk" <sip:5999@${DOMAIN}>`,
      `Diversion: "Front Door" <sip:5998@${DOMAIN}>;reason=no-answer`,
      `Call-Info: <http://pbx.${DOMAIN}/5999.png>;purpose=icon`,
    ];
    await kamailio.behave('told', told.join('\r\n'));
    await bob.dial(lab.account('alice').address);
    await expect(window.ringing).toContainText('Reception Desk');
    await expect(window.ringing).toContainText('Front Door');
    await window.ringing.getByRole('button', { name: 'Decline' }).click();
    await kamailio.behave('told', undefined);
    await window.go('Calls');
    await window.history.first().click();
    await expect(page.getByRole('region', { name: 'Call details' })).toContainText('Forwarded by Front Door');

    // 302: the phone itself calls the new number.
    await window.dial(`moved-bob@${DOMAIN}`);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();

    // Two phones ring; who answers first has the call, and the other one stops.
    const ringing = carol.events.length;
    await window.dial(`both-carol-bob@${DOMAIN}`);
    await expect(window.timer).toBeVisible();
    await carol.waitFor('CALL_CLOSED', { from: ringing });
    await expectSoundBothWays(page, bob, tones);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();

    // The other way round: bob answers what rings here as well, and nothing was missed (RFC 3326).
    await carol.dial(`sip:both-alice-bob@${DOMAIN}`);
    await expect(window.history.filter({ hasText: 'Carol' }).first()).toBeVisible();
    await expect(window.rail('Calls')).not.toContainText('missed');
    await carol.hangUp();
  },
);
