import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { signInServices } from '../../src-shared/model/session.ts';
import type { OwnPasswordService, SignInService } from '../../src-shared/model/session.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { AccountConfig, DirectoryConfig, ProbeResult } from './account-config.ts';
import type { Passwords } from './passwords.ts';

/** Tries one service once with a password: connects, authenticates, leaves. Never more than one attempt with it. */
export type Probes = {
  readonly [Name in SignInService]: (config: AccountConfig, password: string) => Promise<ProbeResult>;
};

/** What a round of probes found. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly by: SignInService }
  | { readonly kind: 'denied'; readonly message: string; readonly detail: string | undefined }
  | { readonly kind: 'unreachable'; readonly message: string; readonly detail: string | undefined }
  /** No service could be asked. */
  | { readonly kind: 'nothing' };

type Tried = Pick<Passwords, 'account' | 'own'>;

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

  /** Of a remembered password. With no service that tells of it there is nothing to find out. */
  remembered(config: AccountConfig, { account, own }: Tried, isMoot: () => boolean): Promise<Verdict> {
    return this.#inOrder(servicesThatTell(config, own), config, account, isMoot);
  }

  /**
   * Of a typed password. Where no service tells of the account's, it is tried where another one is kept: that one may be
   * the wrong one, and the person has no other way in.
   */
  typed(config: AccountConfig, { account, own }: Tried, isMoot: () => boolean): Promise<Verdict> {
    const telling = servicesThatTell(config, own);
    return this.#inOrder(telling.length > 0 ? telling : servicesThatAreOn(config), config, account, isMoot);
  }

  /** Asks the services in their order until one accepts or refuses; `isMoot` ends it between two. */
  async #inOrder(
    services: readonly SignInService[],
    config: AccountConfig,
    password: string,
    isMoot: () => boolean,
  ): Promise<Verdict> {
    let first: { readonly message: string; readonly detail: string | undefined } | undefined;
    for (const service of services) {
      const result = await this.one(service, config, password);
      this.#options.log.info('sign-in attempt', { service, outcome: result.outcome, message: result.message });
      const { message, detail } = result;
      if (result.outcome === 'ok') return { kind: 'accepted', by: service };
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

function servicesThatAreOn(config: AccountConfig): readonly SignInService[] {
  return signInServices.filter((service) => config[service] !== undefined);
}

/** Those without an anonymous directory and services with a password of their own: these say nothing of the account's. */
function servicesThatTell(config: AccountConfig, own: Passwords['own']): readonly SignInService[] {
  return servicesThatAreOn(config).filter(
    (service) =>
      !(service === 'directory' && signsInAsNobody(config.directory)) &&
      (service === 'chat' || own[service] === undefined),
  );
}

/** The service that took the account's password while another one is kept for it. */
export function ownReplaced(
  verdict: Verdict,
  config: AccountConfig,
  own: Passwords['own'],
): OwnPasswordService | undefined {
  if (verdict.kind !== 'accepted' || verdict.by === 'chat' || own[verdict.by] === undefined) return undefined;
  return verdict.by === 'directory' && signsInAsNobody(config.directory) ? undefined : verdict.by;
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
