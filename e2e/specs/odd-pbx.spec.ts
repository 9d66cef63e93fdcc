import { createHash } from 'node:crypto';
import { expect, test } from '../harness/call-fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { DOMAIN } from '../lab/accounts.ts';
import { seedFor } from '../lab/client-settings.ts';
import { SippFront } from '../lab/sipp/sipp-front.ts';
import { startSipp } from '../lab/sipp/sipp.ts';
import type { RunningSipp, SippOptions } from '../lab/sipp/sipp.ts';

test.describe.configure({ timeout: 180_000 });

/** A name of 600 bytes: every INVITE is too large for UDP, and this PBX takes no TCP (RFC 3261 section 18.1.1). */
const longName = '語'.repeat(200);
const nonce = 'bm9uY2U';

function field(message: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*?)\\r?$`, 'im').exec(message)?.[1] ?? '';
}

/** Whether a REGISTER is signed with SHA-512-256 (RFC 7616 section 3.4.1), worked out here anew. */
function isSigned(register: string, password: string): boolean {
  const authorization = field(register, 'Authorization');
  const part = (name: string): string => new RegExp(`[ ,]${name}="?([^",]+)`).exec(authorization)?.[1] ?? '';
  const hash = (text: string): string => createHash('sha512-256').update(text).digest('hex');
  const secret = hash(`alice:${DOMAIN}:${password}`);
  const request = hash(`REGISTER:${part('uri')}`);
  const expected = hash(`${secret}:${nonce}:${part('nc')}:${part('cnonce')}:auth:${request}`);
  return part('algorithm') === 'SHA-512-256' && part('nonce') === nonce && part('response') === expected;
}

const challenge = (algorithm: string, value = nonce): string =>
  `WWW-Authenticate: Digest realm="${DOMAIN}", nonce="${value}", algorithm=${algorithm}, qop="auth"`;

test('a PBX with habits of its own: registration, callers, collisions, transfers and pick-up, each as a person sees it', async ({
  lab,
  parley,
  microphoneWav,
}) => {
  const front = new SippFront();
  await front.start();
  const started: RunningSipp[] = [];
  const play = async (scenario: string, options: Partial<SippOptions> = {}): Promise<RunningSipp> => {
    const sipp = await startSipp({ scenario, front, role: 'callee', ...options });
    started.push(sipp);
    return sipp;
  };
  try {
    const seed = seedFor(lab.description, 'alice', 'udp');
    let asked = 0;
    const always = (...answer: readonly string[]): void => {
      front.registrar = () => {
        asked += 1;
        return answer;
      };
    };
    always('SIP/2.0 401 Unauthorized', challenge('MD5'));
    const service = await parley.start({
      seed: { ...seed, 'phone.servers': [`127.0.0.1:${String(front.port)}`], 'account.displayName': longName },
    });
    const page = await parley.open(service, { microphoneWav });
    const window = new ParleyWindow(page);
    const retry = window.strip.getByRole('button', { name: 'Try now' });

    await test.step('a registrar that asks the same again and again is asked twice, not for ever', async () => {
      await expect(window.strip).toContainText('did not accept your password');
      expect(asked).toBe(2);
      asked = 0;
      always('SIP/2.0 403 Forbidden');
      await retry.click();
      await expect(window.strip).toContainText('does not let this phone in');
      expect(asked).toBe(1);
    });

    await test.step('of several challenges the first known one is answered, and Min-Expires is kept to', async () => {
      const { password } = lab.account('alice');
      const expires: string[] = [];
      front.registrar = (register) => {
        if (!isSigned(register, password)) {
          return ['SIP/2.0 401 Unauthorized', challenge('TUNGSTEN'), challenge('SHA-512-256'), challenge('MD5', 'no')];
        }
        const seconds = /;expires=(\d+)/.exec(register)?.[1] ?? field(register, 'Expires');
        expires.push(seconds);
        return Number(seconds) < 7_200 ? ['SIP/2.0 423 Interval Too Brief', 'Min-Expires: 7200'] : ['SIP/2.0 200 OK'];
      };
      await retry.click();
      await expect.poll(() => expires.at(-1)).toBe('7200');
      await expect(window.strip).toBeHidden();
      expect(expires).toHaveLength(2);
    });

    await test.step('who calls is told in UTF-8 and by whom it was sent on; taken elsewhere it was not missed', async () => {
      const { done } = await play('told-then-taken', { role: 'caller' });
      await expect(window.ringing).toContainText('Zoë Åkesson-Грин');
      await expect(window.ringing).toContainText('Straße, vorn');
      expect(await done).toEqual({ failure: '' });
      await expect(window.ringing).toBeHidden();
      await window.go('Calls');
      await expect(window.history.first()).toContainText('answered on another device');
      await expect(window.rail('Calls')).not.toContainText('missed');
    });

    await test.step('without SDP in the INVITE our offer goes in the answer', async () => {
      const { done } = await play('late-offer', { role: 'caller' });
      await window.ringing.getByRole('button', { name: 'Answer' }).click();
      expect(await done).toEqual({ failure: '' });
      await expect(window.controls).toBeHidden();
      await expect(window.history.first()).toContainText('PBX');
    });

    await test.step('two holds that meet: ours is tried again', async () => {
      const { done } = await play('glare', { role: 'caller' });
      await window.ringing.getByRole('button', { name: 'Answer' }).click();
      await expect(window.timer).toBeVisible();
      await window.control('Hold').click();
      await expect(window.control('Resume')).toBeVisible();
      const again = () => front.heard.filter((line) => line.startsWith('INVITE ')).length;
      await expect.poll(again, { timeout: 15_000 }).toBe(2);
      await expect(window.control('Resume')).toBeVisible();
      await window.control('End call').click();
      expect(await done).toEqual({ failure: '' });
    });

    await test.step('too large for UDP, it goes by UDP where there is no TCP; ringing without Contact shows', async () => {
      const { done } = await play('missing-contact');
      await window.dial(`sip:pbx@${DOMAIN}`);
      await expect(window.timer).toBeVisible();
      expect(Buffer.byteLength(front.lastInvite)).toBeGreaterThan(1_300);
      await window.control('End call').click();
      expect(await done).toEqual({ failure: '' });
    });

    await test.step('sent to a bare number by somebody who wants to hear nothing of it', async () => {
      const { done } = await play('refer-quietly', { role: 'caller' });
      await play('plain-callee');
      await window.ringing.getByRole('button', { name: 'Answer' }).click();
      await expect(window.stage()).toContainText('transferred you to 5997');
      expect(await done).toEqual({ failure: '' });
      expect(front.lastInvite).toMatch(new RegExp(`^INVITE sip:5997@${DOMAIN}`));
      await expect(window.timer).toBeVisible();
      await window.control('End call').click();
      await expect(window.controls).toBeHidden();
    });

    await test.step('a transfer of which the other side tells nothing ends the call here', async () => {
      const { done } = await play('quiet-transferee');
      await window.dial(`sip:pbx@${DOMAIN}`);
      await expect(window.timer).toBeVisible();
      await window.control('Transfer').click();
      await window.targetField.fill('5995');
      await page.getByRole('button', { name: 'Transfer now' }).click();
      await expect(window.stage()).toContainText('The call was transferred.');
      expect(await done).toEqual({ failure: '' });
    });

    await test.step('a call that still rings is picked up by somebody else', async () => {
      const rings = await play('rings-on');
      await window.dial(`sip:pbx@${DOMAIN}`);
      await expect.poll(() => window.stage().getByText('Ringing…').isVisible()).toBe(true);
      const from = /;tag=(\S+?)\r?$/m.exec(field(front.lastInvite, 'From'))?.[1] ?? '';
      const picker = await play('early-replaces', {
        role: 'caller',
        keys: { replaces: `${field(front.lastInvite, 'Call-ID')};to-tag=${from};from-tag=pbx1` },
      });
      await expect(window.stage('Gül Öz')).toContainText('Gül Öz picked up your call.');
      expect(await rings.done).toEqual({ failure: '' });
      await window.control('End call').click();
      expect(await picker.done).toEqual({ failure: '' });
    });
    expect(service.log().filter((line) => line.includes('unexpected error'))).toEqual([]);
  } finally {
    for (const sipp of started) sipp.stop();
    await front.stop();
  }
});
