import { ScriptedPhone } from '../bench/scripted-phone.ts';
import type { PhoneCodec } from '../bench/scripted-phone.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, farHz, myHz, test } from '../harness/call-fixtures.ts';
import type { ParleyWindow } from '../harness/parley-window.ts';
import { expectSoundBothWays, windowHears } from '../harness/phone-ear.ts';
import { listenInWindow } from '../harness/window-sound.ts';
import { g729Codec, muLawWithNoise } from '../harness/voice-codecs.ts';
import type { Lab } from '../lab/lab.ts';

/** Of one frequency of that noise; silence and concealment have less than a thousandth of it. */
const noiseEnergy = 1e-8;

const tones = { mine: myHz, theirs: farHz };

/** The formats of each m-line of sound that alice sent, oldest first, by the SIP trace. */
async function sentFormats(window: ParleyWindow): Promise<readonly string[]> {
  const settings = await window.goToSettings('About and diagnostics');
  await settings.getByRole('button', { name: 'Show' }).click();
  const shown = settings.getByRole('textbox', { name: 'SIP messages, oldest first' });
  await expect(shown).toHaveValue(/m=audio/);
  const trace = await shown.inputValue();
  // Each message begins with its arrow.
  return trace
    .split(/^(?=.*(?:-->|<--) )/m)
    .filter((message) => message.includes('--> '))
    .flatMap((message) => [...message.matchAll(/^m=audio \d+ \S+ (.*)$/gm)].map((found) => (found[1] ?? '').trim()));
}

async function expectCodec(page: Page, window: ParleyWindow, codec: string): Promise<void> {
  await window
    .stage()
    .getByRole('button', { name: /connection/i })
    .click();
  const figures = page.getByLabel('Connection', { exact: true });
  await expect(figures).toContainText(new RegExp(`Codec\\s*${codec}`));
  await page.keyboard.press('Escape');
}

async function hangUp(page: Page, window: ParleyWindow): Promise<void> {
  await page.keyboard.press('F9');
  await expect(window.controls).toBeHidden();
}

const codecList = (audio: Locator): Locator => audio.getByRole('list', { name: 'Order of preference: Audio codecs' });

test(
  'codecs are put in order and switched off by keyboard, and the next call has the first of them',
  { tag: '@kamailio' },
  async ({ lab, startCaller, bob }) => {
    const { page, window } = await startCaller({
      transport: 'tls',
      settings: { 'log.sipTrace': true, 'calls.g729Library': '/nowhere/libbcg729.so' },
    });
    const audio = await window.goToSettings('Audio');
    const rows = codecList(audio).getByRole('listitem');
    await expect(rows.first()).toContainText('Opus');
    const up = audio.getByRole('button', { name: 'Prefer G.711 A-law (PCMA)', exact: true });
    await up.focus();
    await page.keyboard.press('Enter');
    await expect(rows.nth(1)).toContainText('G.711 A-law');
    // The arrow that was pressed keeps the focus, whichever rows the page moves.
    await expect(up).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(rows.first()).toContainText('G.711 A-law');
    await expect(up).toBeFocused();
    const down = audio.getByRole('button', { name: 'Prefer Opus less' });
    await down.focus();
    await page.keyboard.press('Space');
    await expect(rows.nth(2)).toContainText('Opus');
    await expect(down).toBeFocused();
    const opus = codecList(audio).getByRole('switch', { name: 'Opus' });
    await opus.focus();
    await page.keyboard.press('Space');
    await expect(opus).not.toBeChecked();
    await expect(rows.filter({ hasText: 'G.729' })).toContainText('its library (bcg729) is not installed');
    // Nobody makes libraries of these that Parley could use.
    for (const name of ['iLBC', 'iSAC', 'G.729']) {
      await expect(rows.filter({ hasText: name })).toContainText('Not available here');
      await expect(codecList(audio).getByRole('switch', { name })).toHaveAttribute('aria-disabled', 'true');
    }

    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await expectCodec(page, window, 'PCMA');
    await hangUp(page, window);
    const [offer] = await sentFormats(window);
    expect(offer).toMatch(/^8 9 0 /);
    for (const absent of ['111', '18']) expect(offer?.split(' ')).not.toContain(absent);

    // Called, the answer has our first choice of what the phone offers, which begins with opus.
    await bob.dial(lab.account('alice').number);
    await window.ringing.getByRole('button', { name: 'Answer' }).click();
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await hangUp(page, window);
    expect((await sentFormats(window)).at(-1)).toMatch(/^8 \d+$/);
  },
);

test('over WebSocket the same order holds', { tag: ['@kamailio', '@rtpengine'] }, async ({ lab, startCaller, bob }) => {
  const { page, window } = await startCaller({
    transport: 'wss',
    settings: { 'log.sipTrace': true, 'calls.audioCodecs': ['telephone-event', 'PCMA', 'G722'] },
  });
  await window.dial(lab.account('bob').extension);
  await expect(window.timer).toBeVisible();
  await expectSoundBothWays(page, bob, tones);
  await expectCodec(page, window, 'PCMA');
  await hangUp(page, window);
  expect((await sentFormats(window))[0]).toMatch(/^8 9 (?:126|110)/);

  // Called: the phone's offer has codecs before ours, and the answer has our first choice of them.
  await bob.dial(lab.account('alice').number);
  await window.ringing.getByRole('button', { name: 'Answer' }).click();
  await expect(window.timer).toBeVisible();
  await expectSoundBothWays(page, bob, tones);
  await hangUp(page, window);
});

