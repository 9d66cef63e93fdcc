import type { Clock } from '../src-shared/clock.ts';
import type { EventName, EventPayload } from '../src-shared/contract/contract.ts';
import type { SubscriptionRequest } from '../src-shared/model/contact.ts';
import type { ChatMessage } from '../src-shared/model/message.ts';
import type { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import type { CallSettings } from './calls/call-settings.ts';
import type { Afterwards } from './core/afterwards.ts';
import type { LoggerFactory } from './core/log.ts';
import type { NameService } from './core/name-service.ts';
import type { Random } from './core/server-list.ts';
import type { HealthReporter } from './core/service.ts';
import type { Store } from './core/store.ts';
import type { DialPlan } from './dial-plan/dial-plan.ts';
import type { MediaGatewaySessions } from './media-gateway/media.ts';
import type { WindowMedia } from './window-media.ts';

/** What the services of an account are built from: the parts of the program that outlive an account. */
export interface AccountParts {
  readonly store: Store;
  /** `Checkpointer.room`, for whoever writes in bulk. */
  readonly room: () => Promise<void> | undefined;
  readonly hub: TopicHub;
  /** For what need not hold up a call. */
  readonly afterwards: Afterwards;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: LoggerFactory;
  readonly health: HealthReporter;
  readonly gateway: MediaGatewaySessions;
  readonly windows: WindowMedia;
  /** For User-Agent headers, for example `Parley/0.1.0`. */
  readonly product: string;
  /** The name service that the settings give. */
  readonly names: NameService;
  readonly emit: <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void;
  /** ISO 3166 region of numbers without a country code. */
  readonly region: () => string | undefined;
  readonly dialPlan: DialPlan;
  readonly isEmergency: (number: string) => boolean;
  /** Hears every SIP message; keeps them while the person switched that on. */
  readonly trace: (direction: 'sent' | 'received', server: string, text: string) => void;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly documents: string;
  /** As `Host` has it. */
  readonly showFile: ((path: string) => void) | undefined;
  /** Own name as others see it. */
  readonly ownName: () => string;
  /** The person lets others know that they type. */
  readonly sendsTyping: () => boolean;
  readonly archiveSettings: () => { readonly enabled: boolean; readonly folder: string };
  readonly callSettings: () => CallSettings;
  readonly onIncomingMessage: (message: ChatMessage, name: string) => void;
  readonly onContactRequest: (request: SubscriptionRequest) => void;
  readonly onMissedCall: (who: string) => void;
  /** The computer slept, and these conversations ended with it. */
  readonly onCallsCut: (names: readonly string[]) => void;
}
