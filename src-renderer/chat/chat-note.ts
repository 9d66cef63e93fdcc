import type { ServiceHealth } from '../../src-shared/model/health.ts';

/** What is said above the composer: the service's words, and whether the person has to do something first. */
export interface ChatNote {
  readonly words: string;
  readonly waitsForPerson: boolean;
}

/** Undefined while messages are sent at once, or soon enough: at the start the first connection is under way. */
export function chatNote(health: ServiceHealth | undefined): ChatNote | undefined {
  switch (health?.state) {
    case 'failed':
      return { words: health.message, waitsForPerson: true };
    case 'reconnecting':
      return { words: health.message, waitsForPerson: false };
    case 'starting':
    case 'ok':
    case 'off':
    case undefined:
      return undefined;
  }
}
