import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import type { Caller } from '../harness/call-fixtures.ts';
import type { LabFixture } from '../harness/fixtures.ts';
import type { RecordingPhone } from '../harness/phone-ear.ts';
import { PhoneEar, expectSoundBothWays, windowHears } from '../harness/phone-ear.ts';
import type { LinphonePhone } from '../lab/linphone.ts';
import { toneIn } from '../lab/tone.ts';
import { until } from '../lab/wait.ts';

/** What frank plays: no harmonic of the two tones of this run, nor near one. */
const frankHz =
  [1_013, 1_087, 2_287, 2_351].find((hz) =>
    [myHz, farHz].every((other) => Math.min(hz % other, other - (hz % other)) > 30),
  ) ?? 2_287;
const withFrank = { mine: myHz, theirs: frankHz };
const withBob = { mine: myHz, theirs: farHz };

/** frank calls alice, who answers. */
async function answered({ window }: Caller, lab: LabFixture, frank: LinphonePhone): Promise<void> {
  frank.dial(lab.account('alice').extension);
  await window.ringing.getByRole('button', { name: 'Answer' }).click();
  await expect(window.stage('Frank Schäfer').getByRole('timer')).toBeVisible();
  await expect(window.ringing).toBeHidden();
}

/** frank has no call any more. */
async function freed(frank: LinphonePhone, from: number): Promise<void> {
  await frank.waitFor(/Call \d+ with .* (?:ended|error)/, { from });
}

/** From now on these two phones hear each other. */
async function expectTogether(frank: LinphonePhone, bob: RecordingPhone): Promise<void> {
  const [byFrank, byBob] = [new PhoneEar(frank), new PhoneEar(bob)];
  const hears = async (ear: PhoneEar, hz: number, who: string): Promise<void> => {
    const isHeard = until(who, () => ear.toneMs(hz) > 500, 10_000, 50);
    await isHeard.catch((error: unknown) => {
      throw new Error(`${who} did not hear the other. ${ear.describe(hz)}`, { cause: error });
    });
  };
  await hears(byFrank, farHz, 'frank');
  await hears(byBob, frankHz, 'bob');
}

test(
  'a linphone calls: sent on, declined, heard, digits by event and INFO, held by either side',
  { tag: ['@kamailio', '@linphone', '@baresip'] },
  async ({ lab, caller, bob, frank }) => {
    const { page, window } = caller;
    await frank.use({ hz: frankHz });
    const { extension } = lab.account('alice');
    let from = frank.lines.length;
    frank.dial(extension);
    await expect(window.ringing).toContainText('Frank Schäfer');
    await window.ringing.getByRole('button', { name: 'Send the call to somebody else' }).click();
    await window.targetField.fill(lab.account('bob').extension);
    await expect(window.suggestions.first()).toBeVisible();
    await page.getByRole('button', { name: 'Send the call', exact: true }).click();
    await expectTogether(frank, bob);
    await expect(window.ringing).toBeHidden();
    frank.hangUp();
    await freed(frank, from);

    from = frank.lines.length;
    frank.dial(extension);
    await window.ringing.getByRole('button', { name: 'Decline' }).click();
    await freed(frank, from);
    await expect(window.rail('Calls')).not.toContainText('missed');

    await answered(caller, lab, frank);
    await expectSoundBothWays(page, frank, withFrank);
    from = frank.lines.length;
    const press = async (keys: string): Promise<void> => {
      await window.control('Keypad').click();
      await expect(window.digitsSent).toBeFocused();
      await page.keyboard.type(keys);
    };
    await press('7*9#');
    await expect.poll(() => frank.digits(from)).toBe('7*9#');
    frank.sendDtmf('12');
    await page.keyboard.press('Escape');
    await expect(window.digitsSent).toBeHidden();
    const settings = await window.goToSettings('Calls');
    await settings.getByRole('combobox', { name: 'Digits during a call' }).selectOption('info');
    await window.go('Calls');
    await press('52');
    await expect.poll(() => frank.digits(from)).toBe('7*9#52');
    await page.keyboard.press('Escape');
    await expectSoundBothWays(page, frank, withFrank);

    await window.control('Hold').click();
    await expect(window.control('Resume')).toBeVisible();
    await frank.waitFor(/Call \d+ has been paused by/, { from });
    const whileHeld = new PhoneEar(frank);
    await expect.poll(() => windowHears(page, withFrank)).toBe(false);
    expect(whileHeld.toneMs(myHz)).toBeLessThanOrEqual(250);
    await window.control('Resume').click();
    await expectSoundBothWays(page, frank, withFrank);
    await frank.hold(true);
    await expect(window.stage('Frank Schäfer')).toContainText('The other side put you on hold.');
    await frank.hold(false);
    await expect(window.stage('Frank Schäfer')).not.toContainText('The other side put you on hold.');
    await expectSoundBothWays(page, frank, withFrank);
    await page.keyboard.press('F9');
    await freed(frank, from);
    await expect(window.controls).toBeHidden();
  },
);

