import type { Call } from '../../src-shared/model/call.ts';
import { TonePlayer, announceTone, ringbackTone, ringTone, waitingTone } from './tones.ts';
import type { Tone } from './tones.ts';

export type Ringing = 'ring' | 'announce' | 'waiting' | 'ringback' | 'silence';

/**
 * What is to be heard. Only the holder of the lease sounds. A call that answers itself is announced before everything
 * else, as the microphone opens next. A ring goes before a ringback; into a conversation
 * comes a soft tone of its own instead of the ring, once the conversation is there. The far end's own sound (early
 * media, RFC 3960 section 3.2) takes the place of our ringback.
 */
export function wantedRinging(calls: readonly Call[], held: boolean, heard: (callId: string) => boolean): Ringing {
  if (!held) return 'silence';
  const ringing = calls.filter((call) => call.state === 'ringing');
  if (ringing.some((call) => call.autoAnswered === true)) return 'announce';
  const ringsHere = ringing.some((call) => call.direction === 'in' && !call.silenced);
  if (calls.some((call) => call.state === 'connecting')) return 'silence';
  if (calls.some((call) => call.state === 'connected')) return ringsHere ? 'waiting' : 'silence';
  if (ringsHere) return 'ring';
  return ringing.some((call) => call.direction === 'out' && !heard(call.id)) ? 'ringback' : 'silence';
}

/** Where the ringer sounds, by the browser's device ids; empty: the system's default. */
export interface RingerDevices {
  /** All of them ring. */
  readonly ringers: readonly string[];
  readonly speaker: string;
  readonly ringVolumePercent: number;
}

/** Rings for incoming calls on every chosen output; what belongs to a conversation sounds on the speaker. */
export class Ringer {
  /** One for each output that rings, by device id. */
  readonly #rings = new Map<string, TonePlayer>();
  readonly #inEar = new TonePlayer();
  #sounding: Ringing = 'silence';

  get sounding(): Ringing {
    return this.#sounding;
  }

  /** Takes effect at once, also while it rings: an output that was plugged in rings along. */
  choose(devices: RingerDevices): void {
    const wanted = devices.ringers.length === 0 ? [''] : devices.ringers;
    for (const [deviceId, player] of this.#rings) {
      if (wanted.includes(deviceId)) continue;
      player.stop();
      this.#rings.delete(deviceId);
    }
    for (const deviceId of wanted) {
      const player = this.#rings.get(deviceId) ?? new TonePlayer();
      this.#rings.set(deviceId, player);
      player.choose(deviceId, devices.ringVolumePercent / 100);
      const tone = onRingers(this.#sounding);
      if (tone !== undefined) player.play(tone);
    }
    this.#inEar.choose(devices.speaker, 1);
  }

  set(wanted: Ringing): void {
    if (wanted === this.#sounding) return;
    this.#sounding = wanted;
    const tone = onRingers(wanted);
    for (const player of this.#rings.values()) {
      if (tone === undefined) player.stop();
      else player.play(tone);
    }
    switch (wanted) {
      case 'ringback':
        this.#inEar.play(ringbackTone);
        break;
      case 'waiting':
        this.#inEar.play(waitingTone);
        break;
      case 'ring':
      case 'announce':
      case 'silence':
        this.#inEar.stop();
    }
  }
}

/** What is for everybody near the computer to hear. */
function onRingers(wanted: Ringing): Tone | undefined {
  if (wanted === 'announce') return announceTone;
  return wanted === 'ring' ? ringTone : undefined;
}
