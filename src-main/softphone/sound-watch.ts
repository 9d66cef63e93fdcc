import type { Clock } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import type { DeviceCallEvent } from '../calls/call-device.ts';
import type { Logger } from '../core/log.ts';
import type { NegotiatedAudio } from '../media-gateway/media.ts';
import type { CallMedia } from './call-media.ts';
import { noSoundFromThemWords } from './media-words.ts';
import { QualityMonitor } from './quality-monitor.ts';

export interface SoundWatchOptions {
  readonly clock: Clock;
  readonly media: CallMedia;
  /** What was agreed on, once it was. */
  readonly audio: () => NegotiatedAudio | undefined;
  /** By either side. */
  readonly isHeld: () => boolean;
  readonly tell: (event: DeviceCallEvent) => void;
}

/** The quality of one call as events of its device; to be started when it is connected. */
export function watchSound({ clock, media, audio, isHeld, tell }: SoundWatchOptions): QualityMonitor {
  return new QualityMonitor({
    clock,
    stats: () => media.session.stats(),
    codec: () => audio()?.codec,
    expectsSound: () => {
      const agreed = audio();
      return agreed !== undefined && hearsThem(agreed) && !isHeld();
    },
    measured: (quality) => {
      tell({ type: 'quality', quality });
    },
    silence: (isSilent) => {
      tell(isSilent ? { type: 'notice', notice: t(noSoundFromThemWords) } : { type: 'notice' });
    },
  });
}

/**
 * What went each way in a call that ends, for whoever asks later why nobody was heard. To be called before its media are
 * closed.
 */
export function logSound(log: Logger, callId: string, session: CallMedia['session']): void {
  session.stats().then(
    ({ kinds, rendererLeg }) => {
      for (const { kind, fromPeer, fromRenderer, dropped, remote } of kinds)
        log.info('what went through a call', {
          ...{ callId, kind, fromThem: fromPeer.packets, lost: fromPeer.lost, fromWindow: fromRenderer.packets },
          ...{ window: rendererLeg, dropped, remote },
        });
    },
    // The media process or the window is gone, and what it counted with it.
    () => undefined,
  );
}

/** RFC 3264 section 8.4: the far end sends to us. */
function hearsThem(audio: NegotiatedAudio): boolean {
  return audio.direction === 'sendrecv' || audio.direction === 'recvonly';
}
