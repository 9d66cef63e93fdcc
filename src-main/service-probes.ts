import { AppError } from '../src-shared/errors.ts';
import { t } from '../src-shared/words.ts';
import type { ProbeResult } from './account/account-config.ts';
import type { Probes } from './account/password-check.ts';
import { systemClock } from './core/clock.ts';
import type { Logger } from './core/log.ts';
import type { NameService } from './core/name-service.ts';
import { probeDirectory } from './directory/probe-directory.ts';
import { probeChat } from './im/probe-chat.ts';
import { TcpTransport } from './im/transport.ts';
import { probePhone } from './softphone/probe-phone.ts';
import { probeVoicemail } from './voicemail/probe-voicemail.ts';

export interface ServiceProbesOptions {
  readonly log: Logger;
  /** For User-Agent headers. */
  readonly product: string;
  /** The name service that the settings give now. */
  readonly names: () => NameService;
  /** ISO 3166 region of numbers without a country code. */
  readonly region: () => string | undefined;
}

/** One attempt on each kind of server, for signing in and for "Test connection". */
export function serviceProbes({ log, product, names, region }: ServiceProbesOptions): Probes {
  const common = { clock: systemClock, random: Math.random, log };
  return {
    chat: ({ chat, trust }, password) =>
      chat === undefined
        ? off()
        : probeChat(chat, password, {
            ...common,
            transport: new TcpTransport(trust),
            resolve: (name) => names().srv(name),
          }),
    phone: ({ phone, trust }, password) =>
      phone === undefined ? off() : probePhone(phone, password, { ...common, trust, product, names: names() }),
    directory: ({ directory, address, trust }, password) =>
      directory === undefined ? off() : probeDirectory(directory, address, password, { ...common, trust, region }),
    voicemail: ({ voicemail, trust }, password) =>
      voicemail === undefined ? off() : probeVoicemail(voicemail, password, { ...common, trust }),
  };
}

function off(): Promise<ProbeResult> {
  return Promise.reject(new AppError('unsupported', t('That service is switched off.')));
}
