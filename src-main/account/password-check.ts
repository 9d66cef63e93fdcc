import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { signInServices } from '../../src-shared/model/session.ts';
import type { SignInService } from '../../src-shared/model/session.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import type { Logger } from '../core/log.ts';
import type { AccountConfig, ProbeResult } from './account-config.ts';

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

export const serviceWords: Readonly<Record<SignInService, string>> = {
  chat: 'Chat',
  phone: 'Phone',
  directory: 'Directory',
  voicemail: 'Voicemail',
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
  async inOrder(config: AccountConfig, password: string, isMoot: () => boolean): Promise<Verdict> {
    let first: { readonly message: string; readonly detail: string | undefined } | undefined;
    for (const service of servicesThatCheck(config)) {
      const result = await this.one(service, config, password);
      this.#options.log.info('sign-in attempt', { service, outcome: result.outcome, message: result.message });
      const { message, detail } = result;
      if (result.outcome === 'ok') return { kind: 'accepted' };
      if (result.outcome === 'denied') return { kind: 'denied', message, detail };
      first ??= { message: `${serviceWords[service]}: ${message}`, detail };
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
        message: 'The server did not answer in time.',
        ...(detail === undefined ? {} : { detail }),
      };
    }
  }
}

/** The services that are on; an anonymous directory says nothing about a password, so it counts only when it is alone. */
function servicesThatCheck(config: AccountConfig): readonly SignInService[] {
  const on = signInServices.filter((service) => config[service] !== undefined);
  const { directory } = config;
  const isAnonymous = directory?.bindDn === '' && directory.userDnTemplate === '';
  return isAnonymous && on.length > 1 ? on.filter((service) => service !== 'directory') : on;
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
      throw new AppError('unsupported', 'Chat, phone, directory and voicemail are all switched off for this account.');
  }
}
