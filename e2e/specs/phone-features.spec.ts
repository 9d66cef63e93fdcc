import { toneIn, writeToneWav } from '../lab/tone.ts';
import type { KamailioServer } from '../lab/kamailio.ts';
import { expect, farHz, myHz, test as base } from '../harness/call-fixtures.ts';
import { ParleyWindow } from '../harness/parley-window.ts';
import { PhoneEar, expectSoundBothWays, windowHears } from '../harness/phone-ear.ts';
import { ownToneDb } from '../harness/window-sound.ts';

const tones = { mine: myHz, theirs: farHz };
/** Of a call that answers itself, in the window and at the far end: src-renderer/media. */
const noticeHz = 1_000;

const test = base.extend<{ readonly pbx: KamailioServer }>({
  /** The lab's proxy as a PBX with service codes, without anything set in it. */
  pbx: async ({ lab }, use) => {
    const { kamailio } = lab.owned();
    await kamailio.forgetServices();
    await use(kamailio);
    await kamailio.forgetServices();
  },
});

test(
  'keys that are held call voicemail and speed dials, the last number is called again, digits go as sound',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob, carol }) => {
    const { page, window } = await startCaller({
      // Every character of an address belongs to it.
      settings: { 'phone.voicemailNumber': `sip:${lab.account('carol').address};dept=a_b`, 'phone.dtmf': 'inband' },
    });
    const settings = await window.goToSettings('Calls');
    await settings.getByRole('button', { name: 'Add a speed dial: Speed dial' }).click();
    const dials = settings.getByRole('table', { name: 'Speed dial' });
    await dials.getByRole('textbox', { name: 'Key, speed dial 1' }).fill('2');
    await page.keyboard.press('Tab');
    await page.keyboard.type(lab.account('bob').extension);
    await page.keyboard.press('Tab');
    await page.keyboard.type('Bob');
    await page.keyboard.press('Enter');

    await window.go('Calls');
    const hold = async (key: string): Promise<void> => {
      await page.getByRole('button', { name: 'Dial pad' }).click();
      // A press that lasts, as with a finger.
      await page.getByRole('group', { name: 'Dial pad' }).getByRole('button', { name: key }).click({ delay: 900 });
    };
    let from = carol.events.length;
    await hold('1');
    await carol.waitFor('CALL_INCOMING', { from });
    const pad = page.getByRole('group', { name: 'Dial pad' });
    await expect(pad).toBeHidden();
    await page.keyboard.press('F9');
    await carol.waitFor('CALL_CLOSED', { from });

    // By keyboard, a key is held that repeats.
    from = bob.events.length;
    await page.getByRole('button', { name: 'Dial pad' }).click();
    await page.getByRole('group', { name: 'Dial pad' }).getByRole('button', { name: '2' }).focus();
    await page.keyboard.down('Enter');
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await expect(window.timer).toBeVisible();
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await window.control('Keypad').click();
    const ear = new PhoneEar(bob);
    await page.keyboard.type('5555555555');
    await expect
      .poll(() => [770, 1_336, 697].map((hz) => toneIn(ear.heard(), hz).share > 0.02))
      .toEqual([true, true, false]);
    expect(bob.events.slice(from).map(({ type }) => type)).not.toContain('CALL_DTMF_START');
    await page.keyboard.press('F9');
    await bob.waitFor('CALL_CLOSED', { from });

    from = bob.events.length;
    await page.getByRole('button', { name: 'Dial pad' }).click();
    // What cannot be called stays there to be corrected.
    const number = page.getByRole('textbox', { name: 'Number to call' });
    await number.fill('Bob Okafor');
    await number.press('Enter');
    await expect(number).toHaveValue('Bob Okafor');
    await page.getByRole('button', { name: 'Speed dials' }).click();
    await expect(page.getByRole('list', { name: 'Speed dials' }).getByRole('button')).toHaveText(['2Bob']);
    await page.getByRole('button', { name: 'Redial' }).click();
    await bob.waitFor('CALL_ESTABLISHED', { from });
    await expect(pad).toBeHidden();
    await page.keyboard.press('F9');
  },
);

