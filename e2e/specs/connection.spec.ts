import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';
import { SilentAddress } from '../harness/silent-address.ts';
import { DOMAIN } from '../lab/accounts.ts';
import { TURN_USER } from '../lab/coturn.ts';
import { seedFor } from '../lab/client-settings.ts';
import { requireBinary } from '../lab/packages.ts';
import { hasIpv6 } from '../lab/ports.ts';

const tones = { mine: myHz, theirs: farHz };
test.describe.configure({ timeout: 120_000 });

test(
  'DNS names the servers: NAPTR the transport, SRV the order, addresses the way; the next one serves when one dies',
  { tag: ['@kamailio', '@baresip', '@dnsmasq'] },
  async ({ lab, startCaller, bob }) => {
    const { kamailio, standby, dns } = lab.owned();
    if (standby.state === 'stopped') await standby.start();
    await standby.shareContacts(kamailio, bob.account.user);
    await dns.use({
      naptr: [
        {
          name: DOMAIN,
          order: 10,
          preference: 10,
          flags: 's',
          service: 'SIPS+D2T',
          replacement: `_pbx._tcp.${DOMAIN}`,
        },
        { name: DOMAIN, order: 20, preference: 10, flags: 's', service: 'SIP+D2U', replacement: `_sip._udp.${DOMAIN}` },
      ],
      srv: [
        { name: `_pbx._tcp.${DOMAIN}`, target: `two.${DOMAIN}`, port: standby.ports.tls, priority: 20 },
        { name: `_pbx._tcp.${DOMAIN}`, target: `one.${DOMAIN}`, port: kamailio.ports.tls, priority: 10 },
      ],
      // Nobody listens at the first address.
      addresses: [
        { name: `one.${DOMAIN}`, address: '127.0.0.99' },
        { name: `one.${DOMAIN}`, address: '127.0.0.1' },
        { name: `two.${DOMAIN}`, address: '127.0.0.1' },
      ],
    });
    const { page, window } = await startCaller({
      settings: { 'phone.servers': [], 'phone.transport': 'auto', 'network.resolvers': [dns.address] },
    });
    expect(await kamailio.contacts('alice')).toEqual([expect.stringContaining('transport=tls')]);
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await kamailio.kill();
    try {
      await standby.whenRegistered('alice');
      await expectSoundBothWays(page, bob, tones);
      const from = bob.events.length;
      await page.keyboard.press('F9');
      await bob.waitFor('CALL_CLOSED', { from });
    } finally {
      await kamailio.start();
    }
  },
);

for (const transport of ['tls', 'udp'] as const) {
  test(
    `an address of the server that never answers does not hold the line up (${transport})`,
    { tag: ['@kamailio', '@dnsmasq'] },
    async ({ lab, startCaller }) => {
      const { kamailio, dns } = lab.owned();
      // One after the other they would take longer than anybody waits here.
      const silent = ['127.0.0.98', '127.0.0.99'].map((address) => new SilentAddress(address));
      for (const one of silent) await one.start({ tcp: kamailio.ports.tls, udp: kamailio.ports.udp });
      try {
        await dns.use({
          addresses: [...silent.map(({ address }) => address), '127.0.0.1'].map((address) => ({
            name: `one.${DOMAIN}`,
            address,
          })),
        });
        const { window } = await startCaller({
          transport,
          settings: {
            'phone.servers': [`one.${DOMAIN}:${String(kamailio.ports[transport])}`],
            'phone.tlsName': DOMAIN,
            'network.resolvers': [dns.address],
          },
        });
        expect(await kamailio.isRegistered('alice')).toBe(true);
        expect(silent.map(({ taken }) => taken > 0)).toEqual([true, true]);
        await window.dial(lab.account('bob').extension);
        await expect(window.timer).toBeVisible();
      } finally {
        for (const one of silent) one.stop();
      }
    },
  );
}

test(
  'a call over IPv6 has sound both ways',
  { tag: ['@kamailio', '@rtpengine', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    test.skip(!hasIpv6(), 'this machine has no IPv6 on loopback');
    const { kamailio } = lab.owned();
    const { page, window } = await startCaller({
      settings: {
        'phone.servers': [`[::1]:${String(kamailio.ports.tls)}`],
        'phone.tlsName': DOMAIN,
        'phone.addressFamily': 'ipv6',
      },
    });
    expect((await kamailio.contacts('alice')).join()).toContain('@[::1]:');
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    const from = bob.events.length;
    await window.control('End call').click();
    await bob.waitFor('CALL_CLOSED', { from });
  },
);

test(
  'a request that is too large for UDP goes over TCP to the same server',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { kamailio } = lab.owned();
    const { page, window } = await startCaller({
      transport: 'udp',
      settings: { 'account.displayName': `Alice ${'van der Hargreaves '.repeat(10)}`.trim() },
    });
    const { udp } = kamailio.ports;
    expect(await kamailio.hasTcpConnection(udp)).toBe(false);
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    expect(await kamailio.hasTcpConnection(udp)).toBe(true);
    await expectSoundBothWays(page, bob, tones);
    const from = bob.events.length;
    await page.keyboard.press('F9');
    await bob.waitFor('CALL_CLOSED', { from });
  },
);