test(
  'an administrator fixes the codecs: the list says so, and calls keep to it',
  { tag: '@kamailio' },
  async ({ lab, startCaller, bob, scratch }) => {
    test.skip(process.getuid?.() !== 0, 'only root can write a policy file that is honoured');
    const policyFile = join(scratch, 'policy.json');
    const lock = { 'calls.audioCodecs': ['PCMU', 'telephone-event'] };
    writeFileSync(policyFile, JSON.stringify({ version: 1, lock }), { mode: 0o644 });
    const { page, window } = await startCaller({ policyFile, settings: { 'log.sipTrace': true } });
    const audio = await window.goToSettings('Audio');
    await expect(audio.locator('.srow', { hasText: 'Audio codecs' }).first()).toContainText('Set by your organization');
    await expect(codecList(audio).getByRole('button')).toHaveCount(0);
    const mine = codecList(audio).getByRole('switch', { name: 'Opus' });
    await mine.focus();
    await page.keyboard.press('Space');
    await expect(mine).not.toBeChecked();
    await window.dial(lab.account('bob').extension);
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, bob, tones);
    await expectCodec(page, window, 'PCMU');
    await hangUp(page, window);
    expect((await sentFormats(window))[0]).toBe('0 101');
  },
);

/** A phone of ours that answers as dave, with one codec and a tone. */
async function startDave(lab: Lab, codec: PhoneCodec): Promise<ScriptedPhone> {
  const phone = await ScriptedPhone.start('dave', myHz, { codec, playsHz: farHz });
  const added = await lab.kamailio.rpc('ul.add', ['location', 'dave', phone.contact, 3_600, 1, '0', 0, 0, 0]);
  if (added.error !== undefined) throw new Error(`kamailio refuses ${phone.contact}: ${added.error.message}`);
  return phone;
}

test(
  'G.729 by the library of this computer: sound both ways, and the window says which codec it is',
  { tag: ['@kamailio', '@linphone'] },
  async ({ lab, startCaller, frank }) => {
    const codec = g729Codec();
    if (typeof codec === 'string') {
      test.skip(true, codec);
      return;
    }
    const dave = await startDave(lab.owned(), codec);
    const { page, window } = await startCaller({
      settings: { 'log.sipTrace': true, 'calls.audioCodecs': ['G729', 'PCMA', 'telephone-event'] },
    });
    const audio = await window.goToSettings('Audio');
    const row = codecList(audio).getByRole('listitem').filter({ hasText: 'G.729' });
    await expect(row.getByRole('switch')).toBeChecked();
    await expect(row).not.toContainText('Not available here');
    await window.dial(lab.account('dave').extension);
    await expect(window.timer).toBeVisible();
    await expect.poll(() => windowHears(page, tones)).toBe(true);
    await expect.poll(() => dave.firstToneMs).toBeDefined();
    await expectCodec(page, window, 'G729');
    await hangUp(page, window);
    expect((await sentFormats(window))[0]).toBe('18 8 101');
    dave.stop();
    await lab.owned().kamailio.unregister('dave');

    await frank.use({ hz: farHz, codecs: ['G729/8000'] });
    frank.dial(lab.account('alice').number);
    await window.ringing.getByRole('button', { name: 'Answer' }).click();
    await expect(window.timer).toBeVisible();
    await expectSoundBothWays(page, frank, tones);
    await expectCodec(page, window, 'G729');
    await hangUp(page, window);
  },
);

test(
  'comfort noise, once it is switched on: a pause of theirs is noise and no fault, and ours are sent as they are',
  { tag: '@kamailio' },
  async ({ lab, startCaller }) => {
    const dave = await startDave(lab.owned(), muLawWithNoise);
    const { page, window } = await startCaller({
      settings: { 'log.sipTrace': true, 'calls.audioCodecs': ['PCMU', 'PCMA', 'telephone-event', 'CN'] },
    });
    await window.dial(lab.account('dave').extension);
    await expect(window.timer).toBeVisible();
    await expect.poll(() => windowHears(page, tones)).toBe(true);
    // Loud for a noise, so that it cannot be taken for the silence of a drop-out: 20 dB below the loudest.
    dave.pause(20);
    await expect.poll(() => windowHears(page, tones)).toBe(false);
    const noise = await listenInWindow(page, [1_500, 2_500]);
    expect(noise.of(1_500)).toBeGreaterThan(noiseEnergy);
    expect(noise.of(2_500)).toBeGreaterThan(noiseEnergy);
    dave.resume();
    await expect.poll(() => windowHears(page, tones)).toBe(true);
    await expect(window.stage()).not.toContainText('No sound from them');
    expect(dave.firstToneMs).toBeDefined();
    // Chromium takes a steady tone for background; it is sent nevertheless.
    expect(dave.receivedOf(13)).toBe(0);
    await hangUp(page, window);
    expect((await sentFormats(window))[0]).toBe('0 8 101 13');
    dave.stop();
    await lab.owned().kamailio.unregister('dave');
  },
);
