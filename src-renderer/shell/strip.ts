import type { ServiceHealth, ServiceName } from '../../src-shared/model/health.ts';

/** Which service a person should hear of first when several are down: what can no longer be done at once. */
const urgency: readonly ServiceName[] = ['store', 'phone', 'chat', 'mediaGateway', 'voicemail', 'directory', 'archive'];

/** The service that the strip tells of: failed before reconnecting, then by urgency. Undefined while all is well. */
export function worstService(services: readonly ServiceHealth[]): ServiceHealth | undefined {
  const rank = (health: ServiceHealth) => (health.state === 'failed' ? 0 : 100) + urgency.indexOf(health.service);
  return services
    .filter((health) => health.state === 'failed' || health.state === 'reconnecting')
    .sort((left, right) => rank(left) - rank(right))[0];
}

/** Splits the service's words after the first sentence: that one is set in bold. */
export function splitFirstSentence(message: string): readonly [first: string, rest: string] {
  const match = /^.+?[.…!?](?=\s)/u.exec(message);
  if (match === null) return [message, ''];
  return [match[0], message.slice(match[0].length).trim()];
}
