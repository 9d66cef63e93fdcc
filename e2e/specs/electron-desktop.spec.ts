import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedParley } from '../electron-sim/simulated-parley.ts';
import { expect, test as base } from '../harness/call-fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { seedFor } from '../lab/client-settings.ts';
import { axeFindings } from '../harness/axe.ts';
import { layoutFaults } from '../harness/layout-faults.ts';

/**
 * SHOWN BY THE SIMULATOR ONLY, against the real servers and phones of the lab: what the Electron shell asks of the
 * system over other programs. That a real system then keeps the focus where it is, puts the window on top and sends
 * global keys is not shown here.
 */
interface Desk {
  readonly parley: SimulatedParley;
  readonly window: ParleyWindow;
  /** The large window has the keyboard, or another program has. */
  readonly focus: (on: boolean) => void;
}

const test = base.extend<{ readonly desk: Desk }>({
  desk: async ({ lab }, use, testInfo) => {
    const { kamailio } = lab.owned();
    await kamailio.unregister('alice');
    const folder = mkdtempSync(join(tmpdir(), 'parley-sim-data-'));
    const seed = join(folder, 'seed.json');
    const signIn = join(folder, 'sign-in.json');
    const { address, password } = lab.account('alice');
    writeFileSync(seed, JSON.stringify(seedFor(lab.description, 'alice')));
    writeFileSync(signIn, JSON.stringify({ address, password }), { mode: 0o600 });
    const parley = new SimulatedParley([`--data=${folder}`, `--seed=${seed}`, `--sign-in-file=${signIn}`]);
    const window = new ParleyWindow(await parley.page());
    await expect(window.contact('Bob Okafor')).toBeVisible();
    await kamailio.whenRegistered('alice');
    await use({
      parley,
      window,
      focus: (on) => {
        parley.tell({ order: 'focus', on });
      },
    });
    await parley.stop();
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('parley.log', { path: join(folder, 'logs', 'parley.log') });
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },
});

const incomingUrl = 'parley://app/?window=incoming';

test(
  '[simulator only] a call shows in a window of its own that takes no focus; a click answers, and it goes',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, desk, bob }) => {
    const { parley, window } = desk;
    await bob.dial(lab.account('alice').address);
    const incoming = await parley.incomingPage();
    const card = incoming.getByRole('alertdialog', { name: 'Bob Okafor' });
    await expect(card).toBeVisible();
    // The same call in the large window.
    await expect(window.ringing).toBeVisible();
    const shown = () => parley.events.filter((event) => event.event === 'shown' && event.url === incomingUrl);
    await expect.poll(shown).toEqual([{ event: 'shown', url: incomingUrl, how: 'showInactive' }]);
    expect(parley.events).toContainEqual({ event: 'keys', combinations: ['F8', 'F9'] });

    const tiles = card.locator('.tact');
    await expect(tiles).toHaveText(['Answer', 'Message', 'Decline']);
    const sizes = await tiles.evaluateAll((all) => all.map((one) => one.getBoundingClientRect()));
    expect(new Set(sizes.map(({ height }) => height))).toEqual(new Set([48]));
    expect(Math.max(...sizes.map(({ width }) => width)) - Math.min(...sizes.map(({ width }) => width))).toBeLessThan(1);
    await incoming.setViewportSize({ width: 376, height: 400 });
    expect(await layoutFaults(incoming)).toEqual([]);
    expect(await axeFindings(incoming, 'everything')).toEqual([]);

    // It grows with what it shows.
    const height = () => parley.events.findLast((event) => event.event === 'bounds' && event.url === incomingUrl);
    const closed = height();
    await card.getByRole('button', { name: 'Message' }).click();
    await expect(card.getByRole('group', { name: 'Decline and send a message' })).toBeVisible();
    await expect.poll(height).not.toEqual(closed);
    expect(await layoutFaults(incoming)).toEqual([]);
    expect(await axeFindings(incoming, 'everything')).toEqual([]);

    const from = bob.events.length;
    await card.getByRole('button', { name: 'Answer' }).click();
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await expect(window.stage('Bob Okafor')).toBeVisible();
    await expect.poll(() => parley.events).toContainEqual({ event: 'windowGone', url: incomingUrl });
    // Who answers by hand wants the call before them; nothing was brought forward until then.
    await expect
      .poll(() => parley.events.findLast((event) => event.event === 'shown'))
      .toEqual({ event: 'shown', url: 'parley://app/', how: 'focus' });
    await expect
      .poll(() => parley.events.findLast((event) => event.event === 'keys'))
      .toMatchObject({
        combinations: ['F9'],
      });
    parley.tell({ order: 'key', combination: 'F9' });
    await expect(window.controls).toBeHidden();
    await expect
      .poll(() => parley.events.findLast((event) => event.event === 'keys'))
      .toMatchObject({
        combinations: [],
      });
  },
);

