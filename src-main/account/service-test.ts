import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { ServiceTest, SignInService } from '../../src-shared/model/session.ts';
import { t } from '../../src-shared/words.ts';
import type { AccountConfig, ProbeResult } from './account-config.ts';
import { serviceWords } from './password-check.ts';
import type { PasswordCheck } from './password-check.ts';

export interface ServiceTestOptions {
  /** `user@domain`; undefined: what was typed is none. */
  readonly address: string | undefined;
  readonly password: string;
  readonly configure: (address: string) => Promise<AccountConfig>;
  readonly check: PasswordCheck;
  readonly clock: Clock;
}

/** One attempt on one service with the settings as they are. Expected failures are the answer, not errors. */
export async function testService(service: SignInService, options: ServiceTestOptions): Promise<ServiceTest> {
  const startedAtMs = options.clock.now();
  const { outcome, message, detail } = await attempt(service, options);
  return {
    service,
    ok: outcome === 'ok',
    message,
    ...(detail === undefined ? {} : { detail }),
    tookMs: options.clock.now() - startedAtMs,
  };
}

async function attempt(
  service: SignInService,
  { address, password, configure, check }: ServiceTestOptions,
): Promise<ProbeResult> {
  if (address === undefined)
    return { outcome: 'never', message: t('The address must have the form name@company.com.') };
  try {
    const config = await configure(address);
    if (config[service] === undefined) return { outcome: 'never', message: offWords(service) };
    return await check.one(service, config, password);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message, detail } = error;
    return { outcome: 'never', message, ...(detail === undefined ? {} : { detail }) };
  }
}

/** Throws AppError in words when a service did not take a password. */
export function throwUnlessWorks(service: SignInService, config: AccountConfig, result: ProbeResult): void {
  if (config[service] === undefined) throw new AppError('unsupported', offWords(service));
  const { outcome, message, detail } = result;
  if (outcome === 'ok') return;
  if (outcome === 'denied') throw new AppError('denied', message, detail);
  throw new AppError('offline', t('{message} The password could not be tried and was not kept.', { message }), detail);
}

function offWords(service: SignInService): string {
  return t('{service} is switched off, or the domain does not offer it.', { service: t(serviceWords[service]) });
}
