import type { RendererCodec } from '../src-shared/contract/media.ts';
import type { RendererCall, CallInput, CallOutput } from '../src-shared/contract/contract.ts';

/**
 * The window that holds the media lease, as the softphone sees it: the one place with a microphone.
 * Implemented by windows.ts; types only here.
 */
export interface WindowMedia {
  /** Codecs the window reported; undefined until a window did. */
  codecs(): readonly RendererCodec[] | undefined;
  /** True while a window holds the lease. */
  available(): boolean;
  /** Asks the holder. Throws AppError: `media` when no window holds the lease, `timeout`, `disconnected`, or the window's own. */
  ask<Name extends RendererCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>>;
  /** A window took the lease (first claim, take-over or reclaim after a reload): legs of running calls are built anew. */
  onHolderChanged(listener: () => void): () => void;
}
