import { NodeInspector } from '../bench/node-inspector.ts';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { expectSoundBothWays } from '../harness/phone-ear.ts';

test(
  'a fault in Parley’s own code costs no call: one step is left out, or the program begins anew after the call, and says so',
  { tag: ['@kamailio', '@baresip', '@prosody'] },
  async ({ lab, startCaller, bob }) => {
    const {
      process: service,
      page,
      window,
    } = await startCaller({
      nodeOptions: ['--inspect-port=0'],
      isMeantToFail: true,
    });
    const { extension } = lab.account('bob');
    const own = lab.account('alice').password;
    const inspector = await NodeInspector.open(service.pid, () => service.errorOutput);
    const faults = (kind: string): readonly string[] =>
      service.log().filter((line) => line.includes(`unexpected ${kind}`));
    await window.dial(extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, { mine: myHz, theirs: farHz });

    // A promise that everybody forgot: noted without the password in it, and nothing else happens.
    await inspector.run(`void Promise.reject(new Error('forgotten, with ${own} in it'))`);
    await expect.poll(() => faults('rejection').length).toBe(1);
    expect(faults('rejection')[0]).toMatch(/ERROR app .*forgotten/);
    expect(faults('rejection')[0]).not.toContain(own);

    // Code that throws where nobody catches: the call is not cut for it.
    await inspector.run(`setTimeout(() => { throw new Error('broken, with ${own} in it'); }, 0)`);
    await expect.poll(() => faults('exception').length).toBe(1);
    expect(faults('exception')[0]).not.toContain(own);
    await expectSoundBothWays(page, bob, { mine: myHz, theirs: farHz });
    const registered = service.log().filter((line) => line.includes(' registered')).length;
    const from = bob.events.length;
    await window.control('End call').click();
    await bob.waitFor('CALL_CLOSED', { from });

    await expect(window.strip).toContainText('had a fault of its own and began anew', { timeout: 20_000 });
    await expect
      .poll(() => service.log().filter((line) => line.includes(' registered')).length, { timeout: 20_000 })
      .toBeGreaterThan(registered);
    await window.strip.getByRole('button', { name: 'Hide until it changes' }).click();
    await expect(window.strip).toBeHidden();

    // The same page, the same process: signed in, with the call in the list, and the next one has sound.
    await window.dial(extension);
    await expect(window.timer).toBeVisible({ timeout: 20_000 });
    await expectSoundBothWays(page, bob, { mine: myHz, theirs: farHz });
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
    await expect(window.history).toHaveCount(2);
    lab.owned().colleagues.say('dave', 'Did you get the offer?');
    await expect(window.rail('Chats')).toContainText('1');
    inspector.close();
  },
);
