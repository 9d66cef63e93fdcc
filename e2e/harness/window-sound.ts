import type { Page } from '@playwright/test';

/**
 * Hears what a window plays: every media element that is given a stream is remembered, and every sound that the
 * window makes by itself (rings) is tapped on its way to the speaker. Connections are remembered too, for
 * {@link describeSending}. Call before the window's own scripts run.
 */
export async function rememberPlayedStreams(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const played = new Set<HTMLMediaElement>();
    Object.defineProperty(window, 'playedElements', { value: played });
    /** Runs `before` with the object and the first argument of each call, then the method as it was. */
    const watch = (
      owner: object,
      name: string,
      part: 'value' | 'set',
      before: (self: unknown, argument: unknown) => void,
    ): void => {
      const descriptor = Object.getOwnPropertyDescriptor(owner, name);
      const original: unknown = descriptor === undefined ? undefined : Reflect.get(descriptor, part);
      if (typeof original !== 'function') throw new Error(`there is no ${name}`);
      const watched = function (this: unknown, ...rest: unknown[]): unknown {
        before(this, rest[0]);
        return Reflect.apply(original, this, rest) as unknown;
      };
      Object.defineProperty(owner, name, { ...descriptor, [part]: watched });
    };
    watch(HTMLMediaElement.prototype, 'play', 'value', (self) => {
      if (self instanceof HTMLMediaElement) played.add(self);
    });
    watch(HTMLMediaElement.prototype, 'srcObject', 'set', (self, stream) => {
      if (self instanceof HTMLMediaElement && stream !== null) played.add(self);
    });
    const connections = new Set<RTCPeerConnection>();
    Object.defineProperty(window, 'connections', { value: connections });
    watch(RTCPeerConnection.prototype, 'setLocalDescription', 'value', (self) => {
      if (self instanceof RTCPeerConnection) connections.add(self);
    });
    const taps = new Map<BaseAudioContext, AnalyserNode>();
    Object.defineProperty(window, 'toneTaps', { value: taps });
    watch(AudioNode.prototype, 'connect', 'value', (self, target) => {
      if (!(self instanceof AudioNode) || target !== self.context.destination) return;
      let tap = taps.get(self.context);
      if (tap === undefined) {
        tap = self.context.createAnalyser();
        tap.fftSize = 8192;
        tap.smoothingTimeConstant = 0;
        taps.set(self.context, tap);
      }
      self.connect(tap);
    });
  });
}

/** How loud a frequency is now in the sounds that the window makes by itself (rings), in dB; -Infinity: no sound. */
export async function ownToneDb(page: Page, hz: number): Promise<number> {
  return page.evaluate((wanted) => {
    const taps = (window as unknown as { readonly toneTaps: Map<BaseAudioContext, AnalyserNode> }).toneTaps;
    let loudest = -Infinity;
    for (const [context, tap] of taps) {
      // At rest it sounds no more, though the tap keeps what came last.
      if (context.state !== 'running') continue;
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

/** What each living connection of the window sends, for a failure: its microphone, its packets and their codec. */
export async function describeSending(page: Page): Promise<string> {
  const told = await page.evaluate(async () => {
    const { connections } = window as unknown as { readonly connections: Set<RTCPeerConnection> };
    const living = [...connections].filter((connection) => connection.connectionState !== 'closed');
    return await Promise.all(
      living.map(async (connection) => {
        const tracks = connection
          .getSenders()
          .map(({ track }) =>
            track === null ? 'nothing' : `${track.label} ${track.readyState}${track.enabled ? '' : ' muted'}`,
          );
        const figures: string[] = [];
        // RTCStatsReport has a type for each kind of report, and none of them is in TypeScript's library.
        (await connection.getStats()).forEach((report: Readonly<Record<string, unknown>>) => {
          if (report['type'] === 'media-source')
            figures.push(`level ${String(report['audioLevel'])}, energy ${String(report['totalAudioEnergy'])}`);
          if (report['type'] === 'outbound-rtp')
            figures.push(`${String(report['packetsSent'])} packets by ${String(report['codecId'])}`);
        });
        return `${connection.connectionState} sends ${tracks.join()}: ${figures.join(', ')}`;
      }),
    );
  });
  return told.length === 0 ? 'it has no connection' : told.join('; ');
}

/** Strength of frequencies in what a window plays. */
export interface HeardInWindow {
  /** Mean energy at this frequency, above silence 0. */
  of(hz: number): number;
}

/** Listens for about half a second to everything the window plays now. */
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
    const looks = 4;
    for (let look = 0; look < looks; look += 1) {
      // As long as one look lasts (8192 samples of 48 kHz are 171 ms), but for what no clock can promise.
      await new Promise((resolve) => setTimeout(resolve, 150));
      analyser.getFloatFrequencyData(bins);
      frequencies.forEach((hz, index) => {
        const bin = Math.round((hz / context.sampleRate) * analyser.fftSize);
        const loudest = Math.max(...bins.subarray(bin - 2, bin + 3));
        sums[index] = (sums[index] ?? 0) + 10 ** (loudest / 10);
      });
    }
    await context.close();
    return sums.map((sum) => sum / looks);
  }, frequenciesHz);
  return { of: (hz) => strengths[frequenciesHz.indexOf(hz)] ?? 0 };
}
