import type { MediaKind } from './media.ts';
import type { SdpCodec } from './sdp.ts';
import type { RendererLeg } from './webrtc-leg.ts';

/** The renderer as the wire shows it: what it was sent, and what it sends. */
export class FakeRenderer implements RendererLeg {
  state: RendererLeg['state'] = 'connected';
  codecs: RendererLeg['codecs'];
  readonly got: { readonly kind: MediaKind; readonly packet: Buffer }[] = [];
  isClosed = false;
  onPacket: RendererLeg['onPacket'] = () => undefined;
  onState: RendererLeg['onState'] = () => undefined;

  constructor(audio: readonly SdpCodec[], video: readonly SdpCodec[] = []) {
    this.codecs = { audio, video };
  }

  send(kind: MediaKind, packet: Buffer): boolean {
    if (this.isClosed) return false;
    this.got.push({ kind, packet: Buffer.from(packet) });
    return true;
  }

  close(): void {
    this.isClosed = true;
  }
}
