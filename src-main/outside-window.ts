import type { Clock } from '../src-shared/clock.ts';
import type { CallBack } from '../src-shared/contract/calls.ts';
import type { EventName, EventPayload } from '../src-shared/contract/contract.ts';
import type { OwnPresence } from '../src-shared/contract/people.ts';
import { activeCall } from '../src-shared/model/calls-at-hand.ts';
import type { SubscriptionRequest } from '../src-shared/model/contact.ts';
import type { ChatMessage, Conversation } from '../src-shared/model/message.ts';
import { isQuiet } from '../src-shared/model/quiet.ts';
import type { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import { t } from '../src-shared/words.ts';
import type { SettingsReader } from './config/settings.ts';
import type { Host, HostStatus } from './host.ts';
import { NewVoiceMessages } from './voicemail/new-voice-messages.ts';

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
  #status: HostStatus = { presence: 'offline', chosen: undefined, missedCalls: 0, unreadMessages: 0, inCall: false };
  /** What the person chose to show to others, from the start on. */
  #chosen: OwnPresence['chosen'] | undefined;
  #conversations: readonly Conversation[] = [];
  /** The newest message of each peer that is about to be told. */
  readonly #untold = new Map<string, { readonly message: ChatMessage; readonly name: string }>();
  #callBacks: readonly CallBack[] = [];
  /** People who are free, and of whom that is known: they were so when the person asked, or it was told. */
  #knownFree: ReadonlySet<string> = new Set();
  readonly #newVoice = new NewVoiceMessages();
  /** New messages at the phone server, where it alone tells of them. */
  #waitingVoice: number | undefined;
  #hasBox = false;
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
      this.#tellFree();
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
    hub.watch('calls', ({ calls, callBacks }) => {
      const inCall = activeCall(calls) !== undefined;
      if (inCall !== this.#status.inCall) this.#showStatus({ inCall });
      this.#callBacksChanged(callBacks);
    });
    hub.watch('voicemail', (box) => {
      this.#hasBox = box.state !== 'notConfigured';
      this.#voiceArrived(this.#newVoice.arrived(box).map(({ name, number }) => name ?? number));
    });
    hub.watch('lineStates', ({ messages }) => {
      const before = this.#waitingVoice;
      this.#waitingVoice = messages === undefined ? undefined : (messages.newCount ?? (messages.waiting ? 1 : 0));
      // The server says how many, not from whom; what it says first was there already.
      const isMore = before !== undefined && (this.#waitingVoice ?? 0) > before;
      if (isMore && !this.#hasBox) this.#voiceArrived(['']);
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

  /** Somebody asks to see our presence. What they call themselves is theirs to choose: the address stands beside it. */
  contactRequest({ jid, name }: Pick<SubscriptionRequest, 'jid' | 'name'>): void {
    if (isQuiet(this.#chosen) || !this.#options.settings.get('notifications.requests')) return;
    const body =
      name === undefined ? t('Wants to see your presence.') : t('{jid} wants to see your presence.', { jid });
    // Whoever floods us with requests fills no more than one notification.
    this.#notify(name ?? jid, body, 'contact-request', `contact-request/${encodeURIComponent(jid)}`);
  }

  /** Told when the computer wakes: before that nobody could read it. Also to who is not to be disturbed: it was their call. */
  callsCutBySleep(names: readonly string[]): void {
    const body = t(
      'Parley ended the call because this computer went to sleep. The phone is connected again. Click to see the call.',
    );
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

  /** Who is watched for the first time and is free at once is in front of the person who asked. */
  #callBacksChanged(callBacks: readonly CallBack[]): void {
    const before = new Set(this.#callBacks.map(({ target }) => target));
    this.#callBacks = callBacks;
    const known = callBacks.filter(
      ({ target, state }) => state === 'free' && (this.#knownFree.has(target) || !before.has(target)),
    );
    this.#knownFree = new Set(known.map(({ target }) => target));
    this.#tellFree();
  }

  /** Who does not want to be disturbed is told afterwards, if the other is free still. */
  #tellFree(): void {
    if (isQuiet(this.#chosen)) return;
    const news = this.#callBacks.filter(({ target, state }) => state === 'free' && !this.#knownFree.has(target));
    this.#knownFree = new Set([...this.#knownFree, ...news.map(({ target }) => target)]);
    for (const { target, name = target } of news) {
      this.#notify(
        t('{name} is free now', { name }),
        t('Click to call.'),
        `call-back:${target}`,
        `call-back/${encodeURIComponent(target)}`,
      );
    }
  }

  /** `callers`: of each message who left it, as far as that is known. */
  #voiceArrived(callers: readonly string[]): void {
    if (callers.length === 0 || isQuiet(this.#chosen) || !this.#options.settings.get('notifications.voicemail')) return;
    const title = t('{count, plural, one {New voice message} other {# new voice messages}}', { count: callers.length });
    const names = [...new Set(callers.filter((caller) => caller !== ''))].join(', ');
    this.#notify(title, names === '' ? '' : t('From {names}', { names }), 'voicemail', 'voicemail');
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
