import type { Clock } from '../../src-shared/clock.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { LevelMeter } from '../media/level-meter.ts';
import { MicrophoneError } from '../media/microphone.ts';
import type { WindowMedia } from '../media/window-media.ts';
import type { CallSoundFacts, SoundFacts } from './verdict.ts';

/** Milliseconds that are listened and counted: RTP comes every 20 ms, and a person says a word. */
const measureMs = 2_000;
const lookEveryMs = 50;

/** Listens to the microphone, and counts the packets of a call that is on. Never rejects for want of a microphone. */
export async function measureSound(media: WindowMedia, clock: Clock, call: Call | undefined): Promise<SoundFacts> {
  const before = call === undefined ? undefined : await media.soundFlow(call.id);
  const microphone = await listen(media, clock);
  const after = call === undefined ? undefined : await media.soundFlow(call.id);
  if (call === undefined) return microphone;
  const facts: CallSoundFacts = {
    mutedHere: call.muted,
    held: call.state === 'held',
    farHolds: call.farHolds,
    packetsOut: (after?.packetsOut ?? 0) - (before?.packetsOut ?? 0),
    packetsIn: (after?.packetsIn ?? 0) - (before?.packetsIn ?? 0),
  };
  return { ...microphone, call: facts };
}

async function listen(media: WindowMedia, clock: Clock): Promise<SoundFacts> {
  const key = {};
  let track: MediaStreamTrack;
  try {
    track = await media.takeMicrophone(key, (next) => {
      next.stop();
    });
  } catch (error) {
    media.giveBackMicrophone(key);
    if (!(error instanceof MicrophoneError)) throw error;
    await wait(clock, measureMs);
    return { problem: error.problem, mutedBySystem: false, peak: 0 };
  }
  const meter = new LevelMeter();
  try {
    meter.listen(track);
    let peak = 0;
    let isMuted = track.muted;
    for (let waitedMs = 0; waitedMs < measureMs; waitedMs += lookEveryMs) {
      await wait(clock, lookEveryMs);
      peak = Math.max(peak, meter.read());
      isMuted = track.muted;
    }
    return { mutedBySystem: isMuted, peak };
  } finally {
    meter.close();
    track.stop();
    media.giveBackMicrophone(key);
  }
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms);
  });
}
