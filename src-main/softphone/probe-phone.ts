import type { Clock } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import type { PhoneConfig, ProbeResult, TrustConfig } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import type { Logger } from '../core/log.ts';
import type { NameService } from '../core/name-service.ts';
import { isSameName } from '../core/server-list.ts';
import type { Random, ServerAddress } from '../core/server-list.ts';
import { wireFailure } from './connect-failures.ts';
import { findServers } from './find-servers.ts';
import { SipUserAgent } from './user-agent.ts';
import type { Wire } from './wire.ts';

export interface ProbePhoneDeps {
  readonly trust: TrustConfig;
  readonly product: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly names?: NameService;
  readonly makeWire?: (server: ServerAddress, beside?: 'tcp') => Wire;
}

/**
 * Registers once with this password and takes the registration off again. The servers are tried in order until one
 * accepts or refuses; the password is sent to one server at most when it is refused.
 */
export async function probePhone(config: PhoneConfig, password: string, deps: ProbePhoneDeps): Promise<ProbeResult> {
  let failure = new ConnectFailure('later', t('No phone server is known.'));
  try {
    const servers = await findServers(config, deps.names, deps.random, deps.clock);
    const first = servers.filter((server, at) => servers.findIndex((one) => isSameName(one, server)) === at);
    for (const server of first) {
      const others = servers.filter((one) => one !== server && isSameName(one, server));
      const agent = new SipUserAgent({
        ...deps,
        config,
        password,
        sessionDescriptionHandlerFactory: () => {
          throw new Error('A probe takes no calls');
        },
        onInvite: (invitation) => {
          void invitation.reject({ statusCode: 480 });
        },
        onStatus: () => undefined,
      });
      try {
        await agent.tryOnce(server, others);
        return { outcome: 'ok', message: t('The phone server accepts you.') };
      } catch (error) {
        failure = wireFailure(error);
        if (failure.advice === 'never') break;
      }
    }
  } catch (error) {
    failure = wireFailure(error);
  }
  return {
    outcome: failure.credentialRefused ? 'denied' : failure.advice === 'never' ? 'never' : 'later',
    message: failure.message,
    ...(failure.detail === undefined ? {} : { detail: failure.detail }),
  };
}
