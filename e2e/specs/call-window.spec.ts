import type { BaresipPhone } from '../lab/baresip.ts';
import { toneIn } from '../lab/tone.ts';
import { expect, farHz, myHz, readyPhone, test as base } from '../harness/call-fixtures.ts';
import { PhoneEar, expectSoundBothWays, packetsInOneSecond, windowHears } from '../harness/phone-ear.ts';
import { ownToneDb } from '../harness/window-sound.ts';

/** What carol plays: no harmonic of the two tones of this run, nor near one. */
const carolHz = [1_013, 1_087, 2_287, 2_351].find((hz) =>
  [myHz, farHz].every((other) => Math.min(hz % other, other - (hz % other)) > 30),
);
const carolTone = carolHz ?? 2_287;
const tones = { mine: myHz, theirs: farHz };
/** The tone of call waiting, src-renderer/media/tones.ts. */
const waitingHz = 440;

const test = base.extend<{ readonly singingCarol: BaresipPhone }>({
  /** Rings until she is told to answer, and plays a tone of her own. */
  singingCarol: async ({ lab }, use) => {
    const { carol } = lab.owned();
    await readyPhone(carol, { answerMode: 'manual', sound: { kind: 'tone', hz: carolTone } });
    await use(carol);
    if (carol.state === 'running') await carol.endCalls();
  },
});

/** Whether a phone hears these tones now, each as a good part of what comes; silence hears none. */
async function hears(phone: BaresipPhone, frequenciesHz: readonly number[]): Promise<readonly boolean[]> {
  const ear = new PhoneEar(phone);
  await expect.poll(() => ear.latest(1, 0.5)?.samples.length ?? 0).toBeGreaterThan(0);
  const sound = ear.latest(1, 0.5);
  return frequenciesHz.map((hz) => sound !== undefined && toneIn(sound, hz).share > 0.02);
}

test(
  'on hold the far end hears nothing of us and we nothing of it; resumed, both do; its own hold is shown',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await page.keyboard.press('Control+h');
    await expect(window.control('Resume')).toBeVisible();
    await expect(window.stage('Bob Okafor')).toContainText('On hold. Nobody hears you here.');
    await expect.poll(() => windowHears(page, tones)).toBe(false);
    // Not one packet, where fifty a second would carry even silence.
    await expect.poll(() => packetsInOneSecond(bob)).toBe(0);

    await window.control('Resume').click();
    await expect(window.control('Hold')).toBeVisible();
    await expect.poll(() => windowHears(page, tones)).toBe(true);
    await expect.poll(() => packetsInOneSecond(bob)).toBeGreaterThan(25);

    await bob.hold(true);
    await expect(window.stage('Bob Okafor')).toContainText('The other side put you on hold.');
    await bob.hold(false);
    await expect(window.stage('Bob Okafor')).not.toContainText('The other side put you on hold.');
    await expect.poll(() => windowHears(page, tones)).toBe(true);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
  },
);

test(
  'a second caller knocks softly, is ignored, or answered while the first goes on hold; then they are swapped',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob, singingCarol: carol }) => {
    const { page, window } = caller;
    const { address } = lab.account('alice');
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();

    await carol.dial(address);
    await expect(window.ringing).toContainText('Carol Lindqvist is calling');
    await expect.poll(() => ownToneDb(page, waitingHz), { intervals: [50] }).toBeGreaterThan(-70);
    await window.ringing.getByRole('button', { name: 'Ignore the call' }).click();
    await expect(window.ringing).toBeHidden();
    // She hears no refusal: it rings on for her, and can be answered still.
    await expect(window.onNow).toContainText('Incoming call, ignored');
    await expect(window.onNow.getByRole('button', { name: 'Decline Carol Lindqvist' })).toBeVisible();
    await window.onNow.getByRole('link', { name: /Carol Lindqvist/ }).click();
    await expect(window.control('Decline')).toBeVisible();
    // Nothing else rings, so the key means her; the one for declining means the call that is on.
    await expect(window.control('Answer')).toHaveAttribute('aria-keyshortcuts', 'F8');
    await expect(window.control('Decline')).not.toHaveAttribute('aria-keyshortcuts');
    await page.keyboard.press('F8');
    await expect(window.stage('Carol Lindqvist').getByRole('timer')).toBeVisible();
    await carol.hangUp();
    await expect(window.onNow).not.toContainText('Carol Lindqvist');
    await window.onNow.getByRole('button', { name: 'Resume Bob Okafor' }).click();
    await expect(window.stage('Bob Okafor')).toBeVisible();

    await carol.dial(address);
    await window.ringing.getByRole('button', { name: 'Hold and answer' }).click();
    await expect(window.stage('Carol Lindqvist').getByRole('timer')).toBeVisible();
    await expectSoundBothWays(page, carol, { mine: myHz, theirs: carolTone });
    await expect(window.onNow.getByRole('button', { name: 'Resume Bob Okafor' })).toBeVisible();
    await expect(window.stage()).toContainText('On hold: Bob Okafor');
    expect(await hears(carol, [farHz])).toEqual([false]);

    await page.keyboard.press('Control+Shift+X');
    await expect(window.stage('Bob Okafor')).toBeVisible();
    await expect(window.onNow.getByRole('button', { name: 'Resume Carol Lindqvist' })).toBeVisible();
    await expect.poll(() => windowHears(page, { mine: carolTone, theirs: farHz })).toBe(true);
    await expect.poll(() => packetsInOneSecond(bob)).toBeGreaterThan(25);
    expect(await packetsInOneSecond(carol)).toBe(0);
    await page.keyboard.press('F9');
    await expect(window.onNow).not.toContainText('Bob Okafor');
    await window.onNow.getByRole('button', { name: 'Resume Carol Lindqvist' }).click();
    await expect.poll(() => windowHears(page, { mine: farHz, theirs: carolTone })).toBe(true);
    await expect.poll(() => packetsInOneSecond(carol)).toBeGreaterThan(25);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
  },
);