test(
  'after a power cut the phone is the same instance to the registrar',
  { tag: '@kamailio' },
  async ({ lab, startCaller }) => {
    const { kamailio } = lab.owned();
    const first = await startCaller();
    const [instance] = await kamailio.instances('alice');
    expect(instance).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    await first.process.kill();
    await kamailio.unregister('alice');
    await startCaller({ dataDirectory: first.process.dataDirectory });
    expect(await kamailio.instances('alice')).toEqual([instance]);
  },
);

test(
  'a server that wants a client certificate says so, and takes the one that is chosen in Settings',
  { tag: '@kamailio' },
  async ({ lab, parley, scratch }) => {
    const { standby, certificates } = lab.owned();
    if (standby.state === 'stopped') await standby.start();
    await standby.useClientCertificates(true);
    const lockedKey = join(scratch, 'key.pem');
    const convert = ['pkcs8', '-topk8', '-in', certificates.good.keyPath, '-out', lockedKey, '-passout', 'pass:sesame'];
    execFileSync(requireBinary('openssl'), convert);
    const process = await parley.start({
      seed: {
        ...seedFor(lab.description, 'alice'),
        'phone.servers': [`127.0.0.1:${String(standby.ports.tls)}`],
      },
    });
    const page = await parley.open(process);
    const window = new ParleyWindow(page);
    await expect(window.strip).toContainText('wants a certificate');
    const account = await window.goToSettings('Account');
    await fill('Your certificate for the phone server', certificates.good.chainPath);
    await fill('Key of your certificate', lockedKey);
    await expect(account).toContainText('Not kept on this computer');
    await account.getByLabel('Passphrase of your certificate’s key', { exact: true }).fill('sesame');
    await account.getByRole('button', { name: 'Save' }).first().click();
    await expect(account).toContainText('Kept in');
    await standby.whenRegistered('alice', 20_000);
    expect(process.log().join('\n')).not.toContain('sesame');
    await standby.useClientCertificates(false);

    async function fill(label: string, value: string): Promise<void> {
      const field = account.getByRole('textbox', { name: label, exact: true });
      await field.fill(value);
      await field.press('Enter');
    }
  },
);

test(
  'calls over WebSocket go by TURN where that is set; a wrong password is said, and no call is lost for it',
  { tag: ['@kamailio', '@rtpengine', '@baresip', '@coturn'] },
  async ({ lab, startCaller, bob }) => {
    const { turn, kamailio } = lab.owned();
    if (turn.state === 'stopped') await turn.start();
    const { page, window } = await startCaller({
      transport: 'wss',
      settings: {
        'calls.iceServers': [`turn:127.0.0.1:${String(turn.ports.turn)}?transport=udp`],
        'calls.turnUser': TURN_USER.name,
        'calls.relayOnly': true,
      },
    });
    await enter('not the password');
    await window.dial(lab.account('bob').extension);
    await expect(window.stage()).toContainText('did not accept its user name or password, so there is no call');
    await expect(window.controls).toBeHidden();

    await enter(TURN_USER.password);
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await page.keyboard.press('F9');
    // Two seconds of sound each way are more than that.
    await expect.poll(() => turn.relayedBytes(TURN_USER.name)).toBeGreaterThan(20_000);
    await expect(window.controls).toBeHidden();

    const account = await window.goToSettings('Account');
    await anew(() => account.getByRole('switch', { name: 'Calls through TURN only' }).click());
    await enter('not the password');
    await window.dial(lab.account('bob').extension);
    await expect(window.stage()).toContainText('did not accept its user name or password. Parley calls without it');
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await page.keyboard.press('F9');

    async function enter(password: string): Promise<void> {
      const page = await window.goToSettings('Account');
      const field = page.getByLabel('Password for TURN', { exact: true });
      await field.fill(password);
      await anew(() => field.press('Enter'));
      await expect(page).toContainText('Kept in');
    }

    /** The phone starts anew with the change: another connection, another contact. */
    async function anew(change: () => Promise<void>): Promise<void> {
      const registered = await kamailio.contacts('alice');
      await change();
      await expect.poll(() => kamailio.contacts('alice')).not.toEqual(registered);
      await kamailio.whenRegistered('alice');
    }
  },
);

test(
  'the phone registers again by itself after sleep and after a change of network',
  { tag: '@kamailio' },
  async ({ lab, startCaller }) => {
    const { kamailio } = lab.owned();
    const caller = await startCaller();
    // The server forgot us meanwhile; the next renewal would come in minutes.
    await kamailio.unregister('alice');
    process.kill(caller.process.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    process.kill(caller.process.pid, 'SIGCONT');
    await kamailio.whenRegistered('alice', 15_000);

    await kamailio.unregister('alice');
    test.skip(!address('add'), 'this machine does not let us add an address');
    try {
      await kamailio.whenRegistered('alice', 15_000);
    } finally {
      address('del');
    }
  },
);

/** Another address of loopback comes or goes, as with a VPN. False where that is not allowed. */
function address(change: 'add' | 'del'): boolean {
  try {
    execFileSync('ip', ['address', change, '127.0.99.77/32', 'dev', 'lo'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