test(
  'a call that asks for it is answered after a notice that both sides hear, if the settings and the person allow it',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob, pbx: _pbx }) => {
    const { page, window } = await startCaller({ settings: { 'calls.parkBy': 'digits', 'calls.parkCode': '*68' } });
    const intercom = `sip:*80${lab.account('alice').extension}@parley.test`;
    await bob.dial(intercom);
    await expect(window.ringing).toContainText('Bob Okafor');
    await expect(window.controls).toBeHidden();
    await bob.hangUp();
    await expect(window.ringing).toBeHidden();

    const settings = await window.goToSettings('Calls');
    await settings.getByRole('switch', { name: 'Answer by itself when the caller asks for it' }).click();
    await window.choosePresence('Do not disturb');
    await bob.dial(intercom);
    await window.ringing.getByRole('button', { name: 'Answer', exact: true }).click();
    await expect(window.timer).toBeVisible();
    await expect(window.stage('Bob Okafor')).not.toContainText('Answered by itself');
    await bob.hangUp();
    await expect(window.controls).toBeHidden();

    await window.choosePresence('Available');
    const ear = new PhoneEar(bob);
    await bob.dial(intercom);
    await expect.poll(() => ownToneDb(page, noticeHz), { intervals: [50] }).toBeGreaterThan(-70);
    await expect(window.stage('Bob Okafor')).toContainText('Answered by itself, as the caller asked. You are heard.');
    await expect(window.timer).toBeVisible();
    await expect.poll(() => toneIn(ear.heard(), noticeHz, 0.05).heardMs).toBeGreaterThanOrEqual(100);
    await expectSoundBothWays(page, bob, tones);

    // Parked by keys, the PBX hears them in the call and takes the far end away; that end is bob's own here.
    const from = bob.events.length;
    await window.control('More').click();
    await page.getByRole('menuitem', { name: 'Park the call' }).click();
    await expect
      .poll(() => bob.events.slice(from).flatMap(({ type, param }) => (type === 'CALL_DTMF_START' ? [param] : [])))
      .toEqual(['*', '6', '8']);
    await expect(window.stage('Bob Okafor')).toContainText('asked to park the call');
    await bob.hangUp();
    await expect(window.controls).toBeHidden();
  },
);

test(
  'a call is parked and taken back; where that fails, words say so and the call is not lost',
  { tag: ['@kamailio', '@linphone', '@baresip'] },
  async ({ lab, startCaller, bob, frank, pbx }) => {
    const { page, window } = await startCaller({
      settings: { 'calls.parkCode': '*68{slot}', 'calls.retrieveCode': '*69{slot}' },
    });
    await frank.use({ hz: farHz });
    await window.dial(lab.account('frank').extension);
    await expect(window.timer).toBeVisible();
    const park = async (): Promise<void> => {
      await window.control('More').click();
      await page.getByRole('menuitem', { name: 'Park the call' }).click();
      await page.getByRole('textbox', { name: 'Place to park at' }).fill('701');
      await page.getByRole('button', { name: 'Park', exact: true }).click();
    };
    const takeBack = async (place: string): Promise<void> => {
      await page.getByRole('button', { name: 'Dial pad' }).click();
      await page.getByRole('textbox', { name: 'Number to call' }).fill(place);
      await page.getByRole('button', { name: 'Take back a parked call' }).click();
    };
    await park();
    await expect(window.stage('Frank Schäfer')).toContainText('does not exist here. Frank Schäfer is back with you.');
    await expect(window.control('Hold')).toBeVisible();
    await expect.poll(() => windowHears(page, tones)).toBe(true);

    await pbx.parkAt('bob');
    const from = bob.events.length;
    await park();
    const { peerUri } = await bob.waitFor('CALL_ESTABLISHED', { from });
    expect(peerUri).toContain('frank@');
    await expect(window.stage('Frank Schäfer')).toContainText('The call was transferred.');
    await expect(window.controls).toBeHidden();

    await takeBack('799');
    await expect(window.stage()).toContainText('No call was given back for 799.');
    await expect(window.controls).toBeHidden();
    await takeBack('701');
    await expect(window.stage('Frank Schäfer').getByRole('timer')).toBeVisible();
    await bob.waitFor('CALL_CLOSED', { from });
    await expectSoundBothWays(page, frank, tones);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
  },
);