test(
  '[simulator only] a call is declined with a message, answered by the global key, and silent on a locked screen',
  { tag: ['@kamailio', '@baresip', '@prosody'] },
  async ({ lab, desk, bob }) => {
    const { parley, window } = desk;
    const { colleagues } = lab.owned();
    const alice = lab.account('alice').address;
    const declined = bob.events.length;
    await bob.dial(alice);
    const first = await parley.incomingPage();
    const heard = colleagues.events.length;
    await first.getByRole('button', { name: 'Message' }).click();
    await first.getByRole('textbox', { name: 'Write something else' }).click();
    // The one thing that takes the keyboard: the person clicks into the field.
    await expect.poll(() => parley.events).toContainEqual({ event: 'shown', url: incomingUrl, how: 'focus' });
    await first.getByRole('textbox', { name: 'Write something else' }).fill('Back at ten');
    await first.getByRole('textbox', { name: 'Write something else' }).press('Enter');
    await bob.waitFor('CALL_CLOSED', { from: declined });
    await colleagues.waitFor(
      (event) => event.event === 'message' && event.user === 'bob' && event.text === 'Back at ten',
      { from: heard },
    );
    await expect.poll(() => parley.events).toContainEqual({ event: 'windowGone', url: incomingUrl });

    parley.tell({ order: 'power', event: 'lock-screen' });
    const locked = parley.events.length;
    await bob.dial(alice);
    await expect(window.ringing).toBeVisible();
    await expect
      .poll(() => parley.events.findLast((event) => event.event === 'keys'))
      .toMatchObject({
        combinations: ['F8', 'F9'],
      });
    expect(parley.events.slice(locked).filter((event) => event.event === 'window')).toEqual([]);
    parley.tell({ order: 'power', event: 'unlock-screen' });
    await parley.incomingPage(locked);
    // Somebody looks at the large window: its banner is enough.
    desk.focus(true);
    await expect
      .poll(() => parley.events.slice(locked).filter((event) => event.event === 'windowGone'))
      .toHaveLength(1);
    const from = bob.events.length;
    parley.tell({ order: 'key', combination: 'F8' });
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await expect(window.timer).toBeVisible();
    parley.tell({ order: 'key', combination: 'F9' });
    await expect(window.controls).toBeHidden();
  },
);

test(
  '[simulator only] a key that the person chooses calls the number on the clipboard, after asking; links and tray likewise',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, desk, bob }) => {
    const { parley, window } = desk;
    const { page } = window;
    const keyboard = await window.goToSettings('Keyboard');
    const row = keyboard.getByRole('button', { name: /^Call the number on the clipboard: no key/ });
    await row.click();
    await page.keyboard.press('Control+Alt+d');
    await expect(keyboard.getByRole('button', { name: /^Call the number on the clipboard: Ctrl Alt D/ })).toBeVisible();
    await expect.poll(() => parley.events).toContainEqual({ event: 'keys', combinations: ['Ctrl+Alt+D'] });
    expect(await axeFindings(page, 'everything')).toEqual([]);

    parley.tell({ order: 'clipboard', text: 'no number here' });
    parley.tell({ order: 'key', combination: 'Ctrl+Alt+D' });
    await expect
      .poll(() => parley.events.findLast((event) => event.event === 'notification'))
      .toMatchObject({ body: expect.stringContaining('no telephone number') });
    parley.tell({ order: 'clipboard', text: 'Bob: +44 (0)20 7946 0101' });
    parley.tell({ order: 'key', combination: 'Ctrl+Alt+D' });
    const prompt = page.getByRole('dialog', { name: 'Call this number?' });
    await expect(prompt.getByRole('textbox', { name: 'Number' })).toHaveValue('+44 (0)20 7946 0101');
    const from = bob.events.length;
    await prompt.getByRole('button', { name: 'Call' }).click();
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();

    const calls = await window.goToSettings('Calls');
    await calls.getByRole('switch', { name: 'Open telephone and chat links with Parley' }).click();
    await expect
      .poll(() => parley.events.findLast((event) => event.event === 'linkSchemes'))
      .toMatchObject({ schemes: ['tel', 'sip', 'sips', 'callto', 'xmpp'] });
    await calls.getByRole('switch', { name: 'Open telephone and chat links with Parley' }).click();
    await expect
      .poll(() => parley.events.findLast((event) => event.event === 'linkSchemes'))
      .toMatchObject({ schemes: [] });

    expect(parley.events.findLast((event) => event.event === 'trayMenu')).toMatchObject({
      labels: ['Open Parley', 'Available', 'Busy', 'Do not disturb', 'Away', 'Appear offline', 'Quit Parley'],
    });
    parley.tell({ order: 'trayMenu', label: 'Do not disturb' });
    await expect
      .poll(() => parley.events.findLast((event) => event.event === 'tray'))
      .toMatchObject({ words: expect.stringMatching(/^Parley: Do not disturb/) });
    await expect(page.getByRole('button', { name: /Do not disturb/ }).first()).toBeVisible();
    lab.owned().colleagues.say('bob', 'Are you there?');
    await expect.poll(() => parley.events).toContainEqual({ event: 'badge', count: 1 });
  },
);

