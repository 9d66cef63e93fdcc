import type { Page } from '@playwright/test';

/**
 * Hears what a window plays: every media element that is given a stream is remembered. Call before the window's
 * own scripts run.
 */
export async function rememberPlayedStreams(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const played = new Set<HTMLMediaElement>();
    Object.defineProperty(window, 'playedElements', { value: played });
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function (this: HTMLMediaElement): Promise<void> {
      played.add(this);
      return play.call(this);
    };
    const autoplay = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
    if (autoplay?.set === undefined || autoplay.get === undefined) return;
    const { get, set } = autoplay;
    Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
      configurable: true,
      get,
      set(this: HTMLMediaElement, stream: MediaProvider | null) {
        if (stream !== null) played.add(this);
        set.call(this, stream);
      },
    });
  });
}

/** Strength of frequencies in what a window plays. */
export interface HeardInWindow {
  /** Energy at this frequency, above silence 0; only to be compared with another frequency of the same listening. */
  of(hz: number): number;
}

/** Listens for about a second to everything the window plays now. */
export async function listenInWindow(page: Page, frequenciesHz: readonly number[]): Promise<HeardInWindow> {
  const strengths = await page.evaluate(async (frequencies) => {
    const context = new AudioContext();
    await context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    const played = (window as unknown as { readonly playedElements: Set<HTMLMediaElement> }).playedElements;
    for (const element of played) {
      const stream = element.srcObject;
      if (element.paused || element.muted || !(stream instanceof MediaStream) || stream.getAudioTracks().length === 0)
        continue;
      context.createMediaStreamSource(stream).connect(analyser);
    }
    const bins = new Float32Array(analyser.frequencyBinCount);
    const sums = frequencies.map(() => 0);
    for (let round = 0; round < 10; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      analyser.getFloatFrequencyData(bins);
      frequencies.forEach((hz, index) => {
        const bin = Math.round((hz / context.sampleRate) * analyser.fftSize);
        const loudest = Math.max(...bins.subarray(bin - 2, bin + 3));
        sums[index] = (sums[index] ?? 0) + 10 ** (loudest / 10);
      });
    }
    await context.close();
    return sums;
  }, frequenciesHz);
  return { of: (hz) => strengths[frequenciesHz.indexOf(hz)] ?? 0 };
}
