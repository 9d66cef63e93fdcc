import type { Clock } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import type { ProbeResult, ServerAddress, TrustConfig, VoicemailConfig } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { failureWords, probeOutcome } from '../core/failure-words.ts';
import { tlsOptionsFor } from '../core/tls-trust.ts';
import { defaultImapTiming } from './imap-timing.ts';
import type { ImapTiming } from './imap-timing.ts';
import { words } from './words.ts';

export interface VoicemailProbeDeps {
  readonly trust: TrustConfig;
  readonly clock: Clock;
  readonly timing?: Partial<ImapTiming>;
}

/**
 * Tries voicemail as configured: connects, signs in, opens the mailbox. The servers are tried in order until one can be
 * reached; a refused password is tried on no other.
 */
export async function probeVoicemail(
  config: VoicemailConfig,
  password: string,
  deps: VoicemailProbeDeps,
): Promise<ProbeResult> {
  let last: ProbeResult = { outcome: 'never', message: t(words.notConfigured) };
  for (const server of config.servers) {
    last = await probeServer(config, password, server, deps);
    if (last.outcome !== 'later') return last;
  }
  return last;
}

async function probeServer(
  config: VoicemailConfig,
  password: string,
  server: ServerAddress,
  deps: VoicemailProbeDeps,
): Promise<ProbeResult> {
  const timing: ImapTiming = { ...defaultImapTiming, ...deps.timing };
  const abort = new AbortController();
  const timer = deps.clock.setTimeout(() => {
    abort.abort();
  }, timing.commandMs);
  try {
    const { ImapSession } = await import('./imap-session.ts');
    const session = await ImapSession.open(server, {
      config,
      password,
      tls: tlsOptionsFor(deps.trust),
      clock: deps.clock,
      timing,
      signal: abort.signal,
      changed: () => undefined,
      lost: () => undefined,
    });
    await session.close();
    return { outcome: 'ok', message: t(words.works) };
  } catch (error) {
    const failure = ConnectFailure.from(error);
    return { outcome: probeOutcome(failure), ...failureWords(failure) };
  } finally {
    deps.clock.clearTimeout(timer);
  }
}