test(
  '[simulator only] a locked screen drops nothing and shows away; sleep ends the call in words, and waking brings all back',
  { tag: ['@kamailio', '@baresip', '@prosody'] },
  async ({ lab, desk, bob }) => {
    const { parley, window } = desk;
    const { kamailio, colleagues } = lab.owned();
    const alice = lab.account('alice').address;
    const seen = (shown: string, from: number) =>
      colleagues.waitFor(
        (event) => event.event === 'presence' && event.user === 'bob' && event.from === alice && event.shown === shown,
        { from },
      );
    let heard = colleagues.events.length;
    parley.tell({ order: 'power', event: 'lock-screen' });
    await seen('away', heard);

    // A call goes on while the screen is locked; who talks is not away.
    let from = bob.events.length;
    await bob.dial(alice);
    await expect(window.ringing).toBeVisible();
    parley.tell({ order: 'key', combination: 'F8' });
    await bob.waitFor('CALL_ESTABLISHED', { from });
    heard = colleagues.events.length;
    parley.tell({ order: 'power', event: 'unlock-screen' });
    parley.tell({ order: 'power', event: 'lock-screen' });
    await expect(window.timer).not.toHaveText('00:00');
    expect(bob.events.slice(from).some((event) => event.type === 'CALL_CLOSED')).toBe(false);

    from = bob.events.length;
    parley.tell({ order: 'power', event: 'suspend' });
    await bob.waitFor('CALL_CLOSED', { from });
    await seen('offline', heard);
    await expect.poll(() => kamailio.isRegistered('alice')).toBe(false);
    await expect(window.page.getByText('This computer went to sleep, and the call ended.')).toBeVisible();
    // Nobody has read a notification of a computer that sleeps.
    const told = () => parley.events.filter((event) => event.event === 'notification');
    expect(told()).toEqual([]);

    heard = colleagues.events.length;
    parley.tell({ order: 'power', event: 'resume' });
    await expect.poll(told).toMatchObject([{ title: 'Bob Okafor', body: expect.stringContaining('went to sleep') }]);
    await kamailio.whenRegistered('alice');
    await seen('away', heard);
    parley.tell({ order: 'power', event: 'unlock-screen' });
    await seen('available', heard);
    colleagues.say('bob', 'Back again?');
    await window.go('Chats');
    await expect(window.conversation('Bob Okafor')).toContainText('Back again?');
    from = bob.events.length;
    await bob.dial(alice);
    await expect(window.ringing).toBeVisible();

    // What rings when it goes to sleep is refused, so that the caller gets the mailbox and does not wait.
    parley.tell({ order: 'power', event: 'suspend' });
    await bob.waitFor('CALL_CLOSED', { from });
    await expect(window.ringing).toBeHidden();
    await expect.poll(() => kamailio.isRegistered('alice')).toBe(false);
    parley.tell({ order: 'power', event: 'resume' });
    await kamailio.whenRegistered('alice');
    // It was missed, and nobody was talked to.
    await expect.poll(told).toContainEqual(expect.objectContaining({ title: 'Bob Okafor', body: '' }));
  },
);
