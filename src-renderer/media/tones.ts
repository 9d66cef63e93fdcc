import type {} from './webrtc-extensions.ts';

/** A stretch of a tone: which frequencies sound together, when, and for how long. */
export interface Note {
  readonly frequenciesHz: readonly number[];
  readonly atMs: number;
  readonly forMs: number;
}

/** A pattern that repeats until it is stopped. */
export interface Tone {
  readonly notes: readonly Note[];
  readonly periodMs: number;
  /** 0 to 1, before the person's own volume. */
  readonly level: number;
}

/** Parley's ring: a rising figure, twice, then quiet. Generated, so that no recording of anybody is needed. */
export const ringTone: Tone = {
  notes: [0, 700].flatMap((start) => [
    { frequenciesHz: [523.25, 1046.5], atMs: start, forMs: 160 },
    { frequenciesHz: [659.25, 1318.5], atMs: start + 150, forMs: 160 },
    { frequenciesHz: [783.99, 1567.98], atMs: start + 300, forMs: 320 },
  ]),
  periodMs: 3_200,
  level: 0.5,
};

/** What a caller hears while the far end rings: 425 Hz, one second in five (ITU-T E.180, ETSI TR 101 041). */
export const ringbackTone: Tone = {
  notes: [{ frequenciesHz: [425], atMs: 0, forMs: 1_000 }],
  periodMs: 5_000,
  level: 0.15,
};

/** Somebody calls during a call: two short soft notes in the ear that listens (call waiting tone, ITU-T E.180). */
export const waitingTone: Tone = {
  notes: [
    { frequenciesHz: [440], atMs: 0, forMs: 180 },
    { frequenciesHz: [440], atMs: 320, forMs: 180 },
  ],
  periodMs: 6_000,
  level: 0.08,
};

/**
 * This computer is about to answer by itself: three quick notes before the microphone opens, as long as
 * src-shared/limits.ts `autoAnswerNoticeMs`.
 */
export const announceTone: Tone = {
  notes: [0, 240, 480].map((atMs) => ({ frequenciesHz: [1_000], atMs, forMs: 180 })),
  periodMs: 2_000,
  level: 0.4,
};

/** Milliseconds over which a note comes and goes, so that it does not click. */
const fadeMs = 12;

/** Plays one tone at a time on a device of its own. */
export class TonePlayer {
  #context: AudioContext | undefined;
  #gain: GainNode | undefined;
  #playing: Tone | undefined;
  #timer: number | undefined;
  #deviceId = '';
  #volume = 1;

  /** `volume` 0 to 1; `deviceId` empty for the system's default. Both take effect at once. */
  choose(deviceId: string, volume: number): void {
    this.#volume = volume;
    if (this.#gain !== undefined && this.#playing !== undefined)
      this.#gain.gain.value = this.#playing.level * this.#volume;
    if (deviceId === this.#deviceId) return;
    this.#deviceId = deviceId;
    if (this.#context !== undefined) this.#route(this.#context);
  }

  play(tone: Tone): void {
    if (this.#playing === tone) return;
    this.stop();
    this.#playing = tone;
    this.#context ??= this.#createContext();
    // A page that nobody has touched yet may be held back; Chromium then resumes at the first touch.
    this.#context.resume().catch(() => undefined);
    this.#period(this.#context, tone);
  }

  /** Silence at once, in the middle of a note. */
  stop(): void {
    if (this.#timer !== undefined) window.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#playing = undefined;
    this.#gain?.disconnect();
    this.#gain = undefined;
    // An open device costs power even in silence.
    this.#context?.suspend().catch(() => undefined);
  }

  #createContext(): AudioContext {
    const context = new AudioContext();
    this.#route(context);
    return context;
  }

  #route(context: AudioContext): void {
    // A device that is gone: the system's default rings.
    context.setSinkId?.(this.#deviceId).catch(() => undefined);
  }

  #period(context: AudioContext, tone: Tone): void {
    this.#gain?.disconnect();
    const gain = context.createGain();
    gain.gain.value = tone.level * this.#volume;
    gain.connect(context.destination);
    this.#gain = gain;
    for (const note of tone.notes) scheduleNote(context, gain, note);
    this.#timer = window.setTimeout(() => {
      if (this.#playing === tone) this.#period(context, tone);
    }, tone.periodMs);
  }
}

function scheduleNote(context: AudioContext, output: AudioNode, note: Note): void {
  const start = context.currentTime + note.atMs / 1_000;
  const end = start + note.forMs / 1_000;
  const fade = fadeMs / 1_000;
  const envelope = context.createGain();
  const level = 1 / note.frequenciesHz.length;
  envelope.gain.setValueAtTime(0, start);
  envelope.gain.linearRampToValueAtTime(level, start + fade);
  envelope.gain.setValueAtTime(level, end - fade);
  envelope.gain.linearRampToValueAtTime(0, end);
  envelope.connect(output);
  for (const frequencyHz of note.frequenciesHz) {
    const oscillator = context.createOscillator();
    oscillator.frequency.value = frequencyHz;
    oscillator.connect(envelope);
    oscillator.start(start);
    oscillator.stop(end);
  }
}