test(
  'a call that rings at a colleague is picked up, from its caller and by a code; sips: is called over TLS',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, parley, carol, pbx }, testInfo) => {
    const { page, window } = await startCaller({
      settings: { 'calls.groupPickUpCode': '*8', 'calls.retrieveCode': '*69' },
    });
    // A caller that knows Replaces of a call that still rings: neither phone of the lab does.
    await pbx.unregister('dave');
    const microphoneWav = testInfo.outputPath('dave.wav');
    writeToneWav(microphoneWav, farHz, 2);
    const dave = new ParleyWindow(await parley.open(await parley.start({ as: 'dave' }), { microphoneWav }));
    await pbx.whenRegistered('dave');
    const card = await window.openCard('Carol Lindqvist');
    const pickUp = card.getByRole('button', { name: 'Pick up' });

    const taken = async (): Promise<void> => {
      await expect(pickUp).toBeHidden();
      const from = carol.events.length;
      await dave.dial(lab.account('carol').extension);
      await carol.waitFor('CALL_INCOMING', { from });
      await pickUp.click();
      await expect(window.stage(lab.account('dave').name).getByRole('timer')).toBeVisible();
      await carol.waitFor('CALL_CLOSED', { from });
      await expect(dave.stage(lab.account('alice').name)).toContainText('Alice Hargreaves picked up your call.');
      await expect.poll(() => windowHears(page, tones)).toBe(true);
      await expect.poll(() => windowHears(dave.page, { mine: farHz, theirs: myHz })).toBe(true);
      await page.keyboard.press('F9');
      await expect(dave.controls).toBeHidden();
      await expect(window.controls).toBeHidden();
      await window.go('Contacts');
      await window.openCard('Carol Lindqvist');
    };
    await taken();

    const settings = await window.goToSettings('Calls');
    const code = settings.getByRole('textbox', { name: 'Code to pick up a colleague’s call' });
    await code.fill('**{number}');
    await code.press('Enter');
    await window.go('Contacts');
    await window.openCard('Carol Lindqvist');
    await taken();

    await window.go('Calls');
    await page.getByRole('button', { name: 'Dial pad' }).click();
    await page.getByRole('button', { name: 'Pick up a ringing call' }).click();
    await expect(window.stage()).toContainText('There was no call in your group to pick up.');
    await expect(window.controls).toBeHidden();
    await page.getByRole('button', { name: 'Dial pad' }).click();
    await page.getByRole('textbox', { name: 'Number to call' }).fill(lab.account('carol').extension);
    await page.getByRole('button', { name: 'Pick up a ringing call' }).click();
    await expect(window.stage()).toContainText('There was no call at Carol Lindqvist to pick up.');
    // The code has no place in it, so none has to be typed.
    await expect(window.controls).toBeHidden();
    await page.getByRole('button', { name: 'Dial pad' }).click();
    await page.getByRole('button', { name: 'Take back a parked call' }).click();
    await expect(window.stage()).toContainText('No call was given back.');

    // Both are reached over TLS, as a sips: address asks for; requests go back to one of the same kind.
    await window.dial('sips:dave@parley.test');
    await dave.ringing.getByRole('button', { name: 'Answer' }).click();
    await expect(window.timer).toBeVisible();
    await dave.control('End call').click();
    await expect(window.controls).toBeHidden();
    await expect(dave.controls).toBeHidden();
  },
);

test(
  'who leaves a conference of three leaves the two others together',
  { tag: ['@kamailio', '@linphone', '@baresip'] },
  async ({ lab, caller, carol, frank }) => {
    const { window } = caller;
    await frank.use({ hz: farHz });
    await window.dial(lab.account('frank').extension);
    await expect(window.timer).toBeVisible();
    let from = carol.events.length;
    await window.dial(lab.account('carol').extension);
    await carol.waitFor('CALL_INCOMING', { from });
    await carol.answer();
    await expect(window.stage('Carol Lindqvist').getByRole('timer')).toBeVisible();
    await window.onNow.getByRole('button', { name: 'Merge into one call' }).click();
    await expect(window.people).toHaveCount(2);

    from = carol.events.length;
    await window.control('Leave').click();
    // baresip does not know Replaces: what takes the place of our call rings once more.
    const { peerUri } = await carol.waitFor('CALL_INCOMING', { from });
    expect(peerUri).toContain('frank@');
    await carol.answer();
    await carol.waitFor('CALL_ESTABLISHED', { from });
    await expect(window.controls).toBeHidden();
    // They talk on without us.
    const ended = carol.events.length;
    frank.hangUp();
    await carol.waitFor('CALL_CLOSED', { from: ended });
  },
);

