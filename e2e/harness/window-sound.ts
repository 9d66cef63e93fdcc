import type { Page } from '@playwright/test';

/**
 * Hears what a window plays: every media element that is given a stream is remembered, and every sound that the
 * window makes by itself (rings) is tapped on its way to the speaker. Call before the window's own scripts run.
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
    const taps = new Map<BaseAudioContext, AnalyserNode>();
    Object.defineProperty(window, 'toneTaps', { value: taps });
    // Typed by hand: the overloads of connect are more than an override needs.
    const connect: (this: AudioNode, target: AudioNode, output?: number, input?: number) => AudioNode =
      AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (this: AudioNode, target: AudioNode, ...rest: number[]) {
      if (target === this.context.destination) {
        let tap = taps.get(this.context);
        if (tap === undefined) {
          tap = this.context.createAnalyser();
          tap.fftSize = 8192;
          tap.smoothingTimeConstant = 0;
          taps.set(this.context, tap);
        }
        connect.call(this, tap);
      }
      return connect.call(this, target, ...rest);
    } as typeof AudioNode.prototype.connect;
  });
}

/** How loud a frequency is now in the sounds that the window makes by itself (rings), in dB; -Infinity: no sound. */
export async function ownToneDb(page: Page, hz: number): Promise<number> {
  return page.evaluate((wanted) => {
    const taps = (window as unknown as { readonly toneTaps: Map<BaseAudioContext, AnalyserNode> }).toneTaps;
    let loudest = -Infinity;
    for (const [context, tap] of taps) {
      const bins = new Float32Array(tap.frequencyBinCount);
      tap.getFloatFrequencyData(bins);
      const bin = Math.round((wanted / context.sampleRate) * tap.fftSize);
      loudest = Math.max(loudest, ...bins.subarray(bin - 2, bin + 3));
    }
    return loudest;
  }, hz);
}

/** Whether the window has ever begun to make a sound by itself. */
export async function hasEverSounded(page: Page): Promise<boolean> {
  return page.evaluate(
    () => (window as unknown as { readonly toneTaps: Map<BaseAudioContext, AnalyserNode> }).toneTaps.size > 0,
  );
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
