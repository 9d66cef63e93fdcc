import type { Call } from '../../src-shared/model/call.ts';
import type { AudioSettings } from './audio-settings.ts';
import { TonePlayer, ringbackTone, ringTone } from './tones.ts';

export type Ringing = 'ring' | 'ringback' | 'silence';

/**
 * What is to be heard. Only the holder of the lease sounds. A ring goes before a ringback; in a call that is
 * connected or being answered there is neither, as the second caller shows on screen. The far end's own sound
 * (early media, RFC 3960 section 3.2) takes the place of our ringback.
 */
export function wantedRinging(
  calls: readonly Call[],
  held: boolean,
  silenced: ReadonlySet<string>,
  heard: (callId: string) => boolean,
): Ringing {
  if (!held) return 'silence';
  if (calls.some((call) => call.state === 'connected' || call.state === 'connecting')) return 'silence';
  const ringing = calls.filter((call) => call.state === 'ringing');
  if (ringing.some((call) => call.direction === 'in' && !silenced.has(call.id))) return 'ring';
  return ringing.some((call) => call.direction === 'out' && !heard(call.id)) ? 'ringback' : 'silence';
}

/** Rings for incoming calls on every chosen output and plays the ringback of outgoing ones on the speaker. */
export class Ringer {
  /** One for each output that rings, by device id. */
  readonly #rings = new Map<string, TonePlayer>();
  readonly #ringback = new TonePlayer();
  #sounding: Ringing = 'silence';

  get sounding(): Ringing {
    return this.#sounding;
  }

  choose(settings: AudioSettings): void {
    const wanted = settings.ringers.length === 0 ? [''] : settings.ringers;
    for (const [deviceId, player] of this.#rings) {
      if (wanted.includes(deviceId)) continue;
      player.stop();
      this.#rings.delete(deviceId);
    }
    for (const deviceId of wanted) {
      const player = this.#rings.get(deviceId) ?? new TonePlayer();
      this.#rings.set(deviceId, player);
      player.choose(deviceId, settings.ringVolumePercent / 100);
      if (this.#sounding === 'ring') player.play(ringTone);
    }
    this.#ringback.choose(settings.speaker, 1);
  }

  set(wanted: Ringing): void {
    if (wanted === this.#sounding) return;
    this.#sounding = wanted;
    for (const player of this.#rings.values()) {
      if (wanted === 'ring') player.play(ringTone);
      else player.stop();
    }
    if (wanted !== 'ringback') this.#ringback.stop();
    if (wanted === 'ringback') this.#ringback.play(ringbackTone);
  }
}