test(
  'a linphone that called is transferred, without asking and after it',
  { tag: ['@kamailio', '@linphone', '@baresip'] },
  async ({ lab, caller, bob, carol, frank }) => {
    const { page, window } = caller;
    await frank.use({ hz: frankHz, codecs: ['PCMU/8000'] });
    const choose = async (who: string): Promise<void> => {
      await window.control('Transfer').click();
      await window.targetField.fill(lab.account(who).extension);
      await expect(window.suggestions.first()).toBeVisible();
    };
    await answered(caller, lab, frank);
    const incoming = carol.events.length;
    await choose('carol');
    await page.getByRole('button', { name: 'Transfer now' }).click();
    await carol.waitFor('CALL_INCOMING', { from: incoming });
    await carol.hangUp();
    await expect(window.stage('Frank Schäfer')).toContainText('Frank Schäfer is back with you.');
    await expectSoundBothWays(page, frank, withFrank);
    await choose('bob');
    await page.getByRole('button', { name: 'Transfer now' }).click();
    await expect(window.controls).toBeHidden();
    await expectTogether(frank, bob);
    await window.go('Contacts');
    await expect(window.contact('Frank Schäfer').locator('.linestate')).toHaveText('On a call');
    let from = frank.lines.length;
    frank.hangUp();
    await freed(frank, from);

    await answered(caller, lab, frank);
    await choose('bob');
    await page.getByRole('button', { name: 'Ask first' }).click();
    await expect(window.stage('Bob Okafor').getByRole('timer')).toBeVisible();
    await expect.poll(() => windowHears(page, withBob)).toBe(true);
    await window.stage('Bob Okafor').getByRole('button', { name: 'Transfer Frank Schäfer now' }).click();
    await expect(window.controls).toBeHidden();
    await expectTogether(frank, bob);
    from = frank.lines.length;
    frank.hangUp();
    await freed(frank, from);
  },
);

test(
  'a linphone transfers us, when it was called and when it called, also after it has asked',
  { tag: ['@kamailio', '@linphone', '@baresip'] },
  async ({ lab, caller, bob, carol, frank }) => {
    const { page, window } = caller;
    await frank.use({ hz: frankHz, codecs: ['PCMA/8000'], hasLateOffer: true });
    await window.dial(lab.account('frank').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, frank, withFrank);
    let from = frank.lines.length;
    frank.transfer('bob@parley.test');
    await expect(window.stage('Bob Okafor')).toContainText('Frank Schäfer transferred you to Bob Okafor.');
    await expectSoundBothWays(page, bob, withBob);
    await freed(frank, from);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();

    await answered(caller, lab, frank);
    await expectSoundBothWays(page, frank, withFrank);
    from = frank.lines.length;
    await frank.hold(true);
    const incoming = carol.events.length;
    frank.dial('carol@parley.test');
    await carol.waitFor('CALL_INCOMING', { from: incoming });
    await carol.answer();
    await frank.waitFor(/Media streams established/, { from });
    const joined = carol.events.length;
    frank.joinCalls();
    // baresip does not know Replaces: what takes the place of our call rings once more.
    const { peerUri } = await carol.waitFor('CALL_INCOMING', { from: joined });
    expect(peerUri).toContain('alice@');
    await carol.answer();
    await expect(window.stage('Carol Lindqvist')).toContainText('Frank Schäfer transferred you to Carol Lindqvist.');
    await carol.hangUp();
    await expect(window.controls).toBeHidden();
    frank.hangUp();
  },
);

test(
  'a linphone that knocks during another call is answered and joins it: each hears the others and never itself',
  { tag: ['@kamailio', '@linphone', '@baresip'] },
  async ({ lab, caller, bob, frank }) => {
    const { page, window } = caller;
    await frank.use({ hz: frankHz, codecs: ['G722/8000'] });
    const audio = await window.goToSettings('Audio');
    // A pure tone beside louder ones is what echo cancellation and noise reduction are made to take away.
    for (const name of ['Echo cancellation', 'Noise reduction', 'Automatic volume of your voice']) {
      await audio.getByRole('switch', { name }).click();
      await expect(audio.getByRole('switch', { name })).not.toBeChecked();
    }
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    frank.dial(lab.account('alice').extension);
    await window.ringing.getByRole('button', { name: 'Hold and answer' }).click();
    await expect(window.stage('Frank Schäfer').getByRole('timer')).toBeVisible();
    await expectSoundBothWays(page, frank, withFrank);
    await window.onNow.getByRole('button', { name: 'Merge into one call' }).click();
    await expect(window.people).toHaveCount(2);
    const ear = new PhoneEar(frank);
    await expect
      .poll(() => {
        const sound = ear.latest(1, 0.5);
        return [myHz, farHz, frankHz].map((hz) => sound !== undefined && toneIn(sound, hz).share > 0.02);
      })
      .toEqual([true, true, false]);
    await expect.poll(() => windowHears(page, withFrank)).toBe(true);
    await expect.poll(() => windowHears(page, withBob)).toBe(true);
    // baresip was called first and is told to call frank, which it cannot in our place; then frank is told to call it.
    await window.control('Leave').click();
    await expect(window.controls).toBeHidden();
    await expectTogether(frank, bob);
    frank.hangUp();
  },
);
