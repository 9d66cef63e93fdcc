import type { Clock } from '../src-shared/clock.ts';
import type { EventName, EventPayload } from '../src-shared/contract/contract.ts';
import type { OwnPresence } from '../src-shared/contract/people.ts';
import type { ChatMessage, Conversation } from '../src-shared/model/message.ts';
import { isQuiet } from '../src-shared/model/quiet.ts';
import type { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import type { SettingsReader } from './config/settings.ts';
import type { Host, HostStatus } from './host.ts';

export interface OutsideWindowOptions {
  readonly host: Pick<Host, 'notify' | 'showStatus' | 'showWindow'>;
  readonly settings: Pick<SettingsReader, 'get'>;
  readonly hub: Pick<TopicHub, 'watch'>;
  readonly clock: Clock;
  /** Tells every window. */
  readonly emit: <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void;
}

/** Of a message's text a notification shows so much (characters). */
const longestPreview = 200;
/** Milliseconds in which a window that shows the conversation marks a message as read: nobody has to be told of it. */
const readAtOnceMs = 500;

/**
 * What a person sees of Parley without looking at its window: notifications and the status beside the clock; and the
 * way from there, or from a link, to a place in the window.
 */
export class OutsideWindow {
  readonly #options: OutsideWindowOptions;
  #status: HostStatus = { presence: 'offline', chosen: undefined, missedCalls: 0, unreadMessages: 0 };
  /** What the person chose to show to others, from the start on. */
  #chosen: OwnPresence['chosen'] | undefined;
  #conversations: readonly Conversation[] = [];
  /** The newest message of each peer that is about to be told. */
  readonly #untold = new Map<string, { readonly message: ChatMessage; readonly name: string }>();
  /** A place that no window has gone to yet. */
  #target: string | null = null;

  constructor(options: OutsideWindowOptions) {
    this.#options = options;
  }

  /** Keeps the status beside the clock up to date from now on. */
  start(): void {
    const { hub } = this.#options;
    let own: OwnPresence = { chosen: 'available', shown: 'offline', text: '' };
    let signedIn = false;
    const showOwn = (): void => {
      this.#showStatus({ presence: own.shown, chosen: signedIn ? own.chosen : undefined });
    };
    hub.watch('ownPresence', (presence) => {
      own = presence;
      this.#chosen = presence.chosen;
      showOwn();
    });
    hub.watch('session', ({ state }) => {
      signedIn = state === 'signedIn';
      showOwn();
    });
    hub.watch('history', ({ missedUnseen }) => {
      this.#showStatus({ missedCalls: missedUnseen });
    });
    hub.watch('conversations', ({ conversations, unread }) => {
      this.#conversations = conversations;
      this.#showStatus({ unreadMessages: unread });
    });
    this.#showStatus({});
  }

  /** Tells of a message, unless a window shows its conversation and so marks it as read. */
  message(message: ChatMessage, name: string): void {
    const isWaiting = this.#untold.has(message.peer);
    this.#untold.set(message.peer, { message, name });
    if (isWaiting) return;
    this.#options.clock.setTimeout(() => {
      this.#tell(message.peer);
    }, readAtOnceMs);
  }

  missedCall(who: string): void {
    if (isQuiet(this.#chosen) || !this.#options.settings.get('notifications.missedCalls')) return;
    this.#notify(who, '', 'missed-call', 'calls');
  }

  /** Told when the computer wakes: before that nobody could read it. Also to who is not to be disturbed: it was their call. */
  callsCutBySleep(names: readonly string[]): void {
    const body =
      'Parley ended the call because this computer went to sleep. The phone is connected again. Click to see the call.';
    for (const name of names) this.#notify(name, body, `cut-call:${name}`, 'calls');
  }

  /** Asks the window to go there; kept until a window takes it: at a start with a link there is none yet. */
  open(target: string): void {
    this.#target = target;
    this.#options.emit('window.open', {});
  }

  /** Gives the place to one window. */
  takeTarget(): string | null {
    const target = this.#target;
    this.#target = null;
    return target;
  }

  #tell(peer: string): void {
    const { settings } = this.#options;
    const untold = this.#untold.get(peer);
    this.#untold.delete(peer);
    const isRead = this.#conversations.some((one) => one.peer === peer && one.unread === 0);
    if (untold === undefined || isRead || isQuiet(this.#chosen) || !settings.get('notifications.messages')) return;
    const body = settings.get('notifications.preview') ? untold.message.body.slice(0, longestPreview) : '';
    this.#notify(untold.name, body, `chat:${peer}`, `chats/${peer}`);
  }

  #showStatus(change: Partial<HostStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#options.host.showStatus(this.#status);
  }

  #notify(title: string, body: string, tag: string, target: string): void {
    const { host, emit } = this.#options;
    const shown = host.notify({
      title,
      body,
      tag,
      onClick: () => {
        host.showWindow();
        this.open(target);
      },
    });
    if (!shown) emit('notify.show', { title, body, tag, target });
  }
}