test(
  'the phone server sends calls on and refuses them, and what it said to that is shown',
  { tag: ['@kamailio', '@baresip', '@linphone'] },
  async ({ lab, startCaller, bob, carol, frank, pbx: _pbx }) => {
    const { address } = lab.account('alice');
    const { window } = await startCaller({
      settings: {
        'calls.rulesBy': 'server',
        'calls.forwardAlwaysOnCode': '*72{number}',
        'calls.forwardAlwaysOffCode': '*73',
        'calls.doNotDisturbOnCode': '*77',
        'calls.doNotDisturbOffCode': '*79',
        'calls.forwardBusyOnCode': '*90{number}',
        'calls.forwardBusyOffCode': '*91',
        'calls.forwardNoAnswerOnCode': '*92{number}',
        'calls.forwardNoAnswerOffCode': '*93',
      },
    });
    await frank.use({ hz: farHz });
    const page = await window.goToSettings('Calls');
    const field = page.getByRole('textbox', { name: 'Send every call on to' });
    await field.fill(lab.account('carol').extension);
    await field.press('Enter');
    await expect(page).toContainText(`They go to ${lab.account('carol').extension} since`);
    let from = carol.events.length;
    await bob.dial(address);
    await carol.waitFor('CALL_INCOMING', { from });
    await expect(window.ringing).toBeHidden();
    await bob.hangUp();
    await carol.waitFor('CALL_CLOSED', { from });
    await field.fill('');
    await field.press('Enter');
    await expect(page).not.toContainText('as the phone server confirmed');
    await expect(page).not.toContainText('is being told');
    await bob.dial(address);
    await expect(window.ringing).toContainText('Bob Okafor');
    await bob.hangUp();
    await expect(window.ringing).toBeHidden();

    // A code that this server does not know.
    const refusal = async (): Promise<string | undefined> => {
      from = bob.events.length;
      await bob.dial(address);
      return (await bob.waitFor('CALL_CLOSED', { from })).param;
    };
    await page.getByRole('switch', { name: 'Refuse calls' }).click();
    await expect(page).toContainText('does not know this code');
    await expect(page).toContainText('Parley does it itself, while it runs.');
    expect(await refusal()).toContain('Busy Here');
    const code = page.getByRole('textbox', { name: 'Code to be disturbed no more' });
    await code.fill('*78');
    await code.press('Enter');
    await page.getByRole('button', { name: 'Tell it again' }).click();
    await expect(page).toContainText('On since');
    expect(await refusal()).toContain('Do Not Disturb');
    await page.getByRole('switch', { name: 'Refuse calls' }).click();
    await expect(page).not.toContainText('On since');

    // Nobody answers here: the server takes the call away after its own time, and rings elsewhere.
    const { extension } = lab.account('carol');
    const whenSilent = page.getByRole('textbox', { name: 'When you do not answer, send calls on to' });
    await whenSilent.fill(extension);
    await whenSilent.press('Enter');
    await expect(page).toContainText(`They go to ${extension} since`);
    from = carol.events.length;
    await bob.dial(address);
    await expect(window.ringing).toContainText('Bob Okafor');
    await carol.waitFor('CALL_INCOMING', { from });
    await expect(window.ringing).toBeHidden();
    await bob.hangUp();
    await carol.waitFor('CALL_CLOSED', { from });
    await whenSilent.fill('');
    await whenSilent.press('Enter');
    await expect(page).not.toContainText('as the phone server confirmed');
    await expect(page).not.toContainText('is being told');

    // Busy with a call: the next caller does not ring here, and is sent on by the server.
    const whenBusy = page.getByRole('textbox', { name: 'When you are busy, send calls on to' });
    await whenBusy.fill(extension);
    await whenBusy.press('Enter');
    await expect(page).toContainText(`They go to ${extension} since`);
    await window.dial(lab.account('frank').extension);
    await expect(window.timer).toBeVisible();
    from = carol.events.length;
    await bob.dial(address);
    await carol.waitFor('CALL_INCOMING', { from });
    await expect(window.ringing).toBeHidden();
    await bob.hangUp();
    await window.control('End call').click();
    await expect(window.history.first()).toContainText('Bob Okafor');
    await expect(window.history.first()).toContainText('sent on');
  },
);

test(
  'somebody who is busy is watched by their phone line, and called when they are free; sips: is not called over UDP',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob, carol }) => {
    const { window } = await startCaller({ transport: 'udp' });
    await expect(window.contact('Carol Lindqvist')).toBeVisible();
    let from = bob.events.length;
    await carol.dial(lab.account('bob').address);
    await bob.waitFor('CALL_ESTABLISHED', { from });
    from = carol.events.length;
    await window.dial(lab.account('carol').extension);
    await carol.waitFor('CALL_INCOMING', { from });
    await carol.hangUp();
    await carol.waitFor('CALL_CLOSED', { from });
    await window.go('Calls');
    await window.history.first().click();
    await expect(window.page.getByRole('region', { name: 'Call details' })).toContainText('Cause for support: 486');
    await window.page.getByRole('button', { name: 'Tell me when free' }).click();
    await expect(window.onNow).toContainText('You are told when free');
    await carol.hangUp();
    await expect(window.onNow).toContainText('Is free now');
    from = carol.events.length;
    await window.onNow.getByRole('button', { name: 'Call Carol Lindqvist now' }).click();
    await carol.waitFor('CALL_INCOMING', { from });
    await expect(window.stage('Carol Lindqvist')).toBeVisible();
    await window.page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();

    await window.dial('sips:bob@parley.test');
    await expect(window.callProblem).toContainText('only called over an encrypted connection');
    // What cannot be called stands there to be corrected.
    await expect(window.searchBox).toHaveValue('sips:bob@parley.test');
  },
);
