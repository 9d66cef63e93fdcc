import type { MainHandlers } from '../src-shared/contract/contract.ts';
import { AppError } from '../src-shared/errors.ts';
import { serviceNames } from '../src-shared/model/health.ts';
import type { ServiceName } from '../src-shared/model/health.ts';
import { t } from '../src-shared/words.ts';
import type { Settings } from './config/settings.ts';
import { withHome } from './core/full-path.ts';
import type { LoggerFactory } from './core/log.ts';
import type { Store } from './core/store.ts';
import type { CurrentAccount } from './current-account.ts';
import { abilitiesOf } from './desktop.ts';
import type { Host } from './host.ts';
import type { MediaGateway } from './media-gateway/gateway-client.ts';
import type { OutsideWindow } from './outside-window.ts';
import type { SipTrace } from './softphone/sip-trace.ts';
import type { Windows } from './windows.ts';

export interface ProgramCallsOptions {
  readonly host: Pick<
    Host,
    'version' | 'shell' | 'platform' | 'paths' | 'desktop' | 'openLinks' | 'chooseFolder' | 'showFile'
  >;
  readonly settings: Pick<Settings, 'get' | 'set'>;
  readonly windows: Pick<Windows, 'claim' | 'release' | 'reportCodecs'>;
  readonly gateway: Pick<MediaGateway, 'prepareRenderer' | 'retry'>;
  readonly store: Pick<Store, 'retry'>;
  readonly account: Pick<CurrentAccount, 'services'>;
  readonly outside: Pick<OutsideWindow, 'takeTarget'>;
  readonly trace: Pick<SipTrace, 'text' | 'count' | 'clear'>;
  readonly log: LoggerFactory;
  /** What the person has to know of database and settings, in words. */
  readonly notices: () => readonly string[];
  /** The text of "Copy report". */
  readonly report: () => string;
}

type ProgramHandlers = Pick<
  MainHandlers,
  | 'lease.claim'
  | 'lease.release'
  | 'media.codecs'
  | 'media.warm'
  | 'health.retry'
  | 'app.chooseFolder'
  | 'app.info'
  | 'app.dismissNotice'
  | 'app.takeTarget'
  | 'app.report'
  | 'app.logError'
  | 'trace.read'
  | 'trace.clear'
>;

/** The contract's calls that the program answers whether or not somebody is signed in. */
export function programCalls(options: ProgramCallsOptions): ProgramHandlers {
  const { host, settings, windows, gateway, store, account, outside, trace, log } = options;
  const dismissed = new Set<string>();
  const notices = (): readonly string[] => options.notices().filter((notice) => !dismissed.has(notice));
  const retry = (service: ServiceName): void => {
    switch (service) {
      case 'mediaGateway':
        gateway.retry();
        break;
      case 'store':
        store.retry();
        break;
      case 'chat':
      case 'phone':
      case 'directory':
      case 'voicemail':
      case 'archive':
        account.services?.retry(service);
    }
  };
  return {
    'lease.claim': ({ takeOver }, clientId) => windows.claim(clientId, takeOver),
    'lease.release': (_input, clientId) => {
      windows.release(clientId);
      return null;
    },
    'media.codecs': ({ codecs }, clientId) => {
      windows.reportCodecs(clientId, codecs);
      return null;
    },
    'media.warm': async ({ legId, sdp }) => {
      // Sound of an account that speaks WebRTC with its server does not pass here.
      if (account.services?.usesGateway !== true) {
        throw new AppError('unsupported', t('Calls of this account do not need a leg ahead of time.'), legId);
      }
      return { sdp: (await gateway.prepareRenderer(legId, sdp)).answerSdp };
    },
    'health.retry': ({ service }) => {
      const known = serviceNames.find((name) => name === service);
      if (known === undefined) throw new AppError('invalid', t('That service cannot be tried again by hand.'), service);
      retry(known);
      return null;
    },
    'app.chooseFolder': ({ key }) => {
      if (host.chooseFolder === undefined)
        throw new AppError('unsupported', t('Parley cannot ask for a folder here. Type its full path.'), key);
      host
        .chooseFolder(withHome(settings.get(key), host.paths.home))
        .then((folder) => {
          if (folder !== undefined) settings.set(key, folder);
        })
        .catch((error: unknown) => {
          log('settings').warn('a folder that was chosen was not set', { key, error });
        });
      return null;
    },
    'app.info': () => ({
      version: host.version,
      shell: host.shell,
      platform: host.platform,
      abilities: abilitiesOf(host),
      dataDirectory: host.paths.data,
      logDirectory: host.paths.logs,
      notices: notices(),
    }),
    'app.dismissNotice': ({ index }) => {
      const notice = notices()[index];
      if (notice !== undefined) dismissed.add(notice);
      return null;
    },
    'app.takeTarget': () => ({ target: outside.takeTarget() }),
    'app.report': () => ({ text: options.report() }),
    'app.logError': ({ component, message }) => {
      log(`window.${component}`).error(message);
      return null;
    },
    'trace.read': ({ callId }) => ({ text: trace.text(callId), messages: trace.count }),
    'trace.clear': () => {
      trace.clear();
      return null;
    },
  };
}
