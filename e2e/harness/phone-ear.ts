import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { BaresipPhone } from '../lab/baresip.ts';
import { readWav, toneIn, toneStrip } from '../lab/tone.ts';
import type { Sound } from '../lab/tone.ts';
import { pause } from '../lab/wait.ts';
import { describeSending, listenInWindow } from './window-sound.ts';

/** A phone of the lab that records what it hears: baresip and linphone alike. */
export interface RecordingPhone {
  /** Wav files, oldest first. */
  recordings(side: 'heard'): readonly string[];
  /** What it knows of its calls; a phone that cannot be asked has none. */
  describeCalls?(): Promise<string>;
}

/**
 * Seconds that are looked at together. baresip plays packets as they come: each one that is late or lost breaks the phase of
 * a tone, and a long piece with such breaks in it counts as another sound, at some frequencies and not at others.
 */
const pieceS = 0.05;

/** What a phone hears from one moment on, by its own recording. */
export class PhoneEar {
  readonly #phone: RecordingPhone;
  readonly #startFile: string | undefined;
  readonly #startSamples: number;

  /** Listens from now on. */
  constructor(phone: RecordingPhone) {
    this.#phone = phone;
    this.#startFile = newestRecording(phone);
    this.#startSamples = this.#startFile === undefined ? 0 : samplesOf(this.#startFile).samples.length;
  }

  /** Everything since then; nothing while the phone records nothing. */
  heard(): Sound {
    const file = newestRecording(this.#phone);
    if (file === undefined) return { samples: new Float32Array(), sampleRateHz: 48_000 };
    const sound = samplesOf(file);
    return file === this.#startFile ? { ...sound, samples: sound.samples.subarray(this.#startSamples) } : sound;
  }

  /** The newest stretch of that length, once so much and `skipS` more was recorded; undefined before. */
  latest(seconds: number, skipS: number): Sound | undefined {
    const { samples, sampleRateHz } = this.heard();
    if (samples.length < (seconds + skipS) * sampleRateHz) return undefined;
    return { samples: samples.subarray(-Math.round(seconds * sampleRateHz)), sampleRateHz };
  }

  /** How long the tone was heard since then, in milliseconds, as the strongest sound. */
  toneMs(hz: number): number {
    return toneIn(this.heard(), hz, pieceS).heardMs;
  }

  /** What was recorded since then, for a failure. */
  describe(hz: number): string {
    const file = newestRecording(this.#phone);
    if (file === undefined) return 'It recorded nothing.';
    const { samples, sampleRateHz } = this.heard();
    const recordedMs = Math.round((samples.length / sampleRateHz) * 1_000);
    const pausedMs = Math.round(Date.now() - statSync(file).mtimeMs);
    const which = file === this.#startFile ? 'which it had begun before' : 'a new one';
    return `Its recording ${basename(file)}, ${which}, has ${recordedMs} ms since then, the last of them ${pausedMs} ms ago; twentieths of a second with ${hz} Hz (t), other sound (x) or silence (.): "${toneStrip(this.heard(), hz, pieceS)}".`;
  }
}

function newestRecording(phone: RecordingPhone): string | undefined {
  return phone
    .recordings('heard')
    .map((file) => ({ file, changedMs: statSync(file).mtimeMs }))
    .sort((a, b) => a.changedMs - b.changedMs)
    .at(-1)?.file;
}

/** A recording that has just been opened has no header yet. */
function samplesOf(file: string): Sound {
  return statSync(file).size <= 44 ? { samples: new Float32Array(), sampleRateHz: 48_000 } : readWav(file);
}

export interface Tones {
  /** What the window's microphone hears. */
  readonly mine: number;
  /** What the phone plays. */
  readonly theirs: number;
}

/** Below this a window plays silence or comfort noise: the phone's tone is a thousand times as strong. */
const audibleEnergy = 1e-7;
const heardLongEnoughMs = 750;

/** True when the window plays the phone's tone now, and not its own. */
export async function windowHears(page: Page, { mine, theirs }: Tones): Promise<boolean> {
  const heard = await listenInWindow(page, [mine, theirs]);
  return heard.of(theirs) > audibleEnergy && heard.of(theirs) > 10 * heard.of(mine);
}

/**
 * The one assertion on sound: from now on each side hears the other's tone and not its own.
 * @param timeoutMs for each direction
 */
export async function expectSoundBothWays(
  page: Page,
  phone: RecordingPhone,
  tones: Tones,
  timeoutMs = 10_000,
): Promise<void> {
  const ear = new PhoneEar(phone);
  await expect
    .poll(() => windowHears(page, tones), { message: "the window plays the far end's tone", timeout: timeoutMs })
    .toBe(true);
  try {
    await expect
      .poll(() => ear.toneMs(tones.mine), {
        message: "the far end hears the window's tone",
        timeout: timeoutMs,
        intervals: [50],
      })
      .toBeGreaterThanOrEqual(heardLongEnoughMs);
  } catch (error) {
    const atOnce = await whatIsKnown(page, phone, tones);
    await pause(1_000);
    const words = [`At once: ${atOnce}`, `A second later: ${await whatIsKnown(page, phone, tones)}`];
    throw new Error(
      [error instanceof Error ? error.message : String(error), ear.describe(tones.mine), ...words].join('\n'),
      { cause: error },
    );
  }
  expect(toneIn(ear.heard(), tones.theirs).share).toBeLessThan(0.05);
}

/** On which part of its way the window's sound stays, for a failure; what cannot be asked must not take its place. */
async function whatIsKnown(page: Page, phone: RecordingPhone, tones: Tones): Promise<string> {
  const hears = await windowHears(page, tones).then((doesHear) => (doesHear ? 'hears' : 'does not hear'), String);
  const sending = await describeSending(page).catch(String);
  const calls = await phone.describeCalls?.().catch(String);
  return `the window ${hears} the far end, and ${sending}; the phone knows ${calls ?? 'nothing of its calls'}`;
}

/**
 * Packets of sound that a phone got in its current call. For a phone that has been on hold: baresip records no more
 * after that, though it hears.
 */
export async function packetsReceived(phone: BaresipPhone): Promise<number> {
  const found = /rcvd=(\d+)/.exec(await phone.command('audio_debug'));
  return Number(found?.[1] ?? 0);
}

/** How many packets come in about a second from now. */
export async function packetsInOneSecond(phone: BaresipPhone): Promise<number> {
  const before = await packetsReceived(phone);
  await pause(1_000);
  return (await packetsReceived(phone)) - before;
}
