import type { ServiceHealth, ServiceName } from '../../src-shared/model/health.ts';
import type { SettingsPageId } from '../settings/pages.tsx';

/** Which service a person should hear of first when several are down: what can no longer be done at once. */
const urgency: readonly ServiceName[] = ['store', 'phone', 'chat', 'mediaGateway', 'voicemail', 'directory', 'archive'];

/** What a person can do about a service that is down: the page that helps, and whether it can be tried again by hand. */
export function remedyOf(health: ServiceHealth): { readonly canRetry: boolean; readonly page: SettingsPageId } {
  return {
    canRetry: health.cannotRetry !== true,
    page: health.service === 'archive' ? 'archive' : 'diagnostics',
  };
}

/** A trouble that the person hid: the words of one service. The same service with other words is shown again. */
export type HiddenTrouble = Pick<ServiceHealth, 'service' | 'message'>;

/**
 * The service that the strip tells of: failed before reconnecting, then by urgency. Undefined while all is well. What
 * is hidden makes room for the next.
 */
export function worstService(
  services: readonly ServiceHealth[],
  hidden: readonly HiddenTrouble[] = [],
): ServiceHealth | undefined {
  const rank = (health: ServiceHealth) => (health.state === 'failed' ? 0 : 100) + urgency.indexOf(health.service);
  return services
    .filter((health) => health.state === 'failed' || health.state === 'reconnecting')
    .filter((health) => !hidden.some((one) => isSame(one, health)))
    .sort((left, right) => rank(left) - rank(right))[0];
}

/**
 * What stays hidden: all but the troubles of services that are well again, or off. The same trouble is told anew when
 * it comes another time. The list itself when nothing changes.
 */
export function stillHidden(
  hidden: readonly HiddenTrouble[],
  services: readonly ServiceHealth[],
): readonly HiddenTrouble[] {
  const isOver = ({ service }: HiddenTrouble) =>
    services.some((health) => health.service === service && (health.state === 'ok' || health.state === 'off'));
  return hidden.some(isOver) ? hidden.filter((one) => !isOver(one)) : hidden;
}

function isSame(one: HiddenTrouble, other: HiddenTrouble): boolean {
  return one.service === other.service && one.message === other.message;
}

/** Splits the service's words after the first sentence: that one is set in bold. */
export function splitFirstSentence(message: string): readonly [first: string, rest: string] {
  const match = /^.+?[.…!?](?=\s)/u.exec(message);
  if (match === null) return [message, ''];
  return [match[0], message.slice(match[0].length).trim()];
}
