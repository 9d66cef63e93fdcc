import type { OptionalCodec } from '../../src-shared/model/audio-codecs.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { SettingsReader } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import type { Service } from '../core/service.ts';
import type { MediaGateway } from './gateway-client.ts';

export interface CodecLibrariesOptions {
  readonly gateway: Pick<MediaGateway, 'onRunning' | 'findCodecs'>;
  readonly settings: Pick<SettingsReader, 'get' | 'onChange'>;
  readonly hub: Pick<TopicHub, 'publish'>;
  readonly log: Logger;
}

/**
 * Which codecs this computer has beside those of Parley: asked of each gateway process when it runs, and again when
 * the setting changes; told to the windows. To be started before the gateway.
 */
export class CodecLibraries implements Service {
  readonly name = 'codecLibraries';
  readonly #options: CodecLibrariesOptions;
  readonly #undo: (() => void)[] = [];

  constructor(options: CodecLibrariesOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    const { gateway, settings } = this.#options;
    this.#tell(nothingFound);
    const find = (): void => {
      void this.#find();
    };
    this.#undo.push(gateway.onRunning(find), settings.onChange(['calls.g729Library'], find));
    return Promise.resolve();
  }

  stop(): Promise<void> {
    for (const undo of this.#undo.splice(0)) undo();
    return Promise.resolve();
  }

  async #find(): Promise<void> {
    const { gateway, settings, log } = this.#options;
    try {
      const codecs = await gateway.findCodecs(settings.get('calls.g729Library'));
      log.info('looked for libraries of codecs', { codecs });
      this.#tell(codecs);
    } catch (error) {
      // The process went meanwhile; the next one is asked when it runs.
      log.info('the libraries of codecs are not known yet', { error });
    }
  }

  #tell(optional: readonly OptionalCodec[]): void {
    this.#options.hub.publish('codecs', { optional });
  }
}

const nothingFound: readonly OptionalCodec[] = [{ name: 'G729', available: false, library: '' }];
