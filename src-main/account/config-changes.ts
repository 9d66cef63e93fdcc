import type { AccountConfig } from './account-config.ts';
import { signInServices } from '../../src-shared/model/session.ts';
import type { SignInService } from '../../src-shared/model/session.ts';

/** Everything but how digits are sent, which holds from the next key on. */
function withoutLive(config: AccountConfig, service: SignInService): unknown {
  if (service !== 'phone' || config.phone === undefined) return config[service];
  const { digits: _, ...rest } = config.phone;
  return rest;
}

/** What a connection of this service rests on, for telling whether it has to be made anew. */
export function foundationOf(config: AccountConfig, service: SignInService): string {
  return JSON.stringify([withoutLive(config, service), config.trust]);
}

/**
 * Whether the services of an account cannot take this change, but have to be built anew: one comes or goes, or the
 * phone becomes another one.
 */
export function needsBuilding(before: AccountConfig, after: AccountConfig): boolean {
  return (
    before.id !== after.id ||
    signInServices.some((service) => (before[service] === undefined) !== (after[service] === undefined)) ||
    before.phone?.aor !== after.phone?.aor ||
    before.phone?.transport !== after.phone?.transport
  );
}

/** The changed configuration as it can hold while calls run: their phone stays as it is but for the way of digits. */
export function duringCalls(before: AccountConfig, after: AccountConfig): AccountConfig {
  if (before.phone === undefined || after.phone === undefined) return after;
  return { ...after, phone: { ...before.phone, digits: after.phone.digits } };
}
