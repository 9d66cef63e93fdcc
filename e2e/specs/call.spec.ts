import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { PhoneEar, expectSoundBothWays, windowHears } from '../harness/phone-ear.ts';
import { toneIn } from '../lab/tone.ts';

const tones = { mine: myHz, theirs: farHz };

test(
  'a call has sound both ways; with the relay cut the same assertion fails',
  { tag: ['@kamailio', '@rtpengine', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    const from = bob.events.length;
    await window.search(lab.account('bob').extension);
    const row = window.results.getByRole('option', { name: /^Call/ }).first();
    await row.hover();
    await page.mouse.down();
    // Drawn away, the press calls nobody.
    await page.mouse.move(600, 700);
    await page.mouse.up();
    await row.click();
    await expect(window.stage('Bob Okafor')).toBeVisible();
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    lab.owned().cutMedia();
    await expect.poll(() => windowHears(page, tones)).toBe(false);
    await expect(expectSoundBothWays(page, bob, tones, 2_000)).rejects.toThrow("plays the far end's tone");
    lab.owned().restoreMedia();
    await expectSoundBothWays(page, bob, tones);
    const closed = bob.events.length;
    await window.control('End call').click();
    await expect(window.controls).toBeHidden();
    await bob.waitFor('CALL_CLOSED', { from: closed });
    expect(bob.events.slice(from).filter(({ type }) => type === 'CALL_ESTABLISHED')).toHaveLength(1);
    await expect(window.history).toHaveCount(1);
  },
);

test(
  'mute is silence for the far end, and the far end can end the call',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    await window.dial(lab.account('bob').number);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await window.control('Mute').click();
    await expect(window.control('Unmute')).toBeVisible();
    const ear = new PhoneEar(bob);
    // What was on its way is heard first; then there is sound, and it is silence.
    await expect.poll(() => ear.latest(1, 0.5)?.samples.length).toBeGreaterThan(0);
    const whileMuted = ear.latest(1, 0.5);
    expect(whileMuted === undefined ? undefined : toneIn(whileMuted, myHz).soundMs).toBe(0);
    expect(await windowHears(page, tones)).toBe(true);
    await page.keyboard.press('Control+m');
    await expect(window.control('Mute')).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    // Whoever closes the window during a call is asked by the browser; before and after it, not.
    const asksToStay = () =>
      page.evaluate(() => !globalThis.dispatchEvent(new Event('beforeunload', { cancelable: true })));
    expect(await asksToStay()).toBe(true);
    await bob.hangUp();
    await expect(window.stage('Bob Okafor')).toContainText('The other side ended the call.');
    await expect(window.controls).toBeHidden();
    expect(await asksToStay()).toBe(false);
  },
);

test(
  'digits reach the far end in order, by key, by click and by paste',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    // Something to paste, as a person copies it.
    await window.search('PIN: 44-10 #');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+x');
    // On a busy computer the relay's threads overtake each other, and baresip takes a digit that comes late for none.
    const { rtpengine } = lab.owned();
    await rtpengine.kill();
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    const from = bob.events.length;
    await window.control('Keypad').click();
    await expect(window.digitsSent).toBeFocused();
    await page.keyboard.press('7');
    await page.keyboard.press('*');
    await page.getByRole('button', { name: '9', exact: true }).click();
    await window.digitsSent.focus();
    await page.keyboard.press('Control+v');
    await expect(window.digitsSent).toHaveValue('7*94410#');
    const received = (): string =>
      bob.events
        .slice(from)
        .filter((event) => event.type === 'CALL_DTMF_START')
        .map((event) => event.param)
        .join('');
    await expect.poll(received).toBe('7*94410#');
    await page.keyboard.press('Escape');
    await expect(window.digitsSent).toBeHidden();
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
    await rtpengine.start();
  },
);

test(
  'a caller is shown by name, rings, is answered and heard both ways',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    await bob.dial(lab.account('alice').address);
    await expect(window.ringing).toContainText('Bob Okafor');
    await window.ringing.getByRole('button', { name: 'Answer' }).click();
    await expect(window.stage('Bob Okafor')).toBeVisible();
    await expect(window.timer).toBeVisible();
    await expect(window.ringing).toBeHidden();
    await expectSoundBothWays(page, bob, tones);
    const from = bob.events.length;
    await window.control('End call').click();
    await bob.waitFor('CALL_CLOSED', { from });
    await expect(window.history.filter({ hasText: 'Bob Okafor' })).toHaveCount(1);
  },
);

test(
  'a declined call is not missed; a call that nobody took is, until the list was seen',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { window } = caller;
    const { address } = lab.account('alice');
    await bob.dial(address);
    const declined = bob.events.length;
    await window.ringing.getByRole('button', { name: 'Decline' }).click();
    const { param } = await bob.waitFor('CALL_CLOSED', { from: declined });
    expect(param).toContain('486');
    await expect(window.ringing).toBeHidden();
    await expect(window.rail('Calls')).not.toContainText('missed');

    await bob.dial(address);
    await expect(window.ringing).toBeVisible();
    await bob.hangUp();
    await expect(window.ringing).toBeHidden();
    await expect(window.rail('Calls')).toContainText('1 missed call');
    await window.go('Calls');
    await expect(window.history.first()).toContainText('Bob Okafor');
    await expect(window.history).toHaveCount(2);
    await expect(window.rail('Calls')).not.toContainText('missed');
    await window.history.first().click();
    await expect(window.page.getByRole('region', { name: 'Call details' })).toContainText('Missed call');
  },
);

test(
  'ringing, cancelling, a busy line, no answer and a wrong number are said in words',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, carol }) => {
    const { window } = caller;
    const { extension } = lab.account('carol');
    const stage = window.stage('Carol Lindqvist');

    await window.dial(extension);
    await expect(stage).toContainText('Ringing…');
    const cancelled = carol.events.length;
    await window.control('Cancel').click();
    await carol.waitFor('CALL_CLOSED', { from: cancelled });
    await expect(stage).toContainText('Call ended.');
    await expect(window.controls).toBeHidden();

    await window.dial(extension);
    await expect(stage).toContainText('Ringing…');
    await carol.hangUp();
    await expect(stage).toContainText('The line is busy. Call again later.');
    await expect(window.controls).toBeHidden();

    await window.dial('6999');
    await expect(window.stage('6999')).toContainText('That number does not exist here.');
    await expect(window.controls).toBeHidden();

    // Registered nowhere.
    await window.dial(lab.account('dave').extension);
    await expect(window.stage('Dave Moreau')).toContainText('The other side cannot be reached now.');
    await expect(window.controls).toBeHidden();

    // A phone that lost its power is still registered: the server waits for it, then gives up.
    await carol.kill();
    await window.dial(extension);
    await expect(stage).toContainText('Nobody answered.');
  },
);

test(
  'a call stands in the history from its first moment, even when Parley dies while it rings',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, carol }) => {
    const { process, window } = await startCaller();
    const from = carol.events.length;
    await window.dial(lab.account('carol').extension);
    await carol.waitFor('CALL_INCOMING', { from });
    await window.go('Calls');
    await expect(window.history.filter({ hasText: 'Carol Lindqvist' })).toHaveCount(1);
    await process.kill();
    const again = await startCaller({ dataDirectory: process.dataDirectory });
    await again.window.go('Calls');
    await expect(again.window.history.filter({ hasText: 'Carol Lindqvist' })).toHaveCount(1);
  },
);
