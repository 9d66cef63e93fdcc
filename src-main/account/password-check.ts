import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { signInServices } from '../../src-shared/model/session.ts';
import type { SignInService } from '../../src-shared/model/session.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { AccountConfig, DirectoryConfig, ProbeResult } from './account-config.ts';
import { passwordOf } from './passwords.ts';
import type { Passwords } from './passwords.ts';

/** Tries one service once with a password: connects, authenticates, leaves. Never more than one attempt with it. */
export type Probes = {
  readonly [Name in SignInService]: (config: AccountConfig, password: string) => Promise<ProbeResult>;
};

/** What a round of probes found. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'denied'; readonly message: string; readonly detail: string | undefined }
  | { readonly kind: 'unreachable'; readonly message: string; readonly detail: string | undefined }
  /** Every service is switched off. */
  | { readonly kind: 'nothing' };

/** A probe of one service; four of them fit into the deadline of a call from the window. */
const probeDeadlineMs = 7_000;

export const serviceWords: Readonly<Record<SignInService, Message>> = {
  chat: msg('Chat'),
  phone: msg('Phone'),
  directory: msg('Directory'),
  voicemail: msg('Voicemail'),
};

export interface PasswordCheckOptions {
  readonly probes: Probes;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Finds out whether a password is right, at the cost of one refused attempt at most. */
export class PasswordCheck {
  readonly #options: PasswordCheckOptions;

  constructor(options: PasswordCheckOptions) {
    this.#options = options;
  }

  /** Asks the services in their order until one accepts or refuses; `isMoot` ends it between two. */
  async inOrder(
    config: AccountConfig,
    passwords: Pick<Passwords, 'account' | 'own'>,
    isMoot: () => boolean,
  ): Promise<Verdict> {
    let first: { readonly message: string; readonly detail: string | undefined } | undefined;
    for (const service of servicesThatCheck(config, passwords.own)) {
      const result = await this.one(service, config, passwordOf(service, passwords));
      this.#options.log.info('sign-in attempt', { service, outcome: result.outcome, message: result.message });
      const { message, detail } = result;
      if (result.outcome === 'ok') return { kind: 'accepted' };
      if (result.outcome === 'denied') return { kind: 'denied', message, detail };
      first ??= { message: t('{service}: {message}', { service: t(serviceWords[service]), message }), detail };
      if (isMoot()) break;
    }
    return first === undefined ? { kind: 'nothing' } : { kind: 'unreachable', ...first };
  }

  /** One attempt on one service; an unexpected error or silence counts as `later`. */
  async one(service: SignInService, config: AccountConfig, password: string): Promise<ProbeResult> {
    const { probes, clock, log } = this.#options;
    try {
      return await withDeadline(probes[service](config, password), probeDeadlineMs, clock, service);
    } catch (error) {
      if (!(error instanceof AppError)) log.error('a probe failed unexpectedly', { service, error });
      const detail = error instanceof AppError ? error.detail : undefined;
      return {
        outcome: 'later',
        message: t('The server did not answer in time.'),
        ...(detail === undefined ? {} : { detail }),
      };
    }
  }
}

/**
 * The services that are on. An anonymous directory and a service with a password of its own say nothing about the
 * password of the account, so they count only when there is nothing else.
 */
function servicesThatCheck(config: AccountConfig, own: Passwords['own']): readonly SignInService[] {
  const on = signInServices.filter((service) => config[service] !== undefined);
  const telling = on.filter(
    (service) =>
      !(service === 'directory' && signsInAsNobody(config.directory)) &&
      (service === 'chat' || own[service] === undefined),
  );
  return telling.length > 0 ? telling : on;
}

/** Whether the directory is asked without signing in. */
export function signsInAsNobody(directory: DirectoryConfig | undefined): boolean {
  return directory?.bindDn === '' && directory.userDnTemplate === '';
}

/** Throws AppError in the words of the verdict: `denied`, `offline`, `unsupported`. */
export function throwUnlessAccepted(verdict: Verdict): void {
  switch (verdict.kind) {
    case 'accepted':
      return;
    case 'denied':
      throw new AppError('denied', verdict.message, verdict.detail);
    case 'unreachable':
      throw new AppError('offline', verdict.message, verdict.detail);
    case 'nothing':
      throw new AppError(
        'unsupported',
        t('Chat, phone, directory and voicemail are all switched off for this account.'),
      );
  }
}
