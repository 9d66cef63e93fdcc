import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { DirectoryConfig, ProbeResult, ServerAddress, TrustConfig } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { failureWords, probeOutcome } from '../core/failure-words.ts';
import type { Logger } from '../core/log.ts';
import { tlsOptionsFor } from '../core/tls-trust.ts';
import { LdapDirectory } from './ldap-directory.ts';
import { LdapSession, bindName } from './ldap-session.ts';
import { words } from './words.ts';

export interface DirectoryProbeDeps {
  readonly trust: TrustConfig;
  readonly clock: Clock;
  readonly region: () => string | undefined;
  readonly log: Logger;
}

/**
 * Tries the directory as configured: connects, signs in, asks every search base. The servers are tried in order until one
 * can be reached; a refused password is tried on no other.
 */
export async function probeDirectory(
  config: DirectoryConfig,
  address: string,
  password: string,
  deps: DirectoryProbeDeps,
): Promise<ProbeResult> {
  let last: ProbeResult = { outcome: 'never', message: t(words.notConfigured) };
  for (const server of config.servers) {
    last = await probeServer(config, address, password, server, deps);
    if (last.outcome !== 'later') return last;
  }
  return last;
}

async function probeServer(
  config: DirectoryConfig,
  address: string,
  password: string,
  server: ServerAddress,
  deps: DirectoryProbeDeps,
): Promise<ProbeResult> {
  const [user = '', domain = ''] = address.toLowerCase().split('@');
  const abort = new AbortController();
  const timer = deps.clock.setTimeout(() => {
    abort.abort();
  }, config.timeoutMs);
  try {
    const session = await LdapSession.open(server, {
      config,
      user,
      password,
      tls: tlsOptionsFor(deps.trust),
      clock: deps.clock,
      signal: abort.signal,
      lost: () => undefined,
    });
    try {
      const context = { config, domain, region: deps.region, log: deps.log, late: () => undefined };
      const message = await new LdapDirectory(session, context).test();
      return { outcome: 'ok', message: config.encryption === 'none' ? unencrypted(config, user) : message };
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof AppError) return { outcome: 'never', message: error.message };
    const failure = ConnectFailure.from(error);
    return { outcome: probeOutcome(failure), ...failureWords(failure) };
  } finally {
    deps.clock.clearTimeout(timer);
  }
}

function unencrypted(config: DirectoryConfig, user: string): string {
  return bindName(config, user) === '' ? t(words.worksUnencryptedAnonymous) : t(words.worksUnencrypted);
}
