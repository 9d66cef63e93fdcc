import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { PhoneEar, windowHears } from '../harness/phone-ear.ts';
import { changeWire } from '../harness/window-wire.ts';
import { toneIn } from '../lab/tone.ts';

/** The notice to the others, src-renderer/media/recording.ts. */
const noticeHz = 1_400;

test(
  'a call is recorded when the settings allow it: shown here, heard by the others, going on after hold, kept as a file named by the call, in Opus or WAV',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob, scratch }) => {
    const { page, window } = caller;
    // The window offers to show files, and this service, without a desktop, refuses.
    await changeWire(page, {
      toWindow: (text) => text.replace(/"abilities":\[(?=")/, '"abilities":["files",'),
    });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expect(window.control('More')).toBeHidden();
    const folder = join(scratch, 'recordings');
    const settings = await window.goToSettings('Calls');
    await settings.getByRole('textbox', { name: 'Folder of recordings' }).fill(folder);
    await page.keyboard.press('Enter');
    await settings.getByRole('switch', { name: 'Allow recording' }).click();
    await expect(settings.getByRole('switch', { name: 'Allow recording' })).toBeChecked();

    await window.go('Calls');
    await window.onNow.getByRole('link', { name: /Bob Okafor/ }).click();
    const ear = new PhoneEar(bob);
    await window.control('More').click();
    await page.getByRole('menuitem', { name: 'Record the call' }).click();
    await expect(window.stage().getByText('Recording')).toBeVisible();
    await expect
      .poll(() => {
        const { samples, sampleRateHz } = ear.heard();
        const quarter = Math.round(sampleRateHz / 4);
        let loudest = 0;
        for (let start = 0; start + quarter <= samples.length; start += quarter)
          loudest = Math.max(
            loudest,
            toneIn({ samples: samples.subarray(start, start + quarter), sampleRateHz }, noticeHz).share,
          );
        return loudest;
      })
      .toBeGreaterThan(0.005);
    await expect.poll(() => windowHears(page, { mine: myHz, theirs: farHz })).toBe(true);
    const file = (): string => join(folder, readdirSync(folder)[0] ?? '');
    await expect.poll(() => (existsSync(folder) ? statSync(file()).size : 0)).toBeGreaterThan(5_000);
    await window.control('More').click();
    await page.getByRole('menuitem', { name: 'Stop recording' }).click();
    await expect(window.stage().getByText('Recording')).toBeHidden();
    expect(file()).toMatch(/\d{4}-\d\d-\d\d \d\d-\d\d-\d\d Bob Okafor\.webm$/);
    const notice = page.getByText(`Bob Okafor.webm in ${folder}.`);
    await expect(notice).toBeVisible();
    // What cannot be shown is told as an error in its place.
    const bar = page.locator('.callproblem');
    const background = () => bar.evaluate((element) => getComputedStyle(element).backgroundColor);
    const green = await background();
    await page.getByRole('button', { name: 'Show in folder' }).click();
    await expect(bar).toContainText('Parley cannot open folders here.');
    await expect(notice).toBeHidden();
    await expect.poll(background).not.toBe(green);

    // The same call once more, as WAV.
    await window.goToSettings('Calls');
    await settings.getByRole('combobox', { name: 'Kind of recordings' }).selectOption('wav');
    await window.go('Calls');
    await window.onNow.getByRole('link', { name: /Bob Okafor/ }).click();
    await window.control('More').click();
    await page.getByRole('menuitem', { name: 'Record the call' }).click();
    const wav = (): string => join(folder, readdirSync(folder).find((name) => name.endsWith('.wav')) ?? 'none');
    await expect.poll(() => (existsSync(wav()) ? statSync(wav()).size : 0)).toBeGreaterThan(200_000);
    await window.control('Hold').click();
    const resume = window.control('Resume');
    await expect(resume).toBeVisible();
    await expect(window.stage().getByText('Recording')).toBeVisible();
    await resume.click();
    await expect(window.control('Hold')).toBeVisible();
    const resumedAt = statSync(wav()).size;
    await expect.poll(() => statSync(wav()).size).toBeGreaterThan(resumedAt + 250_000);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
    expect(wav()).toMatch(/Bob Okafor\.wav$/);
    // The error was about the one before.
    await expect(bar).toContainText(`Bob Okafor.wav in ${folder}.`);
    await expect.poll(background).toBe(green);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect(bar).toBeHidden();
    // Its sizes are written when the last piece is there.
    await expect.poll(() => readFileSync(wav()).readUInt32LE(40) + 44 === statSync(wav()).size).toBe(true);
    const bytes = readFileSync(wav());
    // A second of it: before the hold, and after it.
    for (const from of [44 + 48_000, resumedAt + 96_000 + (resumedAt % 2)]) {
      const samples = Float32Array.from({ length: 48_000 }, (_, index) => bytes.readInt16LE(from + index * 2) / 32_768);
      const share = (hz: number) => toneIn({ samples, sampleRateHz: bytes.readUInt32LE(24) }, hz).share;
      expect(share(myHz)).toBeGreaterThan(20 * share(3_777));
      expect(share(farHz)).toBeGreaterThan(20 * share(3_777));
    }

    const recorded = readFileSync(file()).toString('base64');
    const loudness = await page.evaluate(
      async ({ base64, frequencies }) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const sound = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(bytes.buffer);
        const samples = sound.getChannelData(0).subarray(24_000, 48_000);
        return frequencies.map((hz) => {
          let [real, imaginary] = [0, 0];
          samples.forEach((sample, index) => {
            real += sample * Math.cos((2 * Math.PI * hz * index) / 48_000);
            imaginary += sample * Math.sin((2 * Math.PI * hz * index) / 48_000);
          });
          return (2 * Math.hypot(real, imaginary)) / samples.length;
        });
      },
      { base64: recorded, frequencies: [myHz, farHz, 3_777] },
    );
    const [mine = 0, theirs = 0, nobody = 1] = loudness;
    expect(mine).toBeGreaterThan(20 * nobody);
    expect(theirs).toBeGreaterThan(20 * nobody);
  },
);

test(
  'a window that is loaded anew ends the recording in words, keeps what was recorded, and may begin another',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, startCaller, bob: _bob, scratch }) => {
    const folder = join(scratch, 'recordings');
    const { page, window } = await startCaller({
      settings: { 'calls.recording': true, 'calls.recordingFolder': folder },
    });
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    const record = async (): Promise<void> => {
      await window.control('More').click();
      await page.getByRole('menuitem', { name: 'Record the call' }).click();
      await expect(window.stage().getByText('Recording', { exact: true })).toBeVisible();
    };
    const files = (): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);
    const bytes = (name = ''): number => statSync(join(folder, name)).size;
    await record();
    await expect.poll(() => files().length === 1 && bytes(files()[0]) > 5_000).toBe(true);
    const [first = ''] = files();
    await page.reload();
    await expect(window.stage()).toContainText('the recording of this call ended');
    await expect(window.stage().getByText('Recording', { exact: true })).toBeHidden();
    await expect(window.timer).toBeVisible();
    expect(bytes(first)).toBeGreaterThan(5_000);
    await record();
    await expect.poll(() => files().length === 2 && files().every((name) => bytes(name) > 5_000)).toBe(true);
    await page.keyboard.press('F9');
    await expect(window.controls).toBeHidden();
  },
);
