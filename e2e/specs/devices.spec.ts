import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import { expectSoundBothWays, windowHears } from '../harness/phone-ear.ts';
import { stubHeadset, stubUnplugging } from '../harness/stubbed-devices.ts';
import { ownToneDb } from '../harness/window-sound.ts';

const tones = { mine: myHz, theirs: farHz };

test(
  'a headset that is unplugged in mid-call is followed by the next device, said, and taken again (unplugging stubbed)',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window: parley } = caller;
    await stubUnplugging(page);
    await page.reload();
    await parley.dial(lab.account('bob').extension);
    await expect(parley.timer).toBeVisible();
    await parley.devicesButton.click();
    await page.getByRole('combobox', { name: 'Speaker' }).selectOption('Fake Audio Output 1');
    await page.getByRole('combobox', { name: 'Microphone' }).selectOption('Fake Audio Input 1');
    await expect
      .poll(async () =>
        Number(await page.getByRole('meter', { name: 'Microphone level' }).getAttribute('aria-valuenow')),
      )
      .toBeGreaterThan(20);
    await page.keyboard.press('Escape');
    await expect(parley.devicesButton).toHaveAccessibleName('Audio devices: Fake Audio Output 1');
    await expectSoundBothWays(page, bob, tones);

    const headset = ['Fake Audio Output 1', 'Fake Audio Input 1'];
    await page.evaluate((names) => {
      window.plug(names, false);
    }, headset);
    await expect(parley.stage()).toContainText(
      'Your headset was unplugged. The call moved to Fake Default Audio Output.',
    );
    await expect(parley.devicesButton).toHaveAccessibleName('Audio devices: Fake Default Audio Output');
    await expectSoundBothWays(page, bob, tones);

    await page.evaluate((names) => {
      window.plug(names, true);
    }, headset);
    await expect(parley.stage()).toContainText('Fake Audio Output 1 is back. The call uses it now.');
    await expectSoundBothWays(page, bob, tones);
    await page.keyboard.press('F9');
    await expect(parley.controls).toBeHidden();
  },
);

test('a test call records with a level, plays it back, and says what it heard; a camera shows its picture while it is looked at', async ({
  caller,
}) => {
  const { page, window } = caller;
  const audio = await window.goToSettings('Audio');
  await audio.getByRole('button', { name: 'Start test call' }).click();
  await expect(audio).toContainText('Say something. Recording…');
  const level = async (name: string): Promise<number> =>
    Number(await audio.getByRole('meter', { name }).getAttribute('aria-valuenow'));
  await expect.poll(() => level('Level of the microphone'), { intervals: [50] }).toBeGreaterThan(20);
  await expect(audio).toContainText('Playing what the others would hear…');
  await expect.poll(() => ownToneDb(page, myHz), { intervals: [50] }).toBeGreaterThan(-60);
  await expect.poll(() => level('Level of the playback'), { intervals: [50] }).toBeGreaterThan(20);
  await expect(audio).toContainText('Done. If you heard yourself, others hear you too.');
  expect(await ownToneDb(page, farHz)).toBeLessThan(-60);

  const video = await window.goToSettings('Video');
  await expect(video).toContainText('Parley has no video calls yet.');
  const show = video.getByRole('button', { name: 'Show preview' });
  await show.click();
  const picture = video.getByLabel('Picture of your camera');
  await expect.poll(() => picture.evaluate((one: HTMLVideoElement) => one.videoWidth)).toBeGreaterThan(0);
  const camera = () => picture.evaluateHandle((one: HTMLVideoElement) => (one.srcObject as MediaStream).getTracks()[0]);
  const first = await camera();
  await video.getByRole('button', { name: 'Stop preview' }).click();
  await expect(picture).toBeHidden();
  expect(await first.evaluate((track) => track?.readyState)).toBe('ended');
  // It has a name now, and is looked at until the person goes elsewhere.
  await video.getByRole('combobox', { name: 'Camera', exact: true }).selectOption({ index: 1 });
  await expect(video.getByRole('list', { name: 'Order of preference: Camera' })).toContainText('In use');
  await show.click();
  const second = await camera();
  expect(await second.evaluate((track) => track?.readyState)).toBe('live');
  await window.goToSettings('Audio');
  await expect.poll(() => second.evaluate((track) => track?.readyState)).toBe('ended');
});

test(
  'it rings on every output that was ticked, at once',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window } = caller;
    const audio = await window.goToSettings('Audio');
    const rings = audio.getByRole('group', { name: 'Rings on' });
    for (const name of ['Fake Audio Output 1', 'Fake Audio Output 2']) {
      await rings.getByRole('checkbox', { name }).click();
      await expect(rings.getByRole('checkbox', { name })).toBeChecked();
    }
    await expect(rings.getByRole('checkbox', { name: /^As the system/ })).not.toBeChecked();
    await bob.dial(lab.account('alice').address);
    await expect(window.ringing).toBeVisible();
    const ringing = (): Promise<readonly string[]> =>
      page.evaluate(async () => {
        const { toneTaps } = window as unknown as {
          readonly toneTaps: Map<AudioContext & { sinkId: string }, unknown>;
        };
        const outputs = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'audiooutput');
        return [...toneTaps.keys()]
          .filter((context) => context.state === 'running')
          .map((context) => outputs.find(({ deviceId }) => deviceId === context.sinkId)?.label ?? 'the default')
          .sort();
      });
    await expect.poll(ringing).toEqual(['Fake Audio Output 1', 'Fake Audio Output 2']);
    await page.keyboard.press('F9');
    await expect(window.ringing).toBeHidden();
    await expect.poll(ringing).toEqual([]);
  },
);

test(
  'a headset answers, mutes and hangs up by its buttons, and shows all of it (headset stubbed)',
  { tag: ['@kamailio', '@baresip'] },
  async ({ lab, caller, bob }) => {
    const { page, window: parley } = caller;
    await stubHeadset(page);
    await page.reload();
    const [offHook, mute, ring] = [0b001, 0b010, 0b100];
    const lamps = () => page.evaluate(() => window.headset.sent.at(-1)?.[0]);
    const press = (byte: number) =>
      page.evaluate((state) => {
        window.headset.press(state);
      }, byte);
    await expect.poll(lamps).toBe(0);
    await bob.dial(lab.account('alice').address);
    await expect.poll(lamps).toBe(ring);
    await press(0b01);
    await expect(parley.timer).toBeVisible();
    await expect.poll(lamps).toBe(offHook);
    await expect.poll(() => windowHears(page, tones)).toBe(true);
    await press(0b11);
    await press(0b01);
    await expect(parley.control('Unmute')).toBeVisible();
    await expect.poll(lamps).toBe(offHook + mute);
    await page.keyboard.press('Control+m');
    await expect.poll(lamps).toBe(offHook);
    const from = bob.events.length;
    await press(0b00);
    await bob.waitFor('CALL_CLOSED', { from });
    await expect.poll(lamps).toBe(0);
  },
);
