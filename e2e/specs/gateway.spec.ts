import { expect, farHz, gatewayPid, myHz, test } from '../harness/call-fixtures.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

const tones = { mine: myHz, theirs: farHz };

test(
  'the media gateway is killed in mid-call: the call is offered anew and has sound again, and nothing else notices',
  { tag: ['@kamailio', '@prosody', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { process: parley, page, window } = caller;
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    const from = bob.events.length;
    const killed = gatewayPid(parley);
    process.kill(killed, 'SIGKILL');
    // A new offer comes from the new process; the call itself goes on.
    await bob.waitFor('CALL_REMOTE_SDP', { from });
    await expectSoundBothWays(page, bob, tones);
    expect(gatewayPid(parley)).not.toBe(killed);
    expect(bob.events.slice(from).map(({ type }) => type)).not.toContain('CALL_CLOSED');
    await expect(window.timer).toBeVisible();
    await window.openChat('Bob Okafor');
    await window.send('Can you still hear me?');
    await expect(window.messages.getByText('Sent', { exact: true }).last()).toBeVisible();
    await page.keyboard.press('F9');
    await bob.waitFor('CALL_CLOSED', { from });
  },
);

test(
  'the media gateway is killed while the far end cannot be asked anew: the call ends in words, and the next one works',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { process: parley, page, window } = caller;
    const { extension } = lab.account('bob');
    await window.dial(extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    const { kamailio } = lab.owned();
    kamailio.freeze();
    process.kill(gatewayPid(parley), 'SIGKILL');
    await expect(window.stage('Bob Okafor')).toContainText('The sound of this call was lost and could not be restored');
    await expect(window.controls).toBeHidden();
    const from = bob.events.length;
    kamailio.thaw();
    await bob.waitFor('CALL_CLOSED', { from });
    await expect(window.strip).toBeHidden();
    await window.dial(extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
  },
);

test(
  'the phone server is killed in mid-call: the sound goes on, the call can be ended, the line returns by itself',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    const { extension } = lab.account('bob');
    await window.dial(extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    const { kamailio } = lab.owned();
    await kamailio.kill();
    await expect(window.strip).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
    await bob.hangUp();
    await kamailio.start();
    await expect(window.strip).toBeHidden({ timeout: 30_000 });
    await window.dial(extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
  },
);

test(
  'the phone server is killed in mid-call over udp: the sound goes on, and the call ends without its answer',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob }) => {
    const { page, window } = await startCaller({ transport: 'udp' });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    const { kamailio } = lab.owned();
    await kamailio.kill();
    await expectSoundBothWays(page, bob, tones);
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
    await bob.hangUp();
    await kamailio.start();
  },
);