// Whoever was called first has been on hold, after which baresip records no more: each phone has its turn to listen.
for (const listener of ['bob', 'carol'] as const) {
  test(
    `in a conference of three each hears the others and never itself (${listener} listens)`,
    { tag: ['@kamailio', '@baresip'] },
    async ({ lab, caller, bob, singingCarol: carol }) => {
      const { page, window } = caller;
      const other = listener === 'bob' ? 'carol' : 'bob';
      const phone = { bob, carol } as const;
      const name = { bob: 'Bob Okafor', carol: 'Carol Lindqvist' } as const;
      const call = async (who: 'bob' | 'carol'): Promise<void> => {
        const from = phone[who].events.length;
        await window.dial(lab.account(who).extension);
        if (who === 'carol') {
          await carol.waitFor('CALL_INCOMING', { from });
          await carol.answer();
        }
        await expect(window.stage(name[who]).getByRole('timer')).toBeVisible();
      };
      // A pure tone beside louder ones is what echo cancellation and noise reduction are made to take away.
      const audio = await window.goToSettings('Audio');
      for (const name of ['Echo cancellation', 'Noise reduction', 'Automatic volume of your voice']) {
        await audio.getByRole('switch', { name }).click();
        await expect(audio.getByRole('switch', { name })).not.toBeChecked();
      }
      await call(other);
      await call(listener);
      await window.onNow.getByRole('button', { name: 'Merge into one call' }).click();
      await expect(window.people).toHaveCount(2);

      const all = [myHz, farHz, carolTone];
      const together = listener === 'bob' ? [true, false, true] : [true, true, false];
      await expect.poll(() => hears(phone[listener], all), { timeout: 20_000 }).toEqual(together);
      await expect.poll(() => windowHears(page, { mine: myHz, theirs: farHz })).toBe(true);
      await expect.poll(() => windowHears(page, { mine: myHz, theirs: carolTone })).toBe(true);
      await expect.poll(() => packetsInOneSecond(phone[other])).toBeGreaterThan(25);

      await page.getByRole('button', { name: `Take ${name[other]} out and put on hold` }).click();
      await expect(window.onNow.getByRole('button', { name: `Resume ${name[other]}` })).toBeVisible();
      await expect.poll(() => hears(phone[listener], all), { timeout: 20_000 }).toEqual([true, false, false]);
      expect(await packetsInOneSecond(phone[other])).toBe(0);
      await window.onNow.getByRole('button', { name: 'Merge into one call' }).click();
      await expect(window.people).toHaveCount(2);
      await expect.poll(() => hears(phone[listener], all), { timeout: 20_000 }).toEqual(together);

      const [fromBob, fromCarol] = [bob.events.length, carol.events.length];
      await window.control('End for all').click();
      await bob.waitFor('CALL_CLOSED', { from: fromBob });
      await carol.waitFor('CALL_CLOSED', { from: fromCarol });
      await expect(window.controls).toBeHidden();
    },
  );
}
