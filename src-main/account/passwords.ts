import { ownPasswordServices } from '../../src-shared/model/session.ts';
import type { OwnPasswordService, SignInService } from '../../src-shared/model/session.ts';
import type { AccountSecrets } from './account-secrets.ts';

/** With what the services of one account sign in. */
export interface Passwords {
  /** The account's, for every service that has none of its own. */
  readonly account: string;
  /** A phone system's secret, a reading account of the directory, a mailbox's PIN; `unreadable` where it is lost. */
  readonly own: Readonly<Partial<Record<OwnPasswordService, string>>>;
  /** A server accepted the account's password. */
  readonly isProven: boolean;
}

/**
 * Stands for a password that may be kept but cannot be read: no password is empty. That of the account does not stand in
 * for it, because its server is another party's that must not learn it.
 */
export const unreadable = '';

/** The password of this service, or `unreadable`. */
export function passwordOf(service: SignInService, { account, own }: Pick<Passwords, 'account' | 'own'>): string {
  return (service === 'chat' ? undefined : own[service]) ?? account;
}

/** Those that are kept for single services of this account. */
export async function ownPasswords(
  address: string,
  secrets: Pick<AccountSecrets, 'read'>,
): Promise<Partial<Record<OwnPasswordService, string>>> {
  const own: Partial<Record<OwnPasswordService, string>> = {};
  for (const service of ownPasswordServices) {
    const password = await secrets.read(address, `${service}.password`).catch(() => unreadable);
    if (password !== undefined) own[service] = password;
  }
  return own;
}
